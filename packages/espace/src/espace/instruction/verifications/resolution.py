# SPDX-FileCopyrightText: 2026 drimm contributors
# SPDX-License-Identifier: EUPL-1.2
"""Does a host answer in the DNS? The only check that goes out, in the process ``ouvrier``: a page never waits for a name server."""

from __future__ import annotations

from ipaddress import ip_address, ip_network

import dns.exception
import dns.resolver
from django.utils.translation import gettext as _

from espace.config import Instruction
from espace.guichet.natures import Verdict

_TYPES = ("A", "AAAA")
_INTERNAL = tuple(
    ip_network(text)
    for text in (
        "0.0.0.0/8", "10.0.0.0/8", "100.64.0.0/10", "127.0.0.0/8", "169.254.0.0/16", "172.16.0.0/12", "192.168.0.0/16", "224.0.0.0/3",
        "::/127", "::ffff:0:0/96", "fc00::/7", "fe80::/10", "ff00::/8",
    )
)  # fmt: skip
"""Addresses that nobody reaches from the Internet (RFC 6890)."""


def resolver(settings: Instruction) -> dns.resolver.Resolver:
    """Return a resolver for the settings: the ones that they name, else those of the machine."""
    made = _of_the_machine() if not settings.resolveurs else dns.resolver.Resolver(configure=False)
    if settings.resolveurs:
        made.nameservers = [str(address) for address in settings.resolveurs]
        made.port = settings.resolveur_port
    made.lifetime = settings.resolution_secondes
    made.timeout = min(made.timeout, settings.resolution_secondes)
    return made


def _of_the_machine() -> dns.resolver.Resolver:
    try:
        return dns.resolver.Resolver()
    except dns.resolver.NoResolverConfiguration:  # a machine that resolves nothing: its checks wait, and nothing else does
        return dns.resolver.Resolver(configure=False)


def look_up(host: str, asked: dns.resolver.Resolver) -> tuple[Verdict, str]:
    """Return what is found of a host: addresses, none, or « en attente » while no server answers.

    Args:
        host: a full name.
        asked: where to ask.
    """
    addresses: list[str] = []
    try:
        for kind in _TYPES:
            answer = asked.resolve(host, kind, raise_on_no_answer=False)
            addresses += [record.to_text() for record in answer.rrset or ()]
    except dns.resolver.NXDOMAIN:
        return Verdict.A_VERIFIER, _("Ce nom n'existe pas encore dans le DNS.")
    except dns.exception.DNSException:
        return Verdict.EN_ATTENTE, _("Aucun serveur DNS n'a répondu ; nouvel essai à suivre.")
    if not addresses:
        return Verdict.A_VERIFIER, _("Ce nom existe et n'a pas d'adresse.")
    if any(_is_internal(address) for address in addresses):
        # never which one: whoever declares a host would read the internal DNS of the administrateur
        return Verdict.A_VERIFIER, _("Ce nom mène à une adresse interne ou réservée ; il doit être joignable d'Internet.")
    return Verdict.CONFORME, ", ".join(addresses[:8])


def _is_internal(address: str) -> bool:
    found = ip_address(address)
    return any(found.version == network.version and found in network for network in _INTERNAL)
