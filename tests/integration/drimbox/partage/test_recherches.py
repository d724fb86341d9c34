# SPDX-FileCopyrightText: 2026 drimm contributors
# SPDX-License-Identifier: EUPL-1.2
"""Searches through the door: they take a place, leave a line, and forget a patient whose traits were erased."""

from __future__ import annotations

import asyncio
import json
import threading
from datetime import UTC, datetime
from typing import Any

import pytest

from drimbox.source.partage import lignes, recherche, reponses
from drimbox.source.partage.sortie import Sortie
from drimbox.source.pointeur.actions.effacement import reduce_kos
from drimbox.source.pointeur.models import Kos
from tests.drimbox_env import DB
from tests.integration.drimbox.partage.maille import Etude, Maille
from tests.integration.drimbox.partage.requests import begun, get, headers, until

STUDIES = f"https://{DB}/dicom-web-rs/studies"
JSON = {"Accept": "application/dicom+json"}
SEARCHED = "partage:recherche:answered"


def erase(porte: Maille, etude: Etude) -> int:
    with porte.environment.role("ouvrier"):
        return reduce_kos([Kos.objects.get(sop_instance_uid=etude.kos).pk], datetime.now(UTC))


async def test_traits_that_were_erased_are_found_by_no_later_search(porte: Maille, etude: Etude) -> None:
    given = await headers(porte, etude) | JSON
    async with porte.client() as session:
        before = json.loads((await get(session, STUDIES, given))[2])[0]
        assert before["00100010"]["Value"] == [{"Alphabetic": "PAT-TROIS^DOMINIQUE"}]
        assert await asyncio.to_thread(erase, porte, etude) == 1
        after = json.loads((await get(session, STUDIES, given))[2])[0]
    assert [after[tag].get("Value") for tag in ("00100010", "00100030", "00100040")] == [None] * 3
    assert after["0020000D"] == before["0020000D"]


async def test_a_search_leaves_one_line_with_its_rows_and_nothing_of_the_patient(porte: Maille, etude: Etude) -> None:
    async with porte.client() as session:
        given = await headers(porte, etude) | JSON
        status, _, _ = await get(session, f"https://{DB}/dicom-web-rs/instances?limit=2&PatientName=PAT*", given)
    assert status == 200
    await until(lambda: porte.journal(SEARCHED))
    ((_, code, fields),) = await asyncio.to_thread(porte.journal, SEARCHED)
    assert (code, fields["count"], fields["path_template"]) == (None, 2, "/dicom-web-rs/instances")
    assert fields["peer_dn"]
    assert fields["examen_id"]
    assert "instances" not in fields
    assert "PAT" not in json.dumps(fields)
    assert etude.study not in json.dumps(fields)


async def test_a_search_takes_a_place_like_a_transfer(porte: Maille, etude: Etude, heavy: Etude) -> None:
    async with porte.client() as session:
        held = [await begun(session, porte, heavy) for _ in range(4)]
        status, _, body = await get(session, STUDIES, await headers(porte, etude) | JSON)
        assert (status, json.loads(body)["code"]) == (429, "partage.trop_de_demandes")
        for answer in held:
            answer.close()


async def test_rows_are_made_out_of_the_event_loop(porte: Maille, etude: Etude, monkeypatch: pytest.MonkeyPatch) -> None:
    threads: list[threading.Thread] = []
    real: Any = recherche.search

    def seen(*args: Any) -> Any:
        threads.append(threading.current_thread())
        return real(*args)

    monkeypatch.setattr(recherche, "search", seen)
    async with porte.client() as session:
        assert (await get(session, STUDIES, await headers(porte, etude) | JSON))[0] == 200
    assert len(threads) == 1
    assert threads[0] is not threading.main_thread()


async def test_no_more_rows_are_held_for_a_peer_than_leave_at_once(porte: Maille, etude: Etude, monkeypatch: pytest.MonkeyPatch) -> None:
    made, when_opened = list[str](), list[int]()
    row, opening = lignes.to_json, Sortie.open

    def counted(*args: Any) -> Any:
        made.append("one")
        return row(*args)

    async def opened(self: Sortie, *args: Any) -> None:
        when_opened.append(len(made))
        await opening(self, *args)

    monkeypatch.setattr(reponses, "ROWS_AT_ONCE", 4)
    monkeypatch.setattr(lignes, "to_json", counted)
    monkeypatch.setattr(Sortie, "open", opened)
    async with porte.client() as session:
        given = await headers(porte, etude) | JSON
        _, _, body = await get(session, f"https://{DB}/dicom-web-rs/instances", given)
    found = [found["00080018"]["Value"][0] for found in json.loads(body)]
    assert found == [uid for series in etude.series for uid in etude.instances[series]]
    assert (when_opened, len(made)) == ([4], 6)


async def test_no_answer_tells_which_versions_run_here(porte: Maille, etude: Etude) -> None:
    given = await headers(porte, etude)
    async with porte.client() as session:
        for url, accepted in ((porte.url(etude), {}), (STUDIES, JSON), (f"https://{DB}/nothing", {}), (STUDIES + "/1.2/series", JSON)):
            async with session.get(url, headers=given | accepted) as answer:
                await answer.read()
                assert "Server" not in answer.headers, url
