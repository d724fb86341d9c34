# SPDX-FileCopyrightText: 2026 drimm contributors
# SPDX-License-Identifier: EUPL-1.2
"""Ports told to programs: free, never twice the same, and none that an outgoing connection may take meanwhile."""

from __future__ import annotations

import socket

import pytest

from banc import ports
from banc.demo.children import ChildFell


def test_no_port_is_given_twice_nor_is_one_that_the_system_gives_to_outgoing_connections() -> None:
    drawn = [ports.free_port() for _ in range(50)]
    assert len(set(drawn)) == 50
    with socket.socket() as chosen_by_the_system:
        chosen_by_the_system.bind(("127.0.0.1", 0))
        assert max(drawn) < ports._end() <= chosen_by_the_system.getsockname()[1]


@pytest.mark.parametrize("kind", [socket.SOCK_STREAM, socket.SOCK_DGRAM])
def test_a_port_taken_for_one_use_is_not_given_for_both(kind: socket.SocketKind, monkeypatch: pytest.MonkeyPatch) -> None:
    with socket.socket(type=kind) as holder:
        taken = ports.free_udp_and_tcp_port()
        holder.bind(("127.0.0.1", taken))
        monkeypatch.setattr(ports, "_ranks", iter(range(taken - ports.LOWEST, ports._SPAN)))
        assert ports.free_udp_and_tcp_port() > taken


def test_waiting_for_a_port_ends_when_somebody_listens() -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        port = server.getsockname()[1]
        ports.wait_for_port(port, 20)
    assert not ports.listens(port)


def test_waiting_for_a_port_ends_at_its_limit_or_when_it_is_of_no_use() -> None:
    port = ports.free_port()
    with pytest.raises(TimeoutError):
        ports.wait_for_port(port, 0)

    def fell() -> None:
        raise ChildFell("gone")

    with pytest.raises(ChildFell):
        ports.wait_for_port(port, 60, check=fell)
