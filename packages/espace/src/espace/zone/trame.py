# SPDX-FileCopyrightText: 2026 drimm contributors
# SPDX-License-Identifier: EUPL-1.2
"""Framing of DNS over TCP (RFC 1035 §4.2.2): each message after its length on two bytes. A machine on bytes, no socket."""

from __future__ import annotations

from collections.abc import Iterator

from confiance.errors import PeerError

_LENGTH = 2


class TrameTropLongue(PeerError):
    """The peer announces a message that no question needs."""

    code = "zone.trame_trop_longue"
    remede = "Envoyez une question à la fois, dans un message DNS ordinaire."
    message = "Le message DNS annoncé est trop long."


class TcpFramer:
    """Cuts a stream into messages, whatever the pieces in which it comes.

    Args:
        limit: longest message accepted, in bytes.
    """

    def __init__(self, limit: int) -> None:
        self._limit = limit
        self._buffer = bytearray()

    def feed(self, data: bytes) -> Iterator[bytes]:
        """Take bytes and yield each message that is whole.

        Raises:
            TrameTropLongue: a message longer than the limit is announced; nothing after it can be read.
        """
        self._buffer += data
        while len(self._buffer) >= _LENGTH:
            length = int.from_bytes(self._buffer[:_LENGTH], "big")
            if length > self._limit:
                raise TrameTropLongue
            if len(self._buffer) < _LENGTH + length:
                return
            message = bytes(self._buffer[_LENGTH : _LENGTH + length])
            del self._buffer[: _LENGTH + length]
            yield message


def frame(message: bytes) -> bytes:
    """Return a message after its length."""
    return len(message).to_bytes(_LENGTH, "big") + message
