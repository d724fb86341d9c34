# SPDX-FileCopyrightText: 2026 drimm contributors
# SPDX-License-Identifier: EUPL-1.2
"""The head beside the list: where it is fetched, whom this DRIMbox believes about it. Without keys in the settings there is none."""

from __future__ import annotations

from urllib.parse import urljoin

from confiance.exploitation.logs import get_logger
from confiance.transparence import TetePolicy
from confiance.transparence.refusals import TeteClesInvalides
from confiance.transparence.tete import FILE_NAME
from drimbox.config import ListeBlanche

log = get_logger("annuaire")


def policy(settings: ListeBlanche) -> TetePolicy | None:
    """Return the keys and the threshold of the settings; None without keys: heads are then ignored.

    Raises:
        TeteClesInvalides: a key cannot be read, or they do not make a set.
    """
    if not settings.tete_cles:
        return None
    try:
        pems = {name: path.read_bytes() for name, path in settings.tete_cles.items()}
    except OSError as error:
        raise TeteClesInvalides from error
    return TetePolicy.from_pem(pems, settings.tete_seuil)


def followed(settings: ListeBlanche) -> TetePolicy | None:
    """Return the same, and None as well for keys that cannot be used.

    A head only ever adds to the list: keys of ours that cannot be read must not empty the mesh. The pull says it, and an alarm opens.
    """
    try:
        return policy(settings)
    except TeteClesInvalides as error:
        log.error("annuaire:tete:keyless", code=error.code)
        return None


def url_of(settings: ListeBlanche, liste_url: str) -> str:
    """Return where the head of this address of the list is."""
    if settings.tete_urls:
        return settings.tete_urls[settings.urls.index(liste_url)]
    return urljoin(liste_url, FILE_NAME)


def beside(tete_url: str, name: str) -> str:
    """Return the address of a file that the publisher puts beside its head: a proof, a CRL, a change of keys."""
    return urljoin(tete_url, name)
