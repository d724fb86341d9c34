# SPDX-FileCopyrightText: 2026 drimm contributors
# SPDX-License-Identifier: EUPL-1.2
"""The blank document de VA, by version: a file of the administrateur, named by the settings (CGI §6.3)."""

from __future__ import annotations

from dataclasses import dataclass

from django.conf import settings

from espace.guichet.errors import ModeleIllisible, ModeleIntrouvable

MAX_BYTES = 10 * 1024 * 1024


@dataclass(frozen=True, slots=True)
class Modele:
    """One template.

    Attributes:
        version: as the settings name it.
        nom: name under which it is downloaded.
        contenu: its bytes.
    """

    version: str
    nom: str
    contenu: bytes


def versions() -> tuple[str, ...]:
    """Return the versions, the one to fill last."""
    return tuple(settings.ESPACE.guichet.modeles_va)


def current_version() -> str | None:
    """Return the version to fill, or None when the settings name no template."""
    return next(reversed(versions()), None)


def modele(version: str) -> Modele:
    """Return one template.

    Raises:
        ModeleIntrouvable: no such version.
        ModeleIllisible: the file cannot be read, or is larger than 10 MiB.
    """
    path = settings.ESPACE.guichet.modeles_va.get(version)
    if path is None:
        raise ModeleIntrouvable
    try:
        with path.open("rb") as file:
            contenu = file.read(MAX_BYTES + 1)
    except OSError:
        raise ModeleIllisible from None
    if len(contenu) > MAX_BYTES:
        raise ModeleIllisible
    return Modele(version, path.name, contenu)
