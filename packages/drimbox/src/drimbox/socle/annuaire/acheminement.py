# SPDX-FileCopyrightText: 2026 drimm contributors
# SPDX-License-Identifier: EUPL-1.2
"""The way to a name of the mesh (architecture, decision 17).

In production nothing is configured: the system resolves, port 443. On one machine that plays the whole mesh, the names of the zone
are asked to given DNS servers and the host they lead to is looked up in a table of loopback addresses with their ports: a KOS holds
addresses without port.
"""

from __future__ import annotations

import socket
from dataclasses import dataclass
from ipaddress import ip_address

import dns.asyncresolver
import dns.exception
import dns.nameserver
from aiohttp.abc import AbstractResolver, ResolveResult
from aiohttp.resolver import ThreadedResolver

from confiance.exploitation.settings import SettingsError
from drimbox.config import Acheminement
from drimbox.socle.annuaire.errors import NomIntrouvable

DNS_SECONDS = 5.0


@dataclass(frozen=True, slots=True)
class Adresse:
    """Where a host is reached on this machine."""

    ip: str
    port: int


def resolver(settings: Acheminement) -> AbstractResolver:
    """Return the resolver of a client of the mesh. The caller closes it.

    Raises:
        SettingsError: an address of the table is not a loopback one.
    """
    if not settings.nameservers and not settings.addresses:
        return ThreadedResolver()
    return _Banc(settings)


class _Banc(AbstractResolver):
    """Asks the given DNS servers where a name leads, then the table where that host is."""

    def __init__(self, settings: Acheminement) -> None:
        self._addresses = {_key(host): _read_address(target) for host, target in settings.addresses.items()}
        self._dns = _dns(settings.nameservers)

    async def resolve(self, host: str, port: int = 0, family: socket.AddressFamily = socket.AF_INET) -> list[ResolveResult]:
        """Return the one address and port of a host.

        Raises:
            NomIntrouvable: the host leads to nothing of the table.
        """
        del port, family  # the table says both
        address = self._addresses.get(_key(host)) or self._addresses.get(await self._target(host))
        if address is None:
            raise OSError(None, NomIntrouvable.message) from NomIntrouvable()
        inet = socket.AF_INET6 if ":" in address.ip else socket.AF_INET
        return [ResolveResult(hostname=host, host=address.ip, port=address.port, family=inet, proto=0, flags=socket.AI_NUMERICHOST)]

    async def _target(self, host: str) -> str:
        """Return the host that a name is an alias of."""
        if self._dns is None:
            return _key(host)
        try:
            answer = await self._dns.resolve(host, "A", raise_on_no_answer=False, search=False, lifetime=DNS_SECONDS)
        except dns.exception.DNSException as error:
            raise OSError(None, NomIntrouvable.message) from error
        return _key(answer.canonical_name.to_text())

    async def close(self) -> None:
        """Nothing stays open."""


def _dns(nameservers: tuple[str, ...]) -> dns.asyncresolver.Resolver | None:
    if not nameservers:
        return None
    asker = dns.asyncresolver.Resolver(configure=False)
    targets = map(_read_address, nameservers)
    asker.nameservers = [dns.nameserver.Do53Nameserver(target.ip, target.port) for target in targets]
    return asker


def _read_address(text: str) -> Adresse:
    """Read ``127.0.0.11:8443``. A port of one's choice is a hole in production: loopback only."""
    ip, _, port = text.rpartition(":")
    try:
        address = Adresse(str(ip_address(ip.strip("[]"))), int(port))
    except ValueError:
        raise SettingsError(f"[acheminement] : « {text} » n'est pas une adresse:port.") from None
    if not ip_address(address.ip).is_loopback or not 0 < address.port < 65536:
        raise SettingsError(f"[acheminement] : « {text} » n'est pas une adresse de boucle locale.")
    return address


def _key(host: str) -> str:
    return host.rstrip(".").lower()
