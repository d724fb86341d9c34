# SPDX-FileCopyrightText: 2026 drimm contributors
# SPDX-License-Identifier: EUPL-1.2
"""The Storage SCP of a C-MOVE: open while one is under way, for its PACS and for what was asked; nobody else's objects come in."""

from __future__ import annotations

import asyncio
import socket
from typing import Any

import pytest

from banc.ports import free_port
from drimbox.config import Pacs
from drimbox.socle.pacs.attente import Livraison
from drimbox.socle.pacs.errors import PacsIndisponible, PacsOccupe, PacsRefuse, PortOccupe
from drimbox.socle.pacs.model import ObjetDicom
from drimbox.socle.pacs.objet import DemandeImages
from drimbox.socle.pacs.reception_stockage import NOT_AUTHORIZED, ReceptionStockage, reception_of
from drimbox.socle.pacs.storage import ObjetEnvoye, store
from tests.integration.drimbox.pacs.pacs_hostile import CT, STUDY, an_object

ASKED = DemandeImages(STUDY)
EXPLICIT = "1.2.840.10008.1.2.1"


def pacs_and_sender(**move: object) -> tuple[Pacs, Pacs]:
    """The PACS that is asked, and how somebody calls our listener."""
    port = free_port()
    values = {"name": "move", "host": "127.0.0.1", "aet": "PACSM", "timeout": 3.0, "recuperation": "c-move"}
    pacs = Pacs.model_validate(values | {"move": {"aet": "DRIMOVE", "port": port} | move})
    return pacs, Pacs(name="sender", host="127.0.0.1", port=port, aet="DRIMOVE", calling_aet="PACSM", timeout=3.0)


async def push(sender: Pacs, *objets: ObjetDicom) -> list[ObjetEnvoye]:
    return await asyncio.to_thread(lambda: list(store(sender, objets)))


async def test_what_was_asked_is_handed_over_and_answered_once_read():
    pacs, sender = pacs_and_sender()
    async with reception_of(pacs).attending(ASKED) as attente:
        sending = asyncio.create_task(push(sender, ObjetDicom(CT, "1.2.1", EXPLICIT, an_object("1.2.1"))))
        arrival = await attente.arrivals.get()
        assert isinstance(arrival, Livraison)
        assert arrival.objet.sop_instance_uid == "1.2.1"
        await arrival.objet.finish()
        arrival.done.set_result(True)
        assert [result.stored for result in await sending] == [True]


async def test_an_object_of_another_study_is_refused_and_never_handed_over():
    pacs, sender = pacs_and_sender()
    async with reception_of(pacs).attending(ASKED) as attente:
        foreign = ObjetDicom(CT, "1.2.9", EXPLICIT, an_object("1.2.9", study="1.2.826.0.1.3680043.10.999.2"))
        results = await push(sender, foreign)
        assert [(result.stored, result.status) for result in results] == [(False, NOT_AUTHORIZED)]
        assert attente.arrivals.empty()


@pytest.mark.parametrize(
    ("changes", "error"),
    [({"aet": "OTHER"}, PacsRefuse), ({"calling_aet": "X"}, PacsRefuse), ({"host": "127.0.0.2"}, PacsIndisponible)],
)
async def test_another_title_or_another_address_is_rejected(changes: dict[str, str], error: type[Exception]):
    pacs, sender = pacs_and_sender(**({"host": "0.0.0.0"} if "host" in changes else {}))
    if "host" in changes:  # the PACS is said to be elsewhere: what comes from here is not from it
        pacs = pacs.model_copy(update={"host": "127.0.0.2"})
    else:
        sender = sender.model_copy(update=changes)
    async with reception_of(pacs).attending(ASKED) as attente:
        with pytest.raises(error):
            await push(sender, ObjetDicom(CT, "1.2.1", EXPLICIT, an_object("1.2.1")))
        assert attente.arrivals.empty()


async def test_nobody_listens_when_nothing_is_asked():
    pacs, sender = pacs_and_sender()
    async with reception_of(pacs).attending(ASKED):
        pass
    with pytest.raises(PacsIndisponible):
        await push(sender, ObjetDicom(CT, "1.2.1", EXPLICIT, an_object("1.2.1")))


async def test_two_processes_of_ours_listen_by_turns(monkeypatch: pytest.MonkeyPatch):
    pacs, sender = pacs_and_sender()
    pacs = pacs.model_copy(update={"timeout": 120.0})
    other, tried = ReceptionStockage(pacs), asyncio.Event()
    loop = asyncio.get_running_loop()
    listen = loop.create_server

    async def try_once_more(*args: Any, **options: Any) -> asyncio.Server:
        tried.set()
        return await listen(*args, **options)

    async def take_its_turn() -> list[bool]:
        async with other.attending(ASKED) as attente:
            sending = asyncio.create_task(push(sender, ObjetDicom(CT, "1.2.1", EXPLICIT, an_object("1.2.1"))))
            arrival = await attente.arrivals.get()
            assert isinstance(arrival, Livraison)
            await arrival.objet.finish()
            arrival.done.set_result(True)
            return [result.stored for result in await sending]

    async with reception_of(pacs).attending(ASKED):
        monkeypatch.setattr(loop, "create_server", try_once_more)
        turn = asyncio.create_task(take_its_turn())
        await tried.wait()
        assert not turn.done()
    assert await turn == [True]


async def test_a_port_that_another_program_keeps_is_our_own_fault():
    pacs, _sender = pacs_and_sender()
    pacs = pacs.model_copy(update={"timeout": 0.2})
    assert pacs.move is not None
    with socket.socket() as other:
        other.bind(("127.0.0.1", pacs.move.port))
        other.listen()
        with pytest.raises(PortOccupe):
            async with reception_of(pacs).attending(ASKED):
                pass


async def test_an_object_given_up_ends_its_connection():
    pacs, sender = pacs_and_sender()
    async with reception_of(pacs).attending(ASKED) as attente:
        sending = asyncio.create_task(push(sender, ObjetDicom(CT, "1.2.1", EXPLICIT, an_object("1.2.1", pixels=8 << 20))))
        attente.arrivals.put_nowait(await attente.arrivals.get())  # it has come, and nobody reads it
    with pytest.raises(PacsIndisponible):
        await sending


async def test_a_request_that_overlaps_another_waits_for_it_within_the_limit_of_the_pacs():
    pacs, _sender = pacs_and_sender()
    pacs = pacs.model_copy(update={"timeout": 0.2})
    async with reception_of(pacs).attending(ASKED):
        async with asyncio.timeout(60):
            with pytest.raises(PacsOccupe):
                async with reception_of(pacs).attending(DemandeImages(STUDY, "1.2.3")):
                    pass
    async with reception_of(pacs).attending(DemandeImages(STUDY, "1.2.3")) as attente:
        assert attente.arrivals.empty()


async def test_two_pacs_never_share_a_listener():
    port = free_port()
    one, other = (
        Pacs.model_validate(
            {"name": name, "host": "127.0.0.1", "aet": name, "timeout": 0.2, "recuperation": "c-move", "move": {"aet": "D", "port": port}}
        )
        for name in ("A", "B")
    )
    async with reception_of(one).attending(ASKED):
        with pytest.raises(PortOccupe):
            async with reception_of(other).attending(ASKED):
                pass


async def test_a_pacs_whose_host_has_no_address_is_not_our_own_fault():
    pacs, _sender = pacs_and_sender()
    with pytest.raises(PacsIndisponible):
        async with reception_of(pacs.model_copy(update={"host": "pacs.invalid"})).attending(ASKED):
            pass


async def test_a_request_cancelled_while_the_listener_opens_leaves_nobody_listening(monkeypatch: pytest.MonkeyPatch):
    pacs, _sender = pacs_and_sender()
    reception, held = reception_of(pacs), asyncio.Event()

    async def at_once(host: str, _port: object, **_hints: object) -> list[tuple[object, ...]]:
        return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (host, 0))]  # without a thread, each turn is the same every time

    monkeypatch.setattr(asyncio.get_running_loop(), "getaddrinfo", at_once)

    async def attend() -> None:
        async with reception.attending(ASKED):
            await held.wait()

    for turns in range(14):
        task = asyncio.create_task(attend())
        for _turn in range(turns):
            await asyncio.sleep(0)
        task.cancel()
        await asyncio.wait([task])
        async with reception.attending(ASKED):  # PortOccupe if the last one still listened
            pass
