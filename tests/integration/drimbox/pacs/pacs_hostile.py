# SPDX-FileCopyrightText: 2026 drimm contributors
# SPDX-License-Identifier: EUPL-1.2
"""A PACS that accepts everything and then does what a test says: silence, garbage, a cut, foreign objects, wrong counts."""

from __future__ import annotations

import asyncio
import itertools
import ssl
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager

from drimbox.config import Pacs
from drimbox.socle.pacs.appel import AssociationPacs
from drimbox.socle.pacs.dimse import command
from drimbox.socle.pacs.dimse.message import frames
from drimbox.socle.pacs.dimse.negotiation import ACCEPTED, MAX_PDU, Accord, decode_request, encode_accept
from drimbox.socle.pacs.dimse.pdu import Pdu
from drimbox.socle.pacs.errors import PacsIndisponible
from drimbox.socle.pacs.liaison import Liaison

CT = "1.2.840.10008.5.1.4.1.1.2"
STUDY = "1.2.826.0.1.3680043.10.999.1"
Script = Callable[["Session"], Awaitable[None]]


def an_object(instance: str, *, study: str = STUDY, pixels: int = 200_000) -> bytes:
    """An Explicit LE data set small enough to read here: UIDs, then pixels that repeat the instance."""
    elements = [(0x0008, 0x0016, CT), (0x0008, 0x0018, instance), (0x0020, 0x000D, study), (0x0020, 0x000E, study + ".1")]
    head = b"".join(
        group.to_bytes(2, "little")
        + number.to_bytes(2, "little")
        + b"UI"
        + (len(text) + len(text) % 2).to_bytes(2, "little")
        + padded(text)
        for group, number, text in elements
    )
    body = (instance.encode() * (pixels // len(instance) + 1))[:pixels]
    return head + b"\xe0\x7f\x10\x00OW\0\0" + pixels.to_bytes(4, "little") + body


def padded(text: str) -> bytes:
    return text.encode() + b"\0" * (len(text) % 2)


class Session:
    """One association with the caller, as the script of a test sees it."""

    def __init__(self, association: AssociationPacs, liaison: Liaison) -> None:
        self.association, self.liaison = association, liaison
        self.request: command.Commande | None = None

    async def asked(self) -> command.Commande:
        started = await self.association.next_message()
        await self.association.skip()
        if started.commande.field in {command.C_GET_RQ, command.C_MOVE_RQ}:
            self.request = started.commande
        return started.commande

    def _context(self, sop_class: str) -> int:
        found = self.association.context_for(sop_class)
        assert found is not None
        return found[0]

    def store(self, instance: str, data: bytes, *, sop_class: str = CT) -> None:
        asked = command.encode({
            command.CLASS_UID: sop_class,
            command.FIELD: command.C_STORE_RQ,
            command.MESSAGE_ID: 1,
            command.PRIORITY: 0,
            command.DATA_SET_TYPE: command.WITH_DATA_SET,
            command.INSTANCE_UID: instance,
        })  # fmt: skip
        self.association.send(self._context(CT), asked, data)

    async def stored(self, instance: str, data: bytes) -> int:
        """Send an object and return the status of the answer."""
        self.store(instance, data)
        return (await self.asked()).number(command.STATUS)

    async def stream(self, instance: str, pixels: int) -> None:
        """Send one huge object without holding it: zeros, as fast as the caller reads."""
        head = an_object(instance, pixels=0)[:-4] + pixels.to_bytes(4, "little")
        context_id = self.begin(instance)
        for piece in itertools.chain((head,), itertools.repeat(bytes(1 << 17), pixels >> 17)):
            self.liaison.send(frames(context_id, piece, command=False, last=False, max_pdu=MAX_PDU))
            while self.liaison._transport is not None and self.liaison._transport.get_write_buffer_size() > 1 << 18:  # noqa: ASYNC110 - no event
                await asyncio.sleep(0.001)
        self.liaison.send(frames(context_id, b"", command=False, last=True, max_pdu=MAX_PDU))
        await self.asked()

    def begin(self, instance: str) -> int:
        """Send the command of an object whose data set will follow, or not; return its context."""
        context_id = self._context(CT)
        asked = command.encode({
            command.CLASS_UID: CT,
            command.FIELD: command.C_STORE_RQ,
            command.MESSAGE_ID: 1,
            command.PRIORITY: 0,
            command.DATA_SET_TYPE: command.WITH_DATA_SET,
            command.INSTANCE_UID: instance,
        })  # fmt: skip
        self.liaison.send(frames(context_id, asked, command=True, last=True, max_pdu=MAX_PDU))
        return context_id

    async def take(self) -> command.Commande:
        """Receive an object and say nothing yet."""
        return await self.asked()

    def answer_store(self, asked: command.Commande, status: int = 0) -> None:
        self.association.send(self._context(CT), command.store_answer(asked, status))

    def answer(self, status: int, *, completed: int = 0, failed: int = 0, counted: bool = True, to: command.Commande | None = None) -> None:
        """Answer the last C-GET or C-MOVE, or an earlier one."""
        request = to or self.request
        assert request is not None
        counts = {command.COMPLETED: completed, command.FAILED: failed, command.WARNINGS: 0}
        said = command.encode({
            command.CLASS_UID: request.text(command.CLASS_UID),
            command.FIELD: request.field | 0x8000,
            command.RESPONDED_ID: request.number(command.MESSAGE_ID),
            command.DATA_SET_TYPE: command.NO_DATA_SET,
            command.STATUS: status,
        } | (counts if counted else {}))  # fmt: skip
        self.association.send(self._context(request.text(command.CLASS_UID)), said)


@asynccontextmanager
async def pacs_that(script: Script, *, context: ssl.SSLContext | None = None, window: int = 1, **settings: object) -> AsyncIterator[Pacs]:
    """Listen on a free port and follow the script on every association; the block receives the settings that call it."""
    tasks: set[asyncio.Task[None]] = set()

    async def serve(liaison: Liaison) -> None:
        try:
            asked = await liaison.next(10)
            assert isinstance(asked, Pdu)
            proposition = decode_request(asked.body)
            accepted = {contexte.context_id: contexte.transfer_syntaxes[0] for contexte in proposition.contextes}
            liaison.send((encode_accept(proposition, {i: (ACCEPTED, syntax) for i, syntax in accepted.items()}, window=window),))
            await script(Session(AssociationPacs(liaison, proposition, Accord(accepted, proposition.max_pdu), 10), liaison))
            await liaison.next(10)  # the release of the caller, or its departure
        except PacsIndisponible:
            return
        finally:
            liaison.cut()

    def on_connection(liaison: Liaison) -> None:
        task = asyncio.get_running_loop().create_task(serve(liaison))
        tasks.add(task)
        task.add_done_callback(tasks.discard)

    server = await asyncio.get_running_loop().create_server(lambda: Liaison(opened=on_connection), "127.0.0.1", 0, ssl=context)
    port = server.sockets[0].getsockname()[1]
    try:
        yield Pacs.model_validate({"name": "hostile", "host": "127.0.0.1", "port": port, "aet": "HOSTILE", "timeout": 5.0} | settings)
    finally:
        server.close()
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
