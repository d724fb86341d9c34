# SPDX-FileCopyrightText: 2026 drimm contributors
# SPDX-License-Identifier: EUPL-1.2
"""MLLP framing as a machine on bytes: no socket here.

A frame is ``VT payload FS CR``. Peers do otherwise: send FS without CR and wait for the answer (so FS ends the frame), put CR, LF or
noise between frames (skipped, counted), cut a message and begin another (VT inside a frame: the first one is dropped).
"""

from __future__ import annotations

from dataclasses import dataclass

from drimbox.source.reception.errors import SansTrame, TrameTropLongue

VT, FS, CR = 0x0B, 0x1C, 0x0D
_BLANKS = b"\r\n"


@dataclass(frozen=True, slots=True)
class Limits:
    """Bounds of one connection.

    Attributes:
        message_bytes: longest payload.
        noise_bytes: bytes outside frames before the peer is told it does not speak MLLP.
    """

    message_bytes: int = 64 * 1024 * 1024
    noise_bytes: int = 64 * 1024


def frame(payload: bytes) -> bytes:
    """Return the frame of one message."""
    return b"\x0b" + payload + b"\x1c\r"


class Framer:
    """Cuts what comes from one connection into messages. It keeps at most one unfinished message.

    Attributes:
        noise: bytes seen outside frames, blanks not counted.
        dropped: messages that were begun and never ended.
    """

    def __init__(self, limits: Limits | None = None) -> None:
        self._limits = limits or Limits()
        self._buffer = bytearray()
        self._inside = False
        self.noise = 0
        self.dropped = 0

    @property
    def buffered(self) -> int:
        """Bytes held for an unfinished message."""
        return len(self._buffer)

    @property
    def unfinished(self) -> bool:
        """Whether a message has begun and not ended."""
        return self._inside

    def head(self, size: int = 4096) -> bytes:
        """Return the beginning of the unfinished message, to answer a refusal to its sender."""
        return bytes(self._buffer[:size])

    def feed(self, data: bytes) -> list[bytes]:
        """Take bytes as they come, return the messages they complete.

        Raises:
            TrameTropLongue: the unfinished message is longer than the limit.
            SansTrame: too many bytes outside any frame.
        """
        messages: list[bytes] = []
        position = 0
        while position < len(data):
            position = self._inside_frame(data, position, messages) if self._inside else self._outside(data, position)
        return messages

    def _outside(self, data: bytes, position: int) -> int:
        start = data.find(VT, position)
        end = len(data) if start < 0 else start
        self.noise += end - position - sum(data.count(blank, position, end) for blank in _BLANKS)
        if self.noise > self._limits.noise_bytes:
            raise SansTrame
        self._inside = start >= 0
        return end + 1 if self._inside else end

    def _inside_frame(self, data: bytes, position: int, messages: list[bytes]) -> int:
        end = data.find(FS, position)
        stop = len(data) if end < 0 else end
        restart = data.find(VT, position, stop)
        # what is abandoned counts too: whether a message is too long does not depend on how the network cut it
        self._keep(data, position, stop if restart < 0 else restart)
        if restart >= 0:
            self.dropped += 1
            self._buffer.clear()
            return restart + 1
        if end < 0:
            return stop
        messages.append(bytes(self._buffer))
        self._buffer.clear()
        self._inside = False
        return end + 1

    def _keep(self, data: bytes, position: int, stop: int) -> None:
        room = self._limits.message_bytes - len(self._buffer)
        self._buffer += data[position : min(stop, position + room)]
        if stop - position > room:
            raise TrameTropLongue
