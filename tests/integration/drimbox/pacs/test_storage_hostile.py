# SPDX-FileCopyrightText: 2026 drimm contributors
# SPDX-License-Identifier: EUPL-1.2
"""C-STORE to a PACS that takes several objects at once, answers in its own order, or does not keep to the protocol."""

from __future__ import annotations

import asyncio

import pytest

from drimbox.config import Pacs
from drimbox.socle.pacs.dimse.errors import ProtocoleRompu
from drimbox.socle.pacs.envoi import Envoi
from drimbox.socle.pacs.errors import PacsCoupe, PacsIndisponible
from drimbox.socle.pacs.model import ObjetDicom
from drimbox.socle.pacs.storage import ObjetEnvoye, store
from tests.integration.drimbox.pacs.pacs_hostile import CT, Session, an_object, pacs_that

OBJETS = [ObjetDicom(CT, f"1.2.{n}", "1.2.840.10008.1.2.1", an_object(f"1.2.{n}", pixels=1000 * n)) for n in range(1, 8)]


async def sent(pacs: Pacs) -> list[ObjetEnvoye]:
    return await asyncio.to_thread(lambda: list(store(pacs, OBJETS)))


async def test_several_objects_are_under_way_when_the_pacs_says_so_and_results_keep_their_order():
    together: list[int] = []

    async def script(session: Session) -> None:
        left = len(OBJETS)
        while left:
            taken = [await session.take() for _ in range(min(3, left))]
            together.append(len(taken))
            for asked in reversed(taken):
                session.answer_store(asked, 0xB000 if asked.text(0x1000) == "1.2.2" else 0)
            left -= len(taken)

    async with pacs_that(script, window=3) as pacs:
        results = await sent(pacs)
    assert [result.sop_instance_uid for result in results] == [objet.sop_instance_uid for objet in OBJETS]
    assert all(result.stored for result in results)
    assert [result.sop_instance_uid for result in results if result.warning] == ["1.2.2"]
    assert together == [3, 3, 1]


async def test_one_object_is_under_way_when_the_pacs_says_nothing(monkeypatch: pytest.MonkeyPatch):
    said, sending, answering = list[str](), Envoi.send, Envoi.answer

    def send(self: Envoi, objet: ObjetDicom) -> int:
        said.append("object")
        return sending(self, objet)

    def answer(self: Envoi) -> tuple[int, int]:
        found = answering(self)
        said.append("answer")
        return found

    async def script(session: Session) -> None:
        for _ in OBJETS:
            session.answer_store(await session.take())

    monkeypatch.setattr(Envoi, "send", send)
    monkeypatch.setattr(Envoi, "answer", answer)
    async with pacs_that(script) as pacs:
        assert all(result.stored for result in await sent(pacs))
    assert said == ["object", "answer"] * len(OBJETS)


async def test_an_answer_to_nothing_that_was_sent_ends_it():
    async def script(session: Session) -> None:
        asked = await session.take()
        session.answer_store(asked)
        session.answer_store(asked)
        await session.take()

    async with pacs_that(script) as pacs:
        with pytest.raises(ProtocoleRompu):
            await sent(pacs)


@pytest.mark.parametrize(("silent", "error"), [(True, PacsIndisponible), (False, PacsCoupe)])
async def test_a_pacs_that_takes_and_never_answers_is_left(silent: bool, error: type[Exception]):
    async def script(session: Session) -> None:
        await session.take()
        if silent:
            await session.take()
        session.liaison.cut()

    async with pacs_that(script, timeout=0.4) as pacs:
        with pytest.raises(error):
            await sent(pacs)


@pytest.mark.parametrize("status", [0x0001, 0x0107, 0x0116, 0xB000, 0xB007, 0xB123])
async def test_every_warning_of_the_standard_is_a_storage_with_a_remark(status: int):
    async def script(session: Session) -> None:
        for _ in OBJETS:
            session.answer_store(await session.take(), status)

    async with pacs_that(script) as pacs:
        assert {(result.stored, result.warning, result.status) for result in await sent(pacs)} == {(True, True, status)}


@pytest.mark.parametrize("status", [0x0110, 0x0117, 0x0122, 0xA700, 0xC000])
async def test_a_failure_is_no_storage(status: int):
    async def script(session: Session) -> None:
        for _ in OBJETS:
            session.answer_store(await session.take(), status)

    async with pacs_that(script) as pacs:
        assert {(result.stored, result.warning) for result in await sent(pacs)} == {(False, False)}
