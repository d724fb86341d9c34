# SPDX-FileCopyrightText: 2026 drimm contributors
# SPDX-License-Identifier: EUPL-1.2
"""A PACS that is slow, dies, lies or speaks nonsense: each ends in its own error, with nothing left open and little in memory."""

from __future__ import annotations

import asyncio
import tracemalloc
from contextlib import suppress

import pytest

from drimbox.config import Pacs
from drimbox.socle.pacs.bassin import associations_gardees
from drimbox.socle.pacs.dimse.errors import ProtocoleRompu
from drimbox.socle.pacs.dimse.message import frames
from drimbox.socle.pacs.dimse.negotiation import MAX_PDU, RELEASE_REQUEST
from drimbox.socle.pacs.dimse.pdu import RELEASE_RP, Pdu
from drimbox.socle.pacs.errors import PacsAbsent, PacsCoupe, PacsIncomplet, PacsIndisponible, PacsRefuse
from drimbox.socle.pacs.flux import DemandeImages, recuperer
from drimbox.socle.pacs.identifiants import ObjetIllisible
from drimbox.socle.pacs.places import places_of
from tests.integration.drimbox.pacs.pacs_hostile import CT, STUDY, Session, an_object, pacs_that
from tests.integration.drimbox.pacs.test_flux import received, whole

ASKED = DemandeImages(STUDY, sop_classes=(CT,))
FOREVER = 3600


async def place_is_free(pacs: Pacs) -> bool:
    places = places_of(pacs)
    future = places.take()
    free = future.done()
    places.leave(future)  # another test may be given the same port
    return free


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


@pytest.mark.parametrize(
    ("status", "counts", "times", "error"),
    [
        (0xB000, {"completed": 1, "failed": 1}, 1, None),  # of what we did not wait for
        (0xA702, {"completed": 1, "failed": 1}, 1, None),
        (0x0000, {"completed": 2}, 2, None),
        (0x0000, {"counted": False}, 1, None),
        (0x0000, {"completed": 1}, 0, PacsIncomplet),
        (0xB000, {"failed": 1}, 0, PacsIncomplet),
        (0x0000, {"counted": False}, 0, PacsAbsent),
    ],
)
async def test_what_is_awaited_by_name_decides_alone_once_it_is_here(
    status: int, counts: dict[str, int], times: int, error: type[Exception] | None
):
    async def script(session: Session) -> None:
        await session.asked()
        for _ in range(times):
            await session.stored("1.2.1", an_object("1.2.1"))
        session.answer(status, **counts)

    demande = DemandeImages(STUDY, sop_classes=(CT,), attendus=frozenset({"1.2.1"}))
    async with pacs_that(script, timeout=120.0) as pacs, recuperer(pacs, demande) as flux:
        for _ in range(times):
            assert (await anext(flux)).sop_instance_uid == "1.2.1"
        with pytest.raises(error or StopAsyncIteration):
            await anext(flux)


async def test_an_object_sent_twice_and_counted_twice_is_whole_when_nothing_is_awaited_by_name():
    async def script(session: Session) -> None:
        await session.asked()
        for _ in range(2):
            await session.stored("1.2.1", an_object("1.2.1"))
        session.answer(0, completed=2)

    async with pacs_that(script, timeout=120.0) as pacs, recuperer(pacs, ASKED) as flux:
        assert [objet.sop_instance_uid async for objet in flux] == ["1.2.1", "1.2.1"]


async def test_an_unreadable_object_is_told_at_once_and_what_the_pacs_still_sends_is_not_read():
    told: list[object] = []

    async def script(session: Session) -> None:
        await session.asked()
        some = [*frames(session.begin("1.2.1"), b"\xff" * 600, command=False, last=False, max_pdu=MAX_PDU)]
        session.liaison.send(some)
        try:
            told.append(await session.liaison.next(None))
        except PacsCoupe as error:
            told.append(str(error))
        while session.liaison.alive:
            session.liaison.send(some)
            await asyncio.sleep(0.01)

    async with asyncio.timeout(120), pacs_that(script, timeout=100.0, max_associations=1) as pacs:
        with pytest.raises(ObjetIllisible):
            await received(pacs, ASKED)
        assert await place_is_free(pacs)
        while not told:  # noqa: ASYNC110 - no event
            await asyncio.sleep(0.01)
    assert told == ["Le PACS a interrompu l'association."]


async def test_a_release_given_up_still_closes_the_connection():
    leaving = asyncio.Event()
    closed = asyncio.Event()

    async def script(session: Session) -> None:
        await session.asked()
        await session.stored("1.2.1", an_object("1.2.1"))
        session.answer(0, completed=1)
        await session.liaison.next(None)  # the release, which is not answered
        leaving.set()
        await session.liaison.closed
        closed.set()

    async with asyncio.timeout(120), pacs_that(script, timeout=100.0, max_associations=1, idle_seconds=0) as pacs:
        task = asyncio.create_task(received(pacs, ASKED))
        await leaving.wait()
        task.cancel()
        await asyncio.wait([task])
        await closed.wait()
        assert await place_is_free(pacs)


async def test_a_second_last_answer_to_an_earlier_request_says_nothing_of_the_next_one():
    async def script(session: Session) -> None:
        first = await session.asked()
        await session.stored("1.2.1", an_object("1.2.1"))
        session.answer(0, completed=1)
        await session.asked()
        session.answer(0, completed=1, to=first)
        await session.stored("1.2.1", an_object("1.2.1"))
        session.answer(0, completed=1)
        await session.liaison.closed

    async with asyncio.timeout(120), associations_gardees(), pacs_that(script, timeout=100.0) as pacs:
        for _ in range(2):
            assert set(await received(pacs, ASKED)) == {"1.2.1"}


@pytest.mark.parametrize("cut", [True, False])
async def test_a_pacs_that_leaves_a_kept_association_is_answered_and_its_place_comes_back(cut: bool):
    answers: list[int] = []

    async def script(session: Session) -> None:
        await session.asked()
        await session.stored("1.2.1", an_object("1.2.1"))
        session.answer(0, completed=1)
        await kept.wait()
        if cut:
            session.liaison.cut()
            return
        session.liaison.send((RELEASE_REQUEST,))
        answer = await session.liaison.next(None)
        assert isinstance(answer, Pdu)
        answers.append(answer.kind)

    kept = asyncio.Event()
    async with (
        asyncio.timeout(120),
        associations_gardees(),
        pacs_that(script, timeout=100.0, max_associations=1, idle_seconds=3600.0) as pacs,
    ):
        await received(pacs, ASKED)
        places = places_of(pacs)
        assert not places._free  # asking for it would have it given back
        kept.set()
        while not (places._free and (cut or answers)):  # noqa: ASYNC110 - no event
            await asyncio.sleep(0.01)
        assert answers == ([] if cut else [RELEASE_RP])


async def test_a_pacs_that_says_for_ever_that_it_prepares_an_image_is_left():
    async def script(session: Session) -> None:
        await session.asked()
        while session.liaison.alive:
            session.answer(0xFF00)
            await asyncio.sleep(0.01)

    async with asyncio.timeout(120), pacs_that(script, timeout=100.0, image_seconds=0.1, max_associations=1) as pacs:
        with pytest.raises(PacsIndisponible, match="prépare"):
            await received(pacs, ASKED)
        assert await place_is_free(pacs)


@pytest.mark.parametrize("within", ["between messages", "in an object"])
@pytest.mark.parametrize("fragments", [0, 1])
async def test_data_without_a_byte_is_no_sign_of_life(within: str, fragments: int):
    async def script(session: Session) -> None:
        await session.asked()
        context_id = session._context(CT)
        if within == "in an object":
            session.begin("1.2.1")
            some = an_object("1.2.1", pixels=5000)[:3000]
            session.liaison.send(frames(context_id, some, command=False, last=False, max_pdu=MAX_PDU))
        nothing = b"\0\0\0\x02" + bytes((context_id, int(within == "between messages"))) if fragments else b""
        while session.liaison.alive:
            session.liaison.send((b"\x04\0" + len(nothing).to_bytes(4, "big") + nothing,))
            await asyncio.sleep(0.01)

    async with asyncio.timeout(120), pacs_that(script, timeout=0.3, max_associations=1) as pacs:
        with pytest.raises(PacsIndisponible, match="tu"):
            await received(pacs, ASKED)
        assert await place_is_free(pacs)
