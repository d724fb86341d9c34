# SPDX-FileCopyrightText: 2026 drimm contributors
# SPDX-License-Identifier: EUPL-1.2
"""One association by which a PACS sends rejection notes: what is negotiated, what is gathered, what is answered.

Nothing but a Key Object Selection is negotiated. What comes is gathered up to a limit and forgotten beyond it: a data set that never ends
costs a few hundred kilobytes, until the time of the association is over.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass

from drimbox.socle.pacs.appel import AssociationPacs
from drimbox.socle.pacs.dimse import command
from drimbox.socle.pacs.dimse.errors import ProtocoleRompu
from drimbox.socle.pacs.dimse.message import MessageData, MessageEnded, MessageStarted
from drimbox.socle.pacs.dimse.pdu import LimitesPdu
from drimbox.socle.pacs.uids import KEY_OBJECT_SELECTION
from drimbox.source.reception.errors import NoteTropLongue
from drimbox.source.reception.iocm import EXPLICIT, IMPLICIT

SYNTAXES = (EXPLICIT, IMPLICIT)
MAX_PDU = 64 * 1024
"""Longest PDU that we announce."""
LIMITES_PDU = LimitesPdu(max_pdu=4 * MAX_PDU, max_negotiation=64 * 1024, max_command=4096, max_identifier=0)


@dataclass(frozen=True, slots=True)
class NoteRecue:
    """A data set that a PACS sent.

    Attributes:
        data: encoded, without preamble nor file meta information.
        syntax: its transfer syntax.
    """

    data: bytes
    syntax: str

    def __repr__(self) -> str:
        return f"NoteRecue({len(self.data)} bytes)"


Keep = Callable[[NoteRecue], Awaitable[int]]
"""Takes a note and returns the DIMSE status to answer."""


async def serve_notes(association: AssociationPacs, keep: Keep, max_bytes: int) -> None:
    """Serve until the PACS leaves.

    Args:
        association: negotiated.
        keep: takes each note.
        max_bytes: longest data set.

    Raises:
        PacsIndisponible: silence, release or abort.
        ProtocoleRompu: what comes is no C-ECHO and no C-STORE, or cannot be read.
    """
    while True:
        started = await association.next_message()
        abstract, syntax = association.contextes.get(started.context_id, ("", ""))
        field = started.commande.field
        if field == command.C_ECHO_RQ and abstract:
            await association.skip()
            association.send(started.context_id, command.echo_answer(started.commande))
        elif field == command.C_STORE_RQ and abstract == KEY_OBJECT_SELECTION and started.commande.has_data_set:
            await _store(association, started, syntax, keep, max_bytes)
        else:
            raise ProtocoleRompu


async def _store(association: AssociationPacs, started: MessageStarted, syntax: str, keep: Keep, max_bytes: int) -> None:
    try:
        status = await keep(NoteRecue(await _gather(association, max_bytes), syntax))
    except NoteTropLongue as error:
        status = error.status
    association.send(started.context_id, command.store_answer(started.commande, status))


async def _gather(association: AssociationPacs, max_bytes: int) -> bytes:
    gathered, total = bytearray(), 0
    while not isinstance(event := await association.next(), MessageEnded):
        if not isinstance(event, MessageData):
            raise ProtocoleRompu
        total += len(event.data)
        if total <= max_bytes:
            gathered += event.data
        else:
            gathered.clear()  # the rest passes, unread: the PACS gets an answer instead of a cut
    if total > max_bytes:
        raise NoteTropLongue
    return bytes(gathered)
