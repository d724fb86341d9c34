# SPDX-FileCopyrightText: 2026 drimm contributors
# SPDX-License-Identifier: EUPL-1.2
"""Names looked up on a small name server of the test: found, absent, empty, silent, lying."""

from __future__ import annotations

import socket
import threading
from collections.abc import Iterator
from ipaddress import IPv4Address

import dns.flags
import dns.message
import dns.rcode
import dns.resolver
import dns.rrset
import pytest

from espace.config import Instruction
from espace.guichet.natures import Verdict
from espace.instruction.verifications.resolution import look_up, resolver

LOOPBACK = IPv4Address("127.0.0.1")
HOSTS = {"db.operateur.test.": "192.0.2.7", "interne.operateur.test.": "10.1.2.3", "boucle.operateur.test.": "127.0.0.1"}


def _answer(query: bytes) -> bytes | None:
    asked = dns.message.from_wire(query)
    name, kind = asked.question[0].name.to_text(), asked.question[0].rdtype
    if name.startswith("silence"):
        return None
    if name.startswith("garbage"):
        return b"\x00" * 5
    reply = dns.message.make_response(asked)
    reply.flags |= dns.flags.RA
    if name.startswith("faute"):
        reply.set_rcode(dns.rcode.SERVFAIL)
    elif name not in HOSTS and not name.startswith("vide"):
        reply.set_rcode(dns.rcode.NXDOMAIN)
    elif name in HOSTS and kind == 1:
        reply.answer.append(dns.rrset.from_text(name, 60, "IN", "A", HOSTS[name]))
    return reply.to_wire()


@pytest.fixture(scope="module")
def port() -> Iterator[int]:
    with socket.socket(type=socket.SOCK_DGRAM) as server:
        server.bind(("127.0.0.1", 0))
        server.settimeout(0.2)
        stopping = threading.Event()

        def serve() -> None:
            while not stopping.is_set():
                try:
                    query, peer = server.recvfrom(4096)
                except TimeoutError:
                    continue
                if (reply := _answer(query)) is not None:
                    server.sendto(reply, peer)

        thread = threading.Thread(target=serve)
        thread.start()
        yield server.getsockname()[1]
        stopping.set()
        thread.join()


@pytest.mark.parametrize(
    ("host", "verdict"),
    [
        ("db.operateur.test", Verdict.CONFORME),
        ("absent.operateur.test", Verdict.A_VERIFIER),
        ("vide.operateur.test", Verdict.A_VERIFIER),
        ("silence.operateur.test", Verdict.EN_ATTENTE),
        ("faute.operateur.test", Verdict.EN_ATTENTE),
        ("garbage.operateur.test", Verdict.EN_ATTENTE),
    ],
)
def test_what_a_host_answers(port: int, host: str, verdict: Verdict) -> None:
    asked = resolver(Instruction(resolveurs=(LOOPBACK,), resolveur_port=port, resolution_secondes=0.5))
    found, detail = look_up(host, asked)
    assert found is verdict
    assert detail


def test_the_address_found_is_told(port: int) -> None:
    asked = resolver(Instruction(resolveurs=(LOOPBACK,), resolveur_port=port, resolution_secondes=2))
    assert look_up("db.operateur.test", asked) == (Verdict.CONFORME, "192.0.2.7")


@pytest.mark.parametrize("host", ["interne.operateur.test", "boucle.operateur.test"])
def test_an_internal_address_is_to_be_looked_at_and_is_told_to_nobody(port: int, host: str) -> None:
    asked = resolver(Instruction(resolveurs=(LOOPBACK,), resolveur_port=port, resolution_secondes=2))
    found, detail = look_up(host, asked)
    assert found is Verdict.A_VERIFIER
    assert HOSTS[f"{host}."] not in detail


def test_nobody_at_the_address_delays_the_check() -> None:
    with socket.socket(type=socket.SOCK_DGRAM) as closed:
        closed.bind(("127.0.0.1", 0))
        free = closed.getsockname()[1]
    asked = resolver(Instruction(resolveurs=(LOOPBACK,), resolveur_port=free, resolution_secondes=0.5))
    assert look_up("db.operateur.test", asked)[0] is Verdict.EN_ATTENTE


def test_a_machine_without_resolver_delays_the_check(monkeypatch: pytest.MonkeyPatch) -> None:
    def unconfigured(self: object, *_: object) -> None:
        raise dns.resolver.NoResolverConfiguration

    monkeypatch.setattr(dns.resolver.BaseResolver, "read_resolv_conf", unconfigured)
    asked = resolver(Instruction(resolution_secondes=0.5))
    assert look_up("db.operateur.test", asked)[0] is Verdict.EN_ATTENTE
