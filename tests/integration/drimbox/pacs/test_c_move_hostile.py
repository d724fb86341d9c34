# SPDX-FileCopyrightText: 2026 drimm contributors
# SPDX-License-Identifier: EUPL-1.2
"""A PACS that sends late, for somebody who left, without counting, or that says for ever that it is at work: by C-MOVE."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager, suppress

import pytest

from banc.ports import free_port
from drimbox.config import Pacs
from drimbox.socle.pacs.appel import AssociationPacs, appeler
from drimbox.socle.pacs.attente import Attente
from drimbox.socle.pacs.c_move import _patiently
from drimbox.socle.pacs.dimse import command
from drimbox.socle.pacs.dimse.negotiation import Proposition, contextes_of
from drimbox.socle.pacs.errors import PacsIncomplet, PacsIndisponible
from drimbox.socle.pacs.flux import DemandeImages, recuperer
from drimbox.socle.pacs.objet import ObjetEnCours
from drimbox.socle.pacs.reception_stockage import NOT_AUTHORIZED, reception_of
from tests.integration.drimbox.pacs.pacs_hostile import CT, STUDY, Session, an_object, pacs_that
from tests.integration.drimbox.pacs.test_flux import whole

UIDS = [f"1.2.{rank}" for rank in range(1, 7)]
ASKED = DemandeImages(STUDY, sop_classes=(CT,))


def moving(**settings: object) -> tuple[int, dict[str, object]]:
    """Settings of a PACS asked by C-MOVE, and the port where it sends."""
    port = free_port()
    return port, {"recuperation": "c-move", "move": {"aet": "DRIMOVE", "port": port}, "timeout": 120.0} | settings


@asynccontextmanager
async def connection(port: int) -> AsyncIterator[AssociationPacs]:
    """A connection of the PACS to where it sends."""
    us = Pacs(name="us", host="127.0.0.1", port=port, aet="DRIMOVE", calling_aet="HOSTILE", timeout=120.0)
    association = await appeler(us, Proposition("HOSTILE", "DRIMOVE", contextes_of([(CT, ("1.2.840.10008.1.2.1",))])))
    try:
        yield association
    finally:
        association.abort()


async def push(association: AssociationPacs, instance: str, originator: command.Commande | None) -> int:
    """Send an object, for a C-MOVE that it names or not; return the status of the answer."""
    context = association.context_for(CT)
    assert context is not None
    values: dict[int, int | str] = {
        command.CLASS_UID: CT,
        command.FIELD: command.C_STORE_RQ,
        command.MESSAGE_ID: association.next_message_id(),
        command.PRIORITY: 0,
        command.DATA_SET_TYPE: command.WITH_DATA_SET,
        command.INSTANCE_UID: instance,
    }
    if originator is not None:
        values |= {command.ORIGINATOR_AET: "DRIMBOX", command.ORIGINATOR_ID: originator.number(command.MESSAGE_ID)}
    association.send(context[0], command.encode(values), an_object(instance, pixels=3000))
    started = await association.next_message()
    await association.skip()
    return started.commande.number(command.STATUS)


async def uids_of(flux: AsyncIterator[ObjetEnCours]) -> list[str]:
    found = []
    async for objet in flux:
        await objet.finish()
        found.append(objet.sop_instance_uid)
    return found


async def until(condition: Callable[[], bool]) -> None:
    async with asyncio.timeout(120):
        while not condition():  # noqa: ASYNC110 - what is looked at has no event
            await asyncio.sleep(0.01)


@pytest.mark.parametrize("named", [True, False])
async def test_what_is_still_sent_for_a_c_move_given_up_reaches_no_other(named: bool):
    port, settings = moving()
    asked: list[command.Commande] = []
    first_here, again, tried = asyncio.Event(), asyncio.Event(), asyncio.Event()
    refusals: list[object] = []

    async def late(association: AssociationPacs, request: command.Commande | None) -> None:
        try:
            refusals.append(await push(association, UIDS[1], request))
        except PacsIndisponible as error:
            refusals.append(type(error))

    async def script(session: Session) -> None:
        request = await session.asked()
        asked.append(request)
        if len(asked) == 1:
            await asyncio.Event().wait()  # another study: the listener stays open
        async with connection(port) as association:
            if len(asked) == 2:
                await push(association, UIDS[0], request if named else None)
                first_here.set()
                await again.wait()
                await late(association, request if named else None)
                if named:
                    async with connection(port) as another:
                        await late(another, request)
                tried.set()
                return
            again.set()
            await tried.wait()
            for uid in UIDS:
                await push(association, uid, request if named else None)
            session.answer(0, completed=len(UIDS))

    async with asyncio.timeout(240), pacs_that(script, **settings) as pacs:

        async def of_another_study() -> None:
            async with recuperer(pacs, DemandeImages("1.9.9", sop_classes=(CT,))) as flux:
                await uids_of(flux)

        other = asyncio.create_task(of_another_study())
        await until(lambda: len(asked) == 1)
        async with recuperer(pacs, ASKED) as flux:
            await (await anext(flux)).finish()
            following = asyncio.ensure_future(anext(flux))
            await first_here.wait()
            following.cancel()
            await asyncio.wait([following])
        async with recuperer(pacs, ASKED) as flux:
            assert await uids_of(flux) == UIDS
        other.cancel()
        await asyncio.wait([other])
    assert all(refusal == NOT_AUTHORIZED or (isinstance(refusal, type) and issubclass(refusal, PacsIndisponible)) for refusal in refusals)
    assert len(refusals) == 1 + named
    assert len({request.number(command.MESSAGE_ID) for request in asked}) == len(asked)


@pytest.mark.parametrize("attendus", [None, frozenset(UIDS)])
async def test_a_last_answer_that_counts_nothing_loses_nothing_of_what_was_sent(attendus: frozenset[str] | None):
    port, settings = moving()

    async def script(session: Session) -> None:
        request = await session.asked()
        async with connection(port) as association:
            for uid in UIDS:
                await push(association, uid, request)
            session.answer(0, counted=False)

    demande = DemandeImages(STUDY, sop_classes=(CT,), attendus=attendus)
    async with asyncio.timeout(240), pacs_that(script, **settings) as pacs, recuperer(pacs, demande) as flux:
        first = await anext(flux)
        attente = reception_of(pacs)._attentes[0]
        await until(lambda: attente.answered)  # all is sent, and all but one object is unread
        assert await whole(first) == an_object(UIDS[0], pixels=3000)
        assert await uids_of(flux) == UIDS[1:]


async def test_a_last_answer_that_counts_nothing_does_not_hide_what_is_missing():
    port, settings = moving()

    async def script(session: Session) -> None:
        request = await session.asked()
        async with connection(port) as association:
            await push(association, UIDS[0], request)
        session.answer(0, counted=False)

    async with asyncio.timeout(240), pacs_that(script, **settings) as pacs:
        with pytest.raises(PacsIncomplet):
            async with recuperer(pacs, DemandeImages(STUDY, sop_classes=(CT,), attendus=frozenset(UIDS))) as flux:
                await uids_of(flux)


async def test_a_pacs_that_says_it_is_at_work_is_not_silent():
    loop = asyncio.get_running_loop()

    class AtWork(Attente):
        heard = property(lambda self: loop.time(), lambda self, value: None)  # type: ignore[assignment]  # a field, for others

    attente = AtWork(ASKED, "DRIMBOX", 1, lambda: False)
    pacs = Pacs(name="tape", host="127.0.0.1", aet="TAPE", timeout=0.02)
    loop.call_later(0.2, attente.arrivals.put_nowait, PacsIncomplet())
    assert isinstance(await _patiently(attente, pacs), PacsIncomplet)


async def test_each_answer_under_way_is_heard():
    _port, settings = moving()

    async def script(session: Session) -> None:
        await session.asked()
        session.answer(0xFF00)
        await session.liaison.closed

    async with pacs_that(script, **settings) as pacs, recuperer(pacs, ASKED) as flux:
        coming = asyncio.ensure_future(anext(flux))
        await until(lambda: bool(reception_of(pacs)._attentes))
        attente = reception_of(pacs)._attentes[0]
        await until(lambda: attente.heard > 0)
        coming.cancel()
        await asyncio.wait([coming])


async def test_a_pacs_that_says_it_is_at_work_for_ever_is_left():
    _port, settings = moving(image_seconds=0.3)

    async def script(session: Session) -> None:
        await session.asked()
        with suppress(PacsIndisponible):
            while session.liaison.alive:
                session.answer(0xFF00)
                await asyncio.sleep(0.01)

    async with asyncio.timeout(100), pacs_that(script, **settings) as pacs, recuperer(pacs, ASKED) as flux:
        with pytest.raises(PacsIndisponible):
            await anext(flux)
