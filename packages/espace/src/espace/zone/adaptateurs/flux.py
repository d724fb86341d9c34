# SPDX-FileCopyrightText: 2026 drimm contributors
# SPDX-License-Identifier: EUPL-1.2
"""Takes a long TCP answer as fast as it comes.

A server closes a transfer whose reader is slow (knot: half a second for one message), and reading the records of a country is slow. So a
thread only takes the bytes, and the caller reads them at its pace.
"""

from __future__ import annotations

import contextlib
import queue
import socket
import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass

from espace.zone.trame import TcpFramer, frame

_CHUNK = 65536
_LONGEST = 65535


@dataclass(frozen=True, slots=True)
class Bornes:
    """Bounds of one answer.

    Attributes:
        silence: seconds without a byte.
        total: seconds for the whole.
        octets: bytes for the whole.
    """

    silence: float
    total: float
    octets: int


@contextlib.contextmanager
def conversation(address: str, port: int, question: bytes, bornes: Bornes) -> Iterator[Iterator[bytes]]:
    """Send one DNS message over TCP and give the messages that come back, until the peer closes or the block ends.

    Args:
        address: IP address.
        port: port.
        question: the message, without its length.
        bornes: bounds of the answer.

    Raises:
        OSError: no connection, silence, or a bound is passed.
        TrameTropLongue: not DNS.
    """
    with socket.create_connection((address, port), timeout=bornes.silence) as peer:
        peer.sendall(frame(question))
        chunks: queue.SimpleQueue[bytes | OSError] = queue.SimpleQueue()
        taker = threading.Thread(target=_take, args=(peer, chunks, bornes), name="flux", daemon=True)
        taker.start()
        try:
            yield _messages(chunks, bornes)
        finally:
            with contextlib.suppress(OSError):
                peer.shutdown(socket.SHUT_RDWR)  # the thread wakes and ends
            taker.join()


def _take(peer: socket.socket, chunks: queue.SimpleQueue[bytes | OSError], bornes: Bornes) -> None:
    taken, limit = 0, time.monotonic() + bornes.total
    try:
        while data := peer.recv(_CHUNK):
            taken += len(data)
            if taken > bornes.octets or time.monotonic() > limit:
                raise TimeoutError("too long an answer")
            chunks.put(data)
    except OSError as error:
        chunks.put(error)
    else:
        chunks.put(b"")


def _messages(chunks: queue.SimpleQueue[bytes | OSError], bornes: Bornes) -> Iterator[bytes]:
    framer = TcpFramer(_LONGEST)
    while True:
        try:
            data = chunks.get(timeout=bornes.total)
        except queue.Empty:
            raise TimeoutError from None
        if isinstance(data, OSError):
            raise data
        if not data:
            return
        yield from framer.feed(data)
