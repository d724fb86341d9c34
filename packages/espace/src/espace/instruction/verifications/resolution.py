# SPDX-FileCopyrightText: 2026 drimm contributors
# SPDX-License-Identifier: EUPL-1.2
"""Does a host answer in the DNS? The only check that goes out, in the process ``ouvrier``: a page never waits for a name server."""

from __future__ import annotations

import dns.exception
import dns.resolver
from django.utils.translation import gettext as _

from espace.config import Instruction
from espace.guichet.natures import Verdict

_TYPES = ("A", "AAAA")


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
    return Verdict.CONFORME, ", ".join(addresses[:8])
