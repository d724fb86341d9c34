# SPDX-FileCopyrightText: 2026 drimm contributors
# SPDX-License-Identifier: EUPL-1.2
"""Which RIS speaks: what its message says (MSH-3, MSH-4) against where it comes from. Pure."""

from __future__ import annotations

from dataclasses import dataclass

from confiance.distinguished_name import DistinguishedName
from drimbox.config import Reception, Ris
from drimbox.socle.reseaux import is_inside
from drimbox.source.reception.errors import EmetteurInconnu
from drimbox.source.reception.message import EnTete


@dataclass(frozen=True, slots=True)
class Appelant:
    """The other end of a connection.

    Attributes:
        address: IP address.
        dn: name of the certificate that it showed; None without TLS.
    """

    address: str
    dn: DistinguishedName | None = None


def ris_of(reglages: Reception, en_tete: EnTete, appelant: Appelant) -> str:
    """Return the name of the RIS that speaks; an empty text when the settings name no RIS: any of the allowed addresses may then speak.

    Raises:
        EmetteurInconnu: the settings name RIS, and this is none of them.
    """
    if not reglages.ris:
        return ""
    found = next(
        (ris for ris in reglages.ris if _says_so(ris, en_tete) and comes_from(ris, reglages, appelant.address) and _shows(ris, appelant)),
        None,
    )
    if found is None:
        raise EmetteurInconnu
    return found.name


def _says_so(ris: Ris, en_tete: EnTete) -> bool:
    # HD: the namespace is the first component
    application, etablissement = en_tete.sending_application.partition("^")[0], en_tete.sending_facility.partition("^")[0]
    return ris.application in {"", application} and ris.etablissement in {"", etablissement}


def comes_from(ris: Ris, reglages: Reception, address: str) -> bool:
    """Tell whether a RIS may speak from an address; one whose settings name none speaks from those of the reception."""
    return is_inside(address, ris.sources or reglages.sources)


def _shows(ris: Ris, appelant: Appelant) -> bool:
    return not ris.dn or (appelant.dn is not None and appelant.dn in {DistinguishedName.parse(dn) for dn in ris.dn})
