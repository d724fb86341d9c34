# SPDX-FileCopyrightText: 2026 drimm contributors
# SPDX-License-Identifier: EUPL-1.2
"""The way to a name: a DNS server of the test, then the table of loopback addresses."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from typing import Any

import dns.flags
import dns.message
import dns.rcode
import dns.rrset
import pytest
from aiohttp.resolver import ThreadedResolver
from pydantic import ValidationError

from confiance.exploitation.settings import SettingsError
from drimbox.config import Acheminement
from drimbox.socle.annuaire.acheminement import resolver
from drimbox.socle.annuaire.errors import NomIntrouvable

DB, HOST = "db1.1.mesimagesmedicales.fr", "passerelle.operateur-a.test"


class Zone(asyncio.DatagramProtocol):
    """Answers one CNAME, and NXDOMAIN to anything else."""

    def connection_made(self, transport: Any) -> None:
        self.transport = transport

    def datagram_received(self, data: bytes, addr: tuple[str, int]) -> None:
        query = dns.message.from_wire(data)
        answer = dns.message.make_response(query)
        answer.flags |= dns.flags.AA
        if query.question[0].name.to_text() == DB + ".":
            answer.answer.append(dns.rrset.from_text(DB + ".", 60, "IN", "CNAME", HOST + "."))
        else:
            answer.set_rcode(dns.rcode.NXDOMAIN)
        self.transport.sendto(answer.to_wire(), addr)


@pytest.fixture
async def zone() -> AsyncIterator[str]:
    transport, _ = await asyncio.get_running_loop().create_datagram_endpoint(Zone, local_addr=("127.0.0.1", 0))
    yield "127.0.0.1:{}".format(transport.get_extra_info("sockname")[1])
    transport.close()


async def test_the_alias_of_a_name_leads_to_an_address_and_a_port(zone: str) -> None:
    way = resolver(Acheminement(nameservers=(zone,), addresses={HOST.upper(): "127.0.0.11:8443"}))
    (found,) = await way.resolve(DB, 443)
    assert (found["hostname"], found["host"], found["port"]) == (DB, "127.0.0.11", 8443)


async def test_a_name_without_alias_is_looked_up_in_the_table() -> None:
    (found,) = await resolver(Acheminement(addresses={DB: "127.0.0.1:8443"})).resolve(DB, 443)
    assert (found["host"], found["port"]) == ("127.0.0.1", 8443)


@pytest.mark.parametrize("name", ["db2.1.mesimagesmedicales.fr", "evil.test"])
async def test_a_name_that_leads_nowhere_is_an_error_of_ours(zone: str, name: str) -> None:
    with pytest.raises(OSError, match="DNS") as failed:
        await resolver(Acheminement(nameservers=(zone,), addresses={HOST: "127.0.0.11:8443"})).resolve(name, 443)
    assert failed.value.strerror == NomIntrouvable.message


async def test_an_alias_outside_the_table_is_not_followed(zone: str) -> None:
    with pytest.raises(OSError, match="DNS"):
        await resolver(Acheminement(nameservers=(zone,), addresses={"other.test": "127.0.0.1:1"})).resolve(DB, 443)


async def test_in_production_the_system_resolves() -> None:
    assert isinstance(resolver(Acheminement()), ThreadedResolver)


@pytest.mark.parametrize("target", ["10.0.0.1:8443", "192.0.2.1:443", "[2001:db8::1]:443"])
def test_a_port_outside_the_loopback_is_refused_by_the_settings_and_by_the_resolver(target: str) -> None:
    with pytest.raises(ValidationError):
        Acheminement(addresses={HOST: target})
    with pytest.raises(SettingsError):
        resolver(Acheminement.model_construct(nameservers=(), addresses={HOST: target}))


@pytest.mark.parametrize("target", ["127.0.0.1", "127.0.0.1:", "127.0.0.1:0", "127.0.0.1:70000", "localhost:80"])
def test_a_target_that_is_not_an_address_and_a_port_is_refused(target: str) -> None:
    with pytest.raises(SettingsError):
        resolver(Acheminement.model_construct(nameservers=(), addresses={HOST: target}))
