# SPDX-FileCopyrightText: 2026 drimm contributors
# SPDX-License-Identifier: EUPL-1.2
"""The doors that a person asks a fuzzer for."""

from __future__ import annotations

from collections.abc import Sequence

from confiance.errors import OwnError


class PorteInconnue(OwnError):
    """No door, or several, begin as the person wrote."""

    code = "banc.porte_inconnue"
    message = "Cette porte n'existe pas dans cette épreuve."
    remede = "Donnez à --porte un des noms de l'épreuve, ou son début."


def chosen(names: Sequence[str], asked: str) -> list[str]:
    """Return the names of the doors to fuzz: the one that was asked, in full or by its beginning, or all of them when none was.

    Raises:
        PorteInconnue: nothing begins so, or several do.
    """
    if not asked or asked in names:
        return [asked] if asked else list(names)
    found = [name for name in names if name.startswith(asked)]
    if len(found) != 1:
        raise PorteInconnue(f"Porte « {asked} » {'ambiguë' if found else 'inconnue'} : {', '.join(found or names)}.")
    return found
