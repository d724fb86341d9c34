# SPDX-FileCopyrightText: 2026 drimm contributors
# SPDX-License-Identifier: EUPL-1.2
"""A KOS that stops opening its exam ends what is being read under it, visibly, and nothing else."""

from __future__ import annotations

import asyncio
import json

import aiohttp
import pytest
from django.db import InterfaceError

from tests.integration.drimbox.partage.faux_pacs import pacs_that_gives
from tests.integration.drimbox.partage.maille import MEGABYTE, Etude, Maille, make_study
from tests.integration.drimbox.partage.requests import begun, get, headers, until
from tests.integration.drimbox.partage.test_pannes import objects_of

CUT = "partage:transfert:cut"


@pytest.fixture(autouse=True)
def _quick(maille: Maille, monkeypatch: pytest.MonkeyPatch) -> None:
    """The peer of these tests reads slowly: only the withdrawal may cut it. The look is quick, so that the tests are."""
    from drimbox.source.partage import veille

    monkeypatch.setattr(veille, "LOOK_SECONDS", 0.1)
    images = maille.settings.images.model_copy(update={"idle_seconds": 60.0})
    maille.settings = maille.settings.model_copy(update={"images": images})


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ("UPDATE pointeur_kos SET state = 'retire' WHERE sop_instance_uid = %s", "admission.kos_retire"),
        ("UPDATE pointeur_kos SET state = 'remplace' WHERE sop_instance_uid = %s", "admission.kos_remplace"),
        (
            "UPDATE pointeur_examen SET state = 'patient_change' "
            "WHERE id = (SELECT examen_id FROM pointeur_kos WHERE sop_instance_uid = %s)",
            "partage.autre_patient",
        ),
    ],
)
async def test_what_stops_being_open_is_cut_in_the_middle_of_its_transfer(porte: Maille, heavy: Etude, change: str, code: str) -> None:
    async with porte.client() as session:
        answer = await begun(session, porte, heavy)
        await asyncio.to_thread(porte.environment.sql, change, heavy.kos)
        await until(lambda: porte.journal(CUT))
        with pytest.raises(aiohttp.ClientError):
            await answer.read()
        _, found, fields = porte.journal(CUT)[0]
        assert found == code
        assert fields["instances"] < 30
        await until(lambda: porte.pacs.associations == 0)


async def test_another_exam_of_the_same_peer_goes_on(porte: Maille, heavy: Etude) -> None:
    other = make_study(porte.folder / "pacs", series=1, instances=30, padding=MEGABYTE, patient="IPP2")
    porte.pacs.index.scan()
    await asyncio.to_thread(porte.add_kos, other)
    async with porte.client() as session, porte.client() as second:
        cut, kept = await begun(session, porte, heavy), await begun(second, porte, other)
        await asyncio.to_thread(porte.environment.sql, "UPDATE pointeur_kos SET state = 'retire' WHERE sop_instance_uid = %s", heavy.kos)
        await until(lambda: porte.journal(CUT))
        assert len(await kept.read()) > 30 * MEGABYTE - 2000
        with pytest.raises(aiohttp.ClientError):
            await cut.read()
    assert len(porte.journal(CUT)) == 1


async def test_before_the_first_image_the_withdrawal_is_still_a_status(
    porte: Maille, etude: Etude, monkeypatch: pytest.MonkeyPatch
) -> None:
    faux = pacs_that_gives(monkeypatch, *objects_of(etude), gate=asyncio.Event())
    async with porte.client() as session:
        asking = asyncio.create_task(get(session, porte.url(etude), await headers(porte, etude)))
        await until(lambda: faux.opened)
        await asyncio.to_thread(porte.environment.sql, "UPDATE pointeur_kos SET state = 'retire'")
        status, _, body = await asking
        assert (status, json.loads(body)["code"]) == (404, "admission.kos_retire")
        assert (faux.opened, faux.closed) == (1, 1)
    assert not porte.journal(CUT)


@pytest.mark.parametrize("error", [InterfaceError, RuntimeError], ids=["a connection that the server closed", "a fault of ours"])
async def test_a_look_that_fails_is_made_again_and_what_was_withdrawn_is_cut_then(
    porte: Maille, heavy: Etude, monkeypatch: pytest.MonkeyPatch, error: type[Exception]
) -> None:
    from drimbox.source.admission import queries

    known, failures = queries._served, [error(), error()]

    def failing(*args: object) -> object:
        if failures:
            raise failures.pop()
        return known(*args)  # type: ignore[arg-type]  # what it was given

    async with porte.client() as session:
        answer = await begun(session, porte, heavy)
        monkeypatch.setattr(queries, "_served", failing)
        await asyncio.to_thread(porte.environment.sql, "UPDATE pointeur_kos SET state = 'retire' WHERE sop_instance_uid = %s", heavy.kos)
        await until(lambda: porte.journal(CUT))
        with pytest.raises(aiohttp.ClientError):
            await answer.read()
    assert not failures


async def test_without_a_database_what_runs_goes_on(porte: Maille, heavy: Etude, monkeypatch: pytest.MonkeyPatch) -> None:
    from django.db import OperationalError

    from drimbox.source.admission import queries

    looked: list[object] = []

    def away(*args: object) -> None:
        looked.append(args)
        raise OperationalError

    async with porte.client() as session:
        answer = await begun(session, porte, heavy)
        monkeypatch.setattr(queries, "_served", away)
        await until(lambda: looked)
        assert len(await answer.read()) > 30 * MEGABYTE - 2000
