# SPDX-FileCopyrightText: 2026 drimm contributors
# SPDX-License-Identifier: EUPL-1.2
"""Puts the fragments of an association together as DIMSE messages (PS3.7 section 6, PS3.8 annex E): a machine without input nor output.

::

    COMMAND (fragments, gathered: it is short) → DATA SET (fragments, passed on as they come) → COMMAND

"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import NamedTuple, TypeAlias

from drimbox.socle.pacs.dimse.command import Commande, decode
from drimbox.socle.pacs.dimse.errors import ProtocoleRompu
from drimbox.socle.pacs.dimse.pdu import P_DATA, Fragment, LimitesPdu

_PDV_HEADER = 6
_MIN_PDU = 128  # less would carry almost nothing per PDU; PS3.8 annex D.1.1 lets 0 say "no limit"
_NO_LIMIT = 1 << 20


class MessageStarted(NamedTuple):
    """A command set is whole; its data set, if it has one, follows."""

    context_id: int
    commande: Commande


class MessageData(NamedTuple):
    """Some bytes of the data set of the current message."""

    data: memoryview


@dataclass(frozen=True, slots=True)
class MessageEnded:
    """The current message is whole."""


MessageEvent: TypeAlias = MessageStarted | MessageData | MessageEnded
_ENDED = MessageEnded()


class MessageReader:
    """The machine. Give it fragments, take its events."""

    def __init__(self, limites: LimitesPdu | None = None) -> None:
        self._limites = limites or LimitesPdu()
        self._command = bytearray()
        self._context_id = 0  # of the message being read; identifiers are odd, so 0 says none
        self._in_data = False

    def take(self, fragment: Fragment) -> Sequence[MessageEvent]:
        """Take one fragment and return what it completes.

        Raises:
            ProtocoleRompu: it does not belong here, or the command set is too long or unreadable.
        """
        if self._context_id not in {0, fragment.context_id} or fragment.command == self._in_data:
            raise ProtocoleRompu("Le PACS mêle les fragments de deux messages.")
        self._context_id = fragment.context_id
        if fragment.command:
            return self._take_command(fragment)
        if not fragment.last:
            return (MessageData(fragment.data),) if fragment.data else ()
        self._context_id, self._in_data = 0, False
        return (MessageData(fragment.data), _ENDED) if fragment.data else (_ENDED,)

    def _take_command(self, fragment: Fragment) -> Sequence[MessageEvent]:
        self._command += fragment.data
        if len(self._command) > self._limites.max_command:
            raise ProtocoleRompu("Le PACS envoie une commande DIMSE trop longue.")
        if not fragment.last:
            return ()
        commande = decode(bytes(self._command))
        self._command.clear()
        started = MessageStarted(fragment.context_id, commande)
        if commande.has_data_set:
            self._in_data = True
            return (started,)
        self._context_id = 0
        return (started, _ENDED)


def frames(context_id: int, data: bytes | memoryview, *, command: bool, last: bool, max_pdu: int) -> Iterator[bytes | memoryview]:
    """Cut some bytes into P-DATA PDUs: headers and views, to be sent in this order.

    Args:
        context_id: presentation context.
        data: of a command set, or the whole or some part of a data set.
        command: a command set, else a data set.
        last: nothing of this set comes after.
        max_pdu: longest PDU that the other side takes, as negotiated; 0 for no limit.
    """
    room = (max(max_pdu or _NO_LIMIT, _MIN_PDU) - _PDV_HEADER) & ~1  # fragments have an even length (PS3.8 annex E.1)
    view, control = memoryview(data), int(command)
    for start in range(0, len(view) or 1, room):
        piece = view[start : start + room]
        ends = last and start + room >= len(view)
        yield b"".join((
            bytes((P_DATA, 0)),
            (len(piece) + _PDV_HEADER).to_bytes(4, "big"),
            (len(piece) + 2).to_bytes(4, "big"),
            bytes((context_id, control | (2 if ends else 0))),
        ))  # fmt: skip
        yield piece
