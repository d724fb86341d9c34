# SPDX-FileCopyrightText: 2026 drimm contributors
# SPDX-License-Identifier: EUPL-1.2
"""The zone as the server answers it: an immutable picture, built from the settings and the rows of the Registre. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from functools import cached_property, lru_cache

import dns.exception
import dns.name
import dns.rdata
import dns.rdatatype

from confiance.errors import OwnError
from espace.config import Zone
from espace.zone.cibles import www_of
from espace.zone.noms import NomDeZone

Records = Mapping[dns.rdatatype.RdataType, tuple[dns.rdata.Rdata, ...]]


class ZoneInvalide(OwnError):
    """The settings of the zone cannot be turned into records."""

    code = "zone.reglage_invalide"
    message = "Les réglages de la zone ne donnent pas une zone DNS valide."
    remede = "Corrigez la table [zone] de la configuration."


@dataclass(frozen=True)
class ZoneView:
    """Every record of the zone at one serial number.

    Attributes:
        origin: name of the zone.
        serial: serial number of the zone.
        soa: its start of authority.
        ttl: time to live of the answers, in seconds.
        negative_ttl: time to live of negative answers, in seconds.
        fixed: records that come from the settings, by owner name: apex and addresses of the name servers.
        cnames: target of each name given, by owner name; None for a retired name without parking host.

    Owner names are texts in lower case without final dot: the view of a whole country is built in a fraction of a second, and only
    the records that are asked for are made.
    """

    origin: dns.name.Name
    serial: int
    soa: dns.rdata.Rdata
    ttl: int
    negative_ttl: int
    fixed: Mapping[str, Records]
    cnames: Mapping[str, str | None] = field(default_factory=dict)

    @cached_property
    def non_terminals(self) -> frozenset[str]:
        """Names that hold no record but have names under them: they exist (RFC 8020)."""
        apex = self.origin.to_text(omit_final_dot=True)
        found: set[str] = set()
        for name in (*self.cnames, *self.fixed):
            parent = name.partition(".")[2]
            while len(parent) > len(apex) and parent not in found:
                found.add(parent)
                parent = parent.partition(".")[2]
        return frozenset(found)

    def cname(self, name: str) -> dns.rdata.Rdata | None:
        """Return the CNAME of a name given, or None when it leads nowhere any more."""
        target = self.cnames[name]
        return None if target is None else _cname(target)


def build(settings: Zone, names: Iterable[NomDeZone], serial: int) -> ZoneView:
    """Return the view of the zone.

    Args:
        settings: the table ``[zone]``.
        names: every name given, from the Registre.
        serial: serial number of the zone.

    Raises:
        ZoneInvalide: a record of the settings is malformed.
    """
    origin = dns.name.from_text(settings.name)
    cnames = _cnames(settings, names)
    soa = soa_record(settings, serial)
    fixed = _fixed(settings, soa)
    return ZoneView(origin, serial, soa, settings.ttl, min(settings.ttl, settings.soa.minimum), fixed, cnames)


def _cnames(settings: Zone, names: Iterable[NomDeZone]) -> dict[str, str | None]:
    found: dict[str, str | None] = {}
    for nom in names:
        found[nom.fqdn] = target = settings.parking if nom.retire else nom.cible
        if nom.visionneuse and settings.www:
            found[www_of(nom.fqdn)] = target
    return found


@lru_cache(maxsize=4096)
def _cname(target: str) -> dns.rdata.Rdata:
    return _rdata("CNAME", f"{target}.")


def soa_record(settings: Zone, serial: int) -> dns.rdata.Rdata:
    """Return the start of authority that the settings give."""
    soa = settings.soa
    mname, rname = soa.mname or settings.nameservers[0], soa.rname or f"hostmaster.{settings.name}"
    return _rdata("SOA", f"{mname}. {rname}. {serial} {soa.refresh} {soa.retry} {soa.expire} {soa.minimum}")


def _fixed(settings: Zone, soa: dns.rdata.Rdata) -> dict[str, Records]:
    apex: dict[dns.rdatatype.RdataType, tuple[dns.rdata.Rdata, ...]] = {
        dns.rdatatype.SOA: (soa,),
        dns.rdatatype.NS: tuple(_rdata("NS", f"{server}.") for server in settings.nameservers),
    }
    if settings.caa:
        apex[dns.rdatatype.CAA] = tuple(_rdata("CAA", text) for text in settings.caa)
    fixed: dict[str, Records] = {settings.name: apex}
    for server, addresses in settings.addresses.items():
        v4 = tuple(_rdata("A", str(address)) for address in addresses if address.version == 4)
        v6 = tuple(_rdata("AAAA", str(address)) for address in addresses if address.version == 6)
        kept = {kind: records for kind, records in ((dns.rdatatype.A, v4), (dns.rdatatype.AAAA, v6)) if records}
        fixed[server] = kept
    return fixed


def _rdata(kind: str, text: str) -> dns.rdata.Rdata:
    try:
        return dns.rdata.from_text("IN", kind, text)
    except (dns.exception.DNSException, ValueError):
        raise ZoneInvalide(f"Enregistrement {kind} illisible : {text[:80]}.") from None
