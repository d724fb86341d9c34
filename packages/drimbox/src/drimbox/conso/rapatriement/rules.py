# SPDX-FileCopyrightText: 2026 drimm contributors
# SPDX-License-Identifier: EUPL-1.2
"""Where a token may go: to the db names of today's list, and nowhere else (architecture §5, rule 3).

A KOS is written by others: the address it holds is only read to learn a name. The address asked is made here.
"""

from __future__ import annotations

from dataclasses import dataclass
from urllib.parse import urlsplit

from confiance.distinguished_name import DistinguishedName
from confiance.fqdn import Fqdn, FqdnError
from confiance.liste_blanche.model import ListeBlanche
from drimbox.conso.rapatriement.errors import DestinationHorsListe, DestinationRefusee

MAX_URL = 2048


@dataclass(frozen=True, slots=True)
class Destination:
    """A source to which the token may be shown.

    Attributes:
        db: its name.
        dns: subjects of which its certificate must hold one.
    """

    db: Fqdn
    dns: frozenset[DistinguishedName]

    def url(self, study: str, series: str) -> str:
        """Return the address of one series."""
        return f"{self.db.dicom_web_url()}/studies/{study}/series/{series}"


def read_destination(retrieve_url: str | None, zone: str) -> Fqdn:
    """Return the db name that a RetrieveURL holds.

    Raises:
        DestinationRefusee: absent, not https, with a user, a port, a query or a fragment, an IP address, or a name outside the zone.
    """
    try:
        parts = urlsplit((retrieve_url or "").strip()[: MAX_URL + 1])
        host, port = parts.hostname or "", parts.port
        fqdn = Fqdn.parse(host, zone=zone)
    except (ValueError, FqdnError):
        raise DestinationRefusee from None
    plain = parts.netloc.lower() == host and port is None and not parts.query and not parts.fragment
    if parts.scheme != "https" or not plain or fqdn.kind != "db" or len(retrieve_url or "") > MAX_URL:
        raise DestinationRefusee
    return fqdn


def choose_destination(retrieve_url: str | None, liste: ListeBlanche, zone: str) -> Destination:
    """Return the destination of a series, if the list in force holds it.

    Raises:
        DestinationRefusee: not the address of a DRIMbox.
        DestinationHorsListe: a DRIMbox that is not in the list.
    """
    fqdn = read_destination(retrieve_url, zone)
    subjects = liste.dns(str(fqdn))
    if not subjects:
        raise DestinationHorsListe
    return Destination(fqdn, subjects)
