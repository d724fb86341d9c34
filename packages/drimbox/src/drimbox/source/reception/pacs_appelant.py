# SPDX-FileCopyrightText: 2026 drimm contributors
# SPDX-License-Identifier: EUPL-1.2
"""Which PACS sends a rejection note: the AE Title it gives, against the address and the certificate it comes with. Pure.

A note takes images out of what a patient's other doctors see. An AE Title is no secret: alone it proves nothing, so one PACS, and one
only, must answer to the title, the address and, when the settings name some, the certificate.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from confiance.distinguished_name import DistinguishedName
from drimbox.config import Pacs
from drimbox.socle.reseaux import is_inside
from drimbox.source.reception.emetteur import Appelant
from drimbox.source.reception.errors import PacsInconnu


def titled(pacs: Iterable[Pacs], calling: str) -> tuple[Pacs, ...]:
    """Return the PACS that send their notes under an AE Title."""
    return tuple(one for one in pacs if (one.notes.aet or one.aet) == calling)


def recognise(candidates: Iterable[Pacs], appelant: Appelant, addresses: Mapping[str, tuple[str, ...]]) -> Pacs:
    """Return the PACS that calls.

    Args:
        candidates: those of its AE Title.
        appelant: the other end of the connection.
        addresses: host → its IP addresses, for the PACS whose settings name no network.

    Raises:
        PacsInconnu: none of them, or several.
    """
    found = [pacs for pacs in candidates if _comes_from(pacs, appelant, addresses) and _shows(pacs, appelant)]
    if len(found) != 1:
        raise PacsInconnu
    return found[0]


def _comes_from(pacs: Pacs, appelant: Appelant, addresses: Mapping[str, tuple[str, ...]]) -> bool:
    return is_inside(appelant.address, pacs.notes.sources or addresses.get(pacs.host, ()))


def _shows(pacs: Pacs, appelant: Appelant) -> bool:
    return not pacs.notes.dn or (appelant.dn is not None and appelant.dn in {DistinguishedName.parse(dn) for dn in pacs.notes.dn})
