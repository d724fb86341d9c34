# SPDX-FileCopyrightText: 2026 drimm contributors
# SPDX-License-Identifier: EUPL-1.2
"""Asks each name server of the zone what it answers: a name is published when all of them say it, not when it was sent."""

from __future__ import annotations

import ipaddress
import socket
from collections.abc import Mapping
from dataclasses import dataclass
from urllib.parse import urlsplit

import dns.exception
import dns.flags
import dns.message
import dns.name
import dns.query
import dns.rcode
import dns.rdatatype

from confiance.errors import DrimmError
from espace.config import Zone
from espace.zone.adaptateurs.port import later
from espace.zone.errors import DnsIllisible, DnsInjoignable, NomNonServi, ServeurEnRetard

DNS_PORT = 53


@dataclass(frozen=True, slots=True)
class Serveur:
    """One name server of the zone and where to ask it."""

    nom: str
    adresse: str
    port: int


@dataclass(frozen=True, slots=True)
class Releve:
    """What one name server answers of the zone.

    Attributes:
        serveur: the server.
        serial: its serial number; None when it does not answer.
        error: why, or nothing.
    """

    serveur: Serveur
    serial: int | None
    error: DrimmError | None = None


def serveurs(settings: Zone) -> tuple[Serveur, ...]:
    """Return where each name server is asked.

    Without secondary servers the embedded server is every name server: it is asked where it listens.

    Raises:
        DnsInjoignable: a name server out of the zone has no address.
    """
    alone = settings.adaptateur == "embarque" and not settings.secondaires
    return tuple(one for name in settings.nameservers for one in _places(settings, name, alone=alone))


def _places(settings: Zone, name: str, *, alone: bool) -> list[Serveur]:
    given = settings.controle.serveurs.get(name)
    if given is not None:
        parts = urlsplit(f"//{given}")
        return [Serveur(name, str(parts.hostname), parts.port or DNS_PORT)]
    if alone:
        return [Serveur(name, _reachable(settings.host), settings.port)]
    if name in settings.addresses:
        return [Serveur(name, str(address), DNS_PORT) for address in settings.addresses[name]]
    return [Serveur(name, address, DNS_PORT) for address in _resolved(name)]


def _reachable(host: str) -> str:
    """An address that means « all of mine » is asked on the loopback."""
    try:
        address = ipaddress.ip_address(host)
    except ValueError:
        return _resolved(host)[0]
    if not address.is_unspecified:
        return host
    return "127.0.0.1" if address.version == 4 else "::1"


def _resolved(name: str) -> list[str]:
    try:
        found = socket.getaddrinfo(name, DNS_PORT, type=socket.SOCK_DGRAM)
    except OSError:
        raise DnsInjoignable(f"Le serveur de noms {name} n'a pas d'adresse.") from None
    return sorted({str(one[4][0]) for one in found})


def releve(settings: Zone, serveur: Serveur) -> Releve:
    """Ask a name server for its serial number."""
    try:
        answer = _ask(serveur, settings.name, "SOA", settings.controle.timeout_seconds)
        serials = [int(data.serial) for rrset in answer.answer if rrset.rdtype == dns.rdatatype.SOA for data in rrset]
        if not serials or not answer.flags & dns.flags.AA:
            raise NomNonServi(f"Le serveur {serveur.nom} ne fait pas autorité sur {settings.name}.")
    except DrimmError as error:
        return Releve(serveur, None, error)
    return Releve(serveur, serials[0])


def check_serial(found: Releve, serial: int) -> None:
    """Check that a name server has this serial number, or a later one.

    Raises:
        DnsInjoignable, DnsIllisible, NomNonServi: it does not answer for the zone.
        ServeurEnRetard: it has an earlier one.
    """
    if found.error is not None:
        raise found.error
    if found.serial is None or later(serial, found.serial):
        raise ServeurEnRetard(f"Le serveur {found.serveur.nom} a le numéro de série {found.serial}, {serial} est attendu.")


def check_names(settings: Zone, serveur: Serveur, noms: Mapping[str, str | None]) -> None:
    """Check that a name server answers each target, and nothing for a name without target.

    Raises:
        DnsInjoignable, DnsIllisible: it does not answer.
        NomNonServi: it answers something else.
    """
    for name, target in noms.items():
        answer = _ask(serveur, name, "CNAME", settings.controle.timeout_seconds)
        found = [data.target.to_text(omit_final_dot=True).lower() for rrset in answer.answer for data in rrset if hasattr(data, "target")]
        if found != ([] if target is None else [target]) or not answer.flags & dns.flags.AA:
            raise NomNonServi(f"Le serveur {serveur.nom} ne répond pas « {target or 'aucune adresse'} » pour {name}.")


def _ask(serveur: Serveur, name: str, kind: str, timeout: float) -> dns.message.Message:
    query = dns.message.make_query(dns.name.from_text(name), kind, use_edns=0, payload=1232)
    query.flags &= ~dns.flags.RD
    try:
        answer, _ = dns.query.udp_with_fallback(query, serveur.adresse, timeout, serveur.port)
    except (OSError, EOFError, dns.exception.Timeout) as error:
        raise DnsInjoignable(f"Le serveur {serveur.nom} ({serveur.adresse}) ne répond pas ({type(error).__name__}).") from None
    except (dns.exception.DNSException, ValueError) as error:
        raise DnsIllisible(f"La réponse du serveur {serveur.nom} ne peut pas être lue ({type(error).__name__}).") from None
    if answer.rcode() not in (dns.rcode.NOERROR, dns.rcode.NXDOMAIN):
        raise NomNonServi(f"Le serveur {serveur.nom} refuse de répondre ({dns.rcode.to_text(answer.rcode())}).")
    return answer
