# SPDX-FileCopyrightText: 2026 drimm contributors
# SPDX-License-Identifier: EUPL-1.2
"""Asks a resolver: where a host leads, and which records it holds. Bounded in time and in length of chain."""

from __future__ import annotations

import time
from collections.abc import Iterable
from dataclasses import dataclass
from urllib.parse import urlsplit

import dns.exception
import dns.message
import dns.name
import dns.query
import dns.rcode
import dns.rdata
import dns.rdatatype
import dns.resolver

from confiance.exploitation.logs import get_logger
from espace.config import Zone
from espace.config_zone import Controle
from espace.zone.attente import CoupleAPublier
from espace.zone.controle import DNS_PORT
from espace.zone.errors import DnsIllisible, DnsInjoignable, NomNonServi

log = get_logger("zone")
MAX_CHAIN = 8
"""Aliases followed: resolvers stop near this length too."""


@dataclass(frozen=True, slots=True)
class Resolveur:
    """A recursive resolver.

    Attributes:
        adresse: IP address.
        port: port.
        timeout: seconds for one answer.
        total: seconds for one whole question, aliases and parents included.
    """

    adresse: str
    port: int = DNS_PORT
    timeout: float = 2.0
    total: float = 8.0


@dataclass(frozen=True, slots=True)
class Reponse:
    """What a name holds.

    Attributes:
        chaine: the name asked, then each alias that was followed.
        records: data of the type asked, at the end of the chain.
        existe: the end of the chain exists.
        boucle: the aliases come back on themselves, or are too many.
    """

    chaine: tuple[str, ...]
    records: tuple[dns.rdata.Rdata, ...] = ()
    existe: bool = True
    boucle: bool = False


def resolveur(settings: Controle) -> Resolveur:
    """Return the resolver of the settings, or that of the system.

    Raises:
        DnsInjoignable: the system has none.
    """
    if settings.resolveur is not None:
        parts = urlsplit(f"//{settings.resolveur}")
        return Resolveur(str(parts.hostname), parts.port or DNS_PORT, settings.timeout_seconds)
    try:
        found = dns.resolver.get_default_resolver().nameservers
        return Resolveur(str(found[0]), timeout=settings.timeout_seconds)
    except (dns.exception.DNSException, IndexError):
        raise DnsInjoignable("Cette machine n'a pas de résolveur.", remede="Donnez zone.controle.resolveur.") from None


def ask(name: str, kind: str, by: Resolveur, *, deadline: float | None = None) -> Reponse:
    """Return what a name holds, aliases followed.

    Args:
        name: full host name.
        kind: type of the records.
        by: the resolver.
        deadline: monotonic instant not to pass; by default the total time of the resolver from now.

    Raises:
        DnsInjoignable: no answer in time.
        DnsIllisible: not DNS.
        NomNonServi: the resolver fails on this name (SERVFAIL, REFUSED).
    """
    limit = time.monotonic() + by.total if deadline is None else deadline
    chain = [name]
    while True:
        answer = _exchange(chain[-1], kind, by, limit)
        found, looped = _follow(answer, kind, chain)
        if found or answer.rcode() == dns.rcode.NXDOMAIN or looped:
            return Reponse(tuple(chain), found, answer.rcode() != dns.rcode.NXDOMAIN, looped)
        if len(chain) > 1 and not _holds(answer, chain[-1]) and _asked(answer) != chain[-1]:
            continue  # the answer ends on an alias whose target it does not hold
        return Reponse(tuple(chain))


def remark(host: str, zone: str, by: Resolveur) -> str:
    """Return what a person should know of a target, in a French phrase; nothing when it leads to an address out of the zone.

    Args:
        host: target of a CNAME, already checked by :func:`espace.zone.cibles.check_cible`.
        zone: name of the zone, into which the aliases of the Operateur must not come back.
        by: the resolver.

    Raises:
        DnsInjoignable, DnsIllisible, NomNonServi: nothing is known.
    """
    limit = time.monotonic() + by.total
    for kind in ("A", "AAAA"):
        found = ask(host, kind, by, deadline=limit)
        back = next((name for name in found.chaine if name == zone or name.endswith(f".{zone}")), None)
        if back is not None:
            return f"« {host} » revient dans la zone, sur {back}"
        if found.boucle:
            return f"les alias de « {host} » tournent en rond"
        if found.records:
            return ""
    return f"« {host} » n'a pas encore d'adresse"


def remarks(settings: Zone, couples: Iterable[CoupleAPublier]) -> dict[int, str]:
    """Return, by couple, what is to know of its targets: the hosts are the Operateur's, so this holds no publication back.

    Nothing is asked without a resolver in the settings; one that fails is asked no more.
    """
    if settings.controle.resolveur is None:
        return {}
    by, known = resolveur(settings.controle), dict[str, str]()
    found: dict[int, list[str]] = {}
    try:
        for one in couples:
            for target in sorted({target for target in (one.cibles.db, one.cibles.vi) if target is not None}):
                if target not in known:
                    known[target] = remark(target, settings.name, by)
                if known[target]:
                    found.setdefault(one.couple_id, []).append(known[target])
    except (DnsInjoignable, DnsIllisible, NomNonServi) as error:
        log.warning("zone:cibles:unchecked", code=error.code)
    return {key: " ; ".join(said) for key, said in found.items()}


def _exchange(name: str, kind: str, by: Resolveur, limit: float) -> dns.message.Message:
    left = min(by.timeout, limit - time.monotonic())
    if left <= 0:
        raise DnsInjoignable(f"Le résolveur n'a pas répondu à temps sur {name}.")
    try:
        query = dns.message.make_query(dns.name.from_text(name), kind, use_edns=0, payload=1232)
        answer, _ = dns.query.udp_with_fallback(query, by.adresse, left, by.port)
    except (OSError, EOFError, dns.exception.Timeout) as error:
        raise DnsInjoignable(f"Le résolveur ne répond pas sur {name} ({type(error).__name__}).") from None
    except (dns.exception.DNSException, ValueError) as error:
        raise DnsIllisible(f"La réponse du résolveur sur {name} ne peut pas être lue ({type(error).__name__}).") from None
    if answer.rcode() not in (dns.rcode.NOERROR, dns.rcode.NXDOMAIN):
        raise NomNonServi(f"Le résolveur ne sait pas répondre sur {name} ({dns.rcode.to_text(answer.rcode())}).")
    return answer


def _follow(answer: dns.message.Message, kind: str, chain: list[str]) -> tuple[tuple[dns.rdata.Rdata, ...], bool]:
    """Follow the aliases that this answer holds; return the records at the end, and whether the aliases loop."""
    by_owner: dict[str, list[dns.rdata.Rdata]] = {}
    aliases: dict[str, str] = {}
    for rrset in answer.answer:
        owner = _text(rrset.name)
        if rrset.rdtype == dns.rdatatype.from_text(kind):
            by_owner.setdefault(owner, []).extend(rrset)
        elif rrset.rdtype == dns.rdatatype.CNAME:
            aliases[owner] = _text(rrset[0].target)
    while chain[-1] not in by_owner and chain[-1] in aliases:
        target = aliases[chain[-1]]
        looped = target in chain or len(chain) > MAX_CHAIN
        chain.append(target)
        if looped:
            return (), True
    return tuple(by_owner.get(chain[-1], ())), False


def _holds(answer: dns.message.Message, name: str) -> bool:
    return any(_text(rrset.name) == name for rrset in answer.answer)


def _asked(answer: dns.message.Message) -> str:
    return _text(answer.question[0].name) if answer.question else ""


def _text(name: dns.name.Name) -> str:
    return name.to_text(omit_final_dot=True).lower()
