# SPDX-FileCopyrightText: 2026 drimm contributors
# SPDX-License-Identifier: EUPL-1.2
"""A PACS that is slow, dies, lies or speaks nonsense: each ends in its own error, with nothing left open and little in memory."""

from __future__ import annotations

import asyncio
import tracemalloc
from contextlib import suppress

import pytest

from drimbox.config import Pacs
from drimbox.socle.pacs.dimse.errors import ProtocoleRompu
from drimbox.socle.pacs.dimse.message import frames
from drimbox.socle.pacs.dimse.negotiation import MAX_PDU
from drimbox.socle.pacs.errors import PacsAbsent, PacsCoupe, PacsIncomplet, PacsIndisponible, PacsRefuse
from drimbox.socle.pacs.flux import DemandeImages, recuperer
from drimbox.socle.pacs.identifiants import ObjetIllisible
from drimbox.socle.pacs.places import places_of
from tests.integration.drimbox.pacs.pacs_hostile import CT, STUDY, Session, an_object, pacs_that
from tests.integration.drimbox.pacs.test_flux import received, whole

ASKED = DemandeImages(STUDY, sop_classes=(CT,))
FOREVER = 3600


async def place_is_free(pacs: Pacs) -> bool:
    future = places_of(pacs).take()
    return future.done()


async def test_a_pacs_that_stops_in_the_middle_of_an_object_has_cut():
    async def script(session: Session) -> None:
        await session.asked()
        await session.stored("1.2.1", an_object("1.2.1"))
        context_id = session.begin("1.2.2")
        session.liaison.send(frames(context_id, an_object("1.2.2")[:90_000], command=False, last=False, max_pdu=MAX_PDU))
        session.liaison.cut()

    async with pacs_that(script, max_associations=1) as pacs:
        async with recuperer(pacs, ASKED) as flux:
            assert await whole(await anext(flux)) == an_object("1.2.1")
            cut = await anext(flux)
            with pytest.raises(PacsCoupe):
                await whole(cut)
        assert await place_is_free(pacs)


async def test_a_pacs_that_goes_silent_is_left_after_its_timeout():
    async def script(session: Session) -> None:
        await session.asked()
        await session.stored("1.2.1", an_object("1.2.1"))
        await asyncio.sleep(FOREVER)

    async with pacs_that(script, timeout=0.3, max_associations=1) as pacs:
        async with recuperer(pacs, ASKED) as flux:
            assert (await anext(flux)).sop_instance_uid == "1.2.1"
            with pytest.raises(PacsIndisponible, match="tu"):
                await anext(flux)
        assert await place_is_free(pacs)


async def test_a_pacs_that_never_answers_the_call_is_left_after_its_timeout():
    left = asyncio.Event()

    async def listen(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with suppress(ConnectionError):
            await reader.read()
        writer.close()
        left.set()

    server = await asyncio.start_server(listen, "127.0.0.1", 0)
    async with server:
        pacs = Pacs(name="mute", host="127.0.0.1", port=server.sockets[0].getsockname()[1], aet="MUTE", timeout=0.3)
        with pytest.raises(PacsIndisponible):
            await received(pacs, ASKED)
        await left.wait()


async def test_the_silence_of_a_slow_reader_is_not_that_of_the_pacs():
    async def script(session: Session) -> None:
        await session.asked()
        for uid in ("1.2.1", "1.2.2"):
            await session.stored(uid, an_object(uid))
        session.answer(0, completed=2)

    async with pacs_that(script, timeout=2) as pacs, recuperer(pacs, ASKED) as flux:
        first = await anext(flux)
        await asyncio.sleep(2.5)
        assert await whole(first) == an_object("1.2.1")
        assert await whole(await anext(flux)) == an_object("1.2.2")


@pytest.mark.parametrize(
    ("status", "counts", "error"),
    [
        (0x0000, {"completed": 1}, None),
        (0xB000, {"completed": 1, "failed": 1}, PacsIncomplet),
        (0x0000, {"completed": 2}, PacsIncomplet),
        (0xA701, {}, PacsRefuse),
        (0xFE00, {"completed": 1}, PacsRefuse),
    ],
)
async def test_the_last_answer_decides_after_the_last_object(status: int, counts: dict[str, int], error: type[Exception] | None):
    async def script(session: Session) -> None:
        await session.asked()
        await session.stored("1.2.1", an_object("1.2.1"))
        session.answer(0xFF00)
        session.answer(status, **counts)

    async with pacs_that(script) as pacs, recuperer(pacs, ASKED) as flux:
        assert (await anext(flux)).sop_instance_uid == "1.2.1"
        with pytest.raises(error or StopAsyncIteration):
            await anext(flux)


async def test_an_empty_success_is_an_absence():
    async def script(session: Session) -> None:
        await session.asked()
        session.answer(0)

    async with pacs_that(script) as pacs:
        with pytest.raises(PacsAbsent):
            await received(pacs, ASKED)


@pytest.mark.parametrize(
    "garbage",
    [b"HTTP/1.1 200 OK\r\n\r\n", b"\x04\0\0\0\0\x0a\0\0\0\xff\x03\x02", b"\x04\0\0\0\0\x06\0\0\0\x02\x03\x00" * 3 + b"\x09", bytes(64)],
)
async def test_nonsense_ends_the_association(garbage: bytes):
    async def script(session: Session) -> None:
        await session.asked()
        session.liaison.send((garbage,))

    async with pacs_that(script, max_associations=1) as pacs:
        with pytest.raises(ProtocoleRompu):
            await received(pacs, ASKED)
        assert await place_is_free(pacs)


async def test_a_data_set_that_is_none_is_unreadable():
    async def script(session: Session) -> None:
        await session.asked()
        session.store("1.2.1", b"\xfe\xff\x00\xe0" + bytes(100))

    async with pacs_that(script) as pacs:
        with pytest.raises(ObjetIllisible):
            await received(pacs, ASKED)


async def test_a_server_that_speaks_tls_where_clear_text_is_expected_is_named():
    async def speak(_reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(b"\x15\x03\x03\x00\x02\x02\x32")
        writer.close()

    server = await asyncio.start_server(speak, "127.0.0.1", 0)
    async with server:
        pacs = Pacs(name="tls", host="127.0.0.1", port=server.sockets[0].getsockname()[1], aet="TLS", timeout=2.0)
        with pytest.raises(PacsRefuse, match="TLS"):
            await received(pacs, ASKED)


async def test_an_object_of_any_size_keeps_little_in_memory_and_waits_for_its_reader():
    pixels, sent = 256 << 20, asyncio.Event()

    async def script(session: Session) -> None:
        await session.asked()
        await session.stream("1.2.1", pixels)
        sent.set()
        session.answer(0, completed=1)

    tracemalloc.start()
    async with pacs_that(script) as pacs, recuperer(pacs, ASKED) as flux:
        objet = await anext(flux)
        blocks = objet.blocs()
        await anext(blocks)
        await asyncio.sleep(0.2)
        assert not sent.is_set()  # the PACS waits: what is not read is still on its side
        async for _block in blocks:
            pass
        assert objet.recus == len(an_object("1.2.1", pixels=0)) + pixels
        assert [other async for other in flux] == []
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert peak < 4 << 20  # both sides are in this process
