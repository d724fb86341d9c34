# SPDX-FileCopyrightText: 2026 drimm contributors
# SPDX-License-Identifier: EUPL-1.2
"""How transfers live together: slow peers, peers that leave, several patients at once, bounds."""

from __future__ import annotations

import asyncio
import json
from io import BytesIO

import aiohttp
import pydicom
import pytest

from drimbox.source.partage.equite import Equite
from tests.integration.drimbox.partage.maille import Etude, Maille, make_study
from tests.integration.drimbox.partage.requests import get, headers, parts, until


@pytest.fixture
def one_place(maille: Maille, monkeypatch: pytest.MonkeyPatch) -> list[Equite]:
    """A door with a single place and a queue; holds its places once it is open."""
    images = maille.settings.images.model_copy(update={"max_transfers": 1, "queue": 4, "queue_seconds": 20.0, "idle_seconds": 20.0})
    maille.settings = maille.settings.model_copy(update={"images": images})
    opened: list[Equite] = []
    monkeypatch.setattr("drimbox.source.partage.app.Equite", lambda limits: opened.append(Equite(limits)) or opened[-1])
    return opened


async def stalled(session: aiohttp.ClientSession, url: str, given: dict[str, str]) -> aiohttp.ClientResponse:
    """Begin to read an answer, and stop."""
    answer = await session.get(url, headers=given)
    assert answer.status == 200
    await answer.content.readexactly(1000)
    return answer


async def test_a_peer_that_stops_reading_stops_the_pacs_then_is_cut(porte: Maille, heavy: Etude) -> None:
    async with porte.client() as session:
        answer = await stalled(session, porte.url(heavy), await headers(porte, heavy))
        await until(lambda: bool(porte.journal("partage:transfert:cut")))
        _, code, fields = (await asyncio.to_thread(porte.journal, "partage:transfert:cut"))[0]
        assert code == "partage.pair_muet"
        assert fields["instances"] < 25
        await until(lambda: porte.pacs.associations == 0)
        with pytest.raises(aiohttp.ClientError):
            await answer.read()


async def test_a_peer_that_leaves_frees_the_pacs(porte: Maille, heavy: Etude) -> None:
    async with porte.client() as session:
        answer = await stalled(session, porte.url(heavy), await headers(porte, heavy))
        assert porte.pacs.associations > 0
        answer.close()
    await until(lambda: porte.pacs.associations == 0)
    await until(lambda: bool(porte.journal("partage:transfert:cut")))
    assert (await asyncio.to_thread(porte.journal, "partage:transfert:cut"))[0][1] == "partage.pair_parti"


async def test_what_is_withdrawn_while_a_peer_waits_for_its_turn_never_leaves(one_place: list[Equite], porte: Maille, heavy: Etude) -> None:
    given = await headers(porte, heavy)
    async with porte.client() as session:
        first = await stalled(session, porte.url(heavy), given)
        second = asyncio.create_task(get(session, porte.url(heavy), given))
        await until(lambda: one_place[0].waiting == 1)
        await asyncio.to_thread(porte.environment.sql, "UPDATE pointeur_kos SET state = 'retire'")
        first.close()
        status, _, body = await second
        assert (status, json.loads(body)["code"]) == (404, "admission.kos_retire")


async def test_beyond_its_cap_a_peer_is_told_when_to_come_back(porte: Maille, heavy: Etude) -> None:
    given = await headers(porte, heavy)
    async with porte.client() as session:
        begun = [await stalled(session, porte.url(heavy), given) for _ in range(4)]
        async with session.get(porte.url(heavy), headers=given) as answer:
            assert (answer.status, answer.headers["Retry-After"]) == (429, "5")
            assert json.loads(await answer.read())["code"] == "partage.trop_de_demandes"
        for answer in begun:
            answer.close()
        await until(lambda: len(porte.journal("partage:transfert:cut")) == 4)
        assert (await get(session, porte.url(heavy), given))[0] == 200


async def test_images_of_two_patients_asked_at_once_never_mix(porte: Maille) -> None:
    studies = [make_study(porte.folder / "pacs", instances=8, patient=f"PATIENT{n}", padding=n * 1000) for n in (1, 2)]
    porte.pacs.index.scan()
    for study in studies:
        await asyncio.to_thread(porte.add_kos, study)
    given = [await headers(porte, study) for study in studies]
    async with porte.client() as session:
        answers = await asyncio.gather(*(get(session, porte.url(studies[n % 2]), given[n % 2]) for n in range(4)))
    for n, (status, kind, body) in enumerate(answers):
        files = [part.get_content() for part in parts(kind, body)]
        assert (status, len(files)) == (200, 16)
        assert {pydicom.dcmread(BytesIO(file)).PatientID for file in files} == {f"PATIENT{n % 2 + 1}"}


async def test_a_pacs_that_dies_midway_cuts_the_answer_short_of_its_end(porte: Maille, heavy: Etude) -> None:
    async with porte.client() as session:
        answer = await stalled(session, porte.url(heavy), await headers(porte, heavy))
        await asyncio.to_thread(porte.pacs.stop)
        with pytest.raises(aiohttp.ClientError):
            await answer.read()
    await until(lambda: bool(porte.journal("partage:transfert:cut")))
    lines = await asyncio.to_thread(porte.journal, "partage:transfert:cut")
    assert lines[0][1] in {"partage.pacs_muet", "partage.pacs_en_erreur"}


async def test_every_level_gives_what_it_names(porte: Maille, etude: Etude) -> None:
    given, series = await headers(porte, etude), etude.series[1]
    instance = etude.instances[series][2]
    async with porte.client() as session:
        for url, expected in (
            (porte.url(etude), set(etude.datasets)),
            (porte.url(etude, series=series), set(etude.instances[series])),
            (porte.url(etude, series=series, instance=instance), {instance}),
        ):
            status, kind, body = await get(session, url, given)
            found = {pydicom.dcmread(BytesIO(part.get_content())).SOPInstanceUID for part in parts(kind, body)}
            assert (status, found) == (200, expected)


async def test_two_requests_on_one_connection_are_served_one_after_the_other(porte: Maille, etude: Etude) -> None:
    given = await headers(porte, etude)
    async with porte.client() as session:
        for _ in range(2):
            assert (await get(session, porte.url(etude), given))[0] == 200
        # the line of a transfer is written once its last byte has left; leaving before that is leaving early
        await until(lambda: len(porte.journal("partage:transfert:sent")) == 2)
    lines = await asyncio.to_thread(porte.journal, "partage:transfert:sent")
    assert [line[2]["instances"] for line in lines] == [6, 6]
    assert all(line[2]["bytes"] > 0 and line[2]["db"] and line[2]["peer_dn"] for line in lines)
