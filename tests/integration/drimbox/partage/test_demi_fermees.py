# SPDX-FileCopyrightText: 2026 drimm contributors
# SPDX-License-Identifier: EUPL-1.2
"""Peers that close their side of the connection: nobody is left to give them anything, and what they held is given back."""

from __future__ import annotations

import asyncio
import os
import socket
import ssl
from collections.abc import Iterator
from contextlib import contextmanager, suppress

from tests.drimbox_env import DB, DB2
from tests.integration.drimbox.partage.maille import Etude, Maille
from tests.integration.drimbox.partage.requests import get, headers, parts, until

PATIENCE = 60.0


@contextmanager
def half_closed(maille: Maille, request: bytes, *, first: int = 0) -> Iterator[ssl.SSLSocket]:
    """Send something, read that many bytes, say that nothing more will be sent, and stay there to read.

    The end of the TCP stream comes without the end of TLS (close_notify), as from a peer whose network or process fell half.
    """
    plain = socket.create_connection(("127.0.0.1", maille.port), timeout=PATIENCE)
    plain.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 1 << 16)
    with maille.tls_of(maille.pki.serv_ssl(DB2)).wrap_socket(plain, server_hostname=DB) as secured:
        secured.sendall(request)
        while first > 0:
            first -= len(secured.recv(first))
        below = socket.socket(fileno=os.dup(secured.fileno()))
        below.shutdown(socket.SHUT_WR)
        below.close()
        yield secured


def read_to_the_end(secured: ssl.SSLSocket) -> bytes:
    found = bytearray()
    with suppress(ConnectionError, ssl.SSLError):
        while block := secured.recv(1 << 16):
            found += block
    return bytes(found)


async def request_for(maille: Maille, etude: Etude) -> bytes:
    given = await headers(maille, etude)
    lines = [f"GET /dicom-web-rs/studies/{etude.study} HTTP/1.1", f"Host: {DB}", *(f"{name}: {value}" for name, value in given.items())]
    return ("\r\n".join(lines) + "\r\n\r\n").encode()


async def served_whole(maille: Maille, etude: Etude) -> None:
    async with maille.client() as session:
        status, kind, body = await get(session, maille.url(etude), await headers(maille, etude))
    assert (status, len(parts(kind, body))) == (200, len(etude.datasets))


async def test_one_that_closes_its_side_in_the_middle_of_a_study_is_cut_and_told_apart_from_a_whole_answer(
    porte: Maille, heavy: Etude
) -> None:
    request = await request_for(porte, heavy)

    def leave() -> bytes:
        with half_closed(porte, request, first=1000) as secured:
            return read_to_the_end(secured)

    rest = await asyncio.to_thread(leave)
    assert not rest.endswith(b"0\r\n\r\n")  # the mark of a whole answer
    assert len(rest) < sum(map(len, heavy.datasets.values()))
    await until(lambda: bool(porte.journal("partage:transfert:cut")))
    ((_, code, fields),) = await asyncio.to_thread(porte.journal, "partage:transfert:cut")
    assert (code, fields["instances"] < 30) == ("partage.pair_parti", True)
    await until(lambda: porte.pacs.associations == 0)
    await served_whole(porte, heavy)


async def test_one_that_closes_its_side_before_the_end_of_its_request_is_let_go_without_an_answer(porte: Maille, etude: Etude) -> None:
    request = await request_for(porte, etude)

    def leave(begun: bytes) -> bytes:
        with half_closed(porte, begun) as secured:
            return read_to_the_end(secured)

    for begun in (b"", request[:40], request[:-2]):
        assert not (await asyncio.to_thread(leave, begun)).startswith(b"HTTP/1.1 200")
    assert porte.pacs.associations == 0
    assert await asyncio.to_thread(porte.journal, "partage:transfert:sent") == []
    await served_whole(porte, etude)
