# SPDX-FileCopyrightText: 2026 drimm contributors
# SPDX-License-Identifier: EUPL-1.2
"""A source that leaves the list while its images come is left at once, however slowly it sends."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime, timedelta

import pytest
from aiohttp import web
from django.db import InterfaceError, connections

from banc.pacs.simulator import PacsSimulator
from confiance.errors import DrimmError
from tests.drimbox_env import DB, DB2
from tests.drimbox_revocation import folder_of_anchors
from tests.integration.drimbox.conso.dossier import make_kos
from tests.integration.drimbox.conso.test_rapatriement import bring
from tests.integration.drimbox.conso.test_rapatriement_reponses import KIND, Answer, source
from tests.integration.drimbox.partage.maille import Etude, Maille

__all__ = ["source"]


@pytest.fixture(autouse=True)
def _quick(monkeypatch: pytest.MonkeyPatch) -> None:
    from drimbox.conso.rapatriement import veille
    from drimbox.socle.annuaire import queries

    monkeypatch.setattr(veille, "LOOK_SECONDS", 0.1)
    monkeypatch.setattr(queries, "LOOK_AGAIN_SECONDS", 0.05)


async def test_a_slow_transfer_ends_when_its_source_leaves_the_list(
    maille_b: Maille, etude: Etude, pacs_b: PacsSimulator, source: list[Answer]
) -> None:
    left = asyncio.Event()

    async def slow(request: web.Request) -> web.StreamResponse:
        """Send a few bytes now and then, and take the source out of the list meanwhile."""
        response = web.StreamResponse(headers={"Content-Type": KIND})
        await response.prepare(request)
        await response.write(b"--b\r\n\r\n")
        await asyncio.to_thread(_publish, maille_b, DB2)
        try:
            while True:
                await response.write(b"x")
                await asyncio.sleep(0.05)
        except (ConnectionError, asyncio.CancelledError):
            left.set()
            raise

    source.append(slow)
    rapatriement, series = await bring(maille_b, etude, make_kos(etude, db=DB))
    assert rapatriement.state == "echoue"
    assert {serie.code for serie in series} == {"rapatriement.destination_hors_liste"}
    assert "pendant le transfert" in series[0].message
    assert not pacs_b.index.entries()
    async with asyncio.timeout(10):
        await left.wait()


async def test_a_slow_transfer_ends_when_a_crl_put_in_the_folder_revokes_its_source(
    maille_b: Maille, etude: Etude, pacs_b: PacsSimulator, source: list[Answer]
) -> None:
    async def slow(request: web.Request) -> web.StreamResponse:
        response = web.StreamResponse(headers={"Content-Type": KIND})
        await response.prepare(request)
        await response.write(b"--b\r\n\r\n")
        put(maille_b.pki.serv_ssl(DB).serial)
        while True:
            await response.write(b"x")
            await asyncio.sleep(0.05)

    source.append(slow)
    with folder_of_anchors(maille_b.pki) as put:
        rapatriement, series = await bring(maille_b, etude, make_kos(etude, db=DB))
    assert rapatriement.state == "echoue"
    assert series[0].code == "tls.certificat_revoque"
    assert not pacs_b.index.entries()


async def test_a_look_that_fails_does_not_end_the_watch() -> None:
    from drimbox.conso.rapatriement.errors import DestinationHorsListe
    from drimbox.conso.rapatriement.veille import watched

    answers: list[Exception] = [DestinationHorsListe(), ZeroDivisionError(), InterfaceError()]

    def refusal() -> DrimmError | None:
        answer = answers.pop()
        if isinstance(answer, DrimmError):
            return answer
        raise answer

    with pytest.raises(DestinationHorsListe):
        async with asyncio.timeout(20), watched(refusal):
            await asyncio.Event().wait()
    assert not answers


async def test_a_list_that_changes_and_still_holds_the_source_lets_the_transfer_end(
    maille_b: Maille, etude: Etude, pacs_b: PacsSimulator
) -> None:
    over = asyncio.Event()
    publishing = asyncio.create_task(_publish_until(over, maille_b))
    rapatriement, series = await bring(maille_b, etude, make_kos(etude, db=DB))
    over.set()
    await publishing
    assert rapatriement.state == "complet"
    assert {serie.state for serie in series} == {"complete"}


async def _publish_until(over: asyncio.Event, maille: Maille) -> None:
    while not over.is_set():
        await asyncio.to_thread(_publish, maille, DB, DB2)
        await asyncio.sleep(0.2)


def _publish(maille: Maille, *names: str) -> None:
    try:
        maille.publish(*names, at=datetime.now(UTC) + timedelta(seconds=5))
    finally:
        connections.close_all()  # of this thread
