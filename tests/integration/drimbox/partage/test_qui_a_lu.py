# SPDX-FileCopyrightText: 2026 drimm contributors
# SPDX-License-Identifier: EUPL-1.2
"""Who read: a line is in the journal before the first byte leaves; the reader is found by who holds the identifier and the key."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Callable
from typing import TypeVar

import aiohttp
import pytest
from django.db import OperationalError, connections

from confiance.distinguished_name import DistinguishedName
from drimbox.socle.journal.lecteurs import prints_of
from drimbox.source.partage import app
from drimbox.source.partage.queries import lectures_of, of_peer
from tests.drimbox_env import DB, DB2
from tests.integration.drimbox.config.test_cli import drimbox_command
from tests.integration.drimbox.partage.maille import PROFESSIONNEL, Etude, Maille
from tests.integration.drimbox.partage.requests import begun, get, headers, until

T = TypeVar("T")
BEGUN, SENT, CUT = (f"partage:transfert:{end}" for end in ("begun", "sent", "cut"))


async def read(query: Callable[..., list[T]], *arguments: object) -> list[T]:
    """Run a query out of the loop, and leave no connection behind."""

    def run() -> list[T]:
        try:
            return query(*arguments)
        finally:
            connections.close_all()

    return await asyncio.to_thread(run)


def away(*_arguments: object) -> bool:
    raise OperationalError


async def test_who_reads_is_in_the_journal_before_the_first_byte(porte: Maille, heavy: Etude) -> None:
    async with porte.client() as session:
        answer = await begun(session, porte, heavy)
        ((trace, code, fields),) = await asyncio.to_thread(porte.journal, BEGUN)
        assert not await asyncio.to_thread(porte.journal, SENT)
        answer.close()
    assert (code, fields["psc_client"], fields["peer_dn"]) == (None, "drimbox-a", str(porte.pki.serv_ssl(DB2).dn))
    await until(lambda: porte.journal(CUT))
    assert [(line[0], line[2]["reader"]) for line in porte.journal(CUT)] == [(trace, fields["reader"])]


async def test_the_journal_names_no_professional_and_who_holds_the_identifier_finds_what_was_read(porte: Maille, etude: Etude) -> None:
    from drimbox.socle.coffre.fields import coffre

    async with porte.client() as session:
        given = await headers(porte, etude)
        assert (await get(session, porte.url(etude), given))[0] == 200
        assert (await get(session, porte.url(etude), given | {"KOS-SOPInstanceUID": "1.2.3"}))[0] == 404
    await until(lambda: porte.journal(SENT))
    assert PROFESSIONNEL not in json.dumps(porte.environment.sql("SELECT event, fields FROM journal"))
    found = await read(lectures_of, prints_of(PROFESSIONNEL, coffre().trousseau))
    assert [line.event for line in found] == ["admission:demande:refused", SENT, BEGUN]
    assert not await read(lectures_of, prints_of(PROFESSIONNEL + "0", coffre().trousseau))


async def test_a_person_asks_by_the_command_and_the_journal_says_that_somebody_did(porte: Maille, etude: Etude) -> None:
    async with porte.client() as session:
        assert (await get(session, porte.url(etude), await headers(porte, etude)))[0] == 200
    await until(lambda: porte.journal(SENT))
    config = porte.environment.config
    asked = await asyncio.to_thread(drimbox_command, "journal", "lectures", config=config, entree=PROFESSIONNEL + "\n")
    lines = json.loads(asked.stdout)
    assert [line["evenement"] for line in lines] == [SENT, BEGUN]
    assert PROFESSIONNEL not in asked.stdout + asked.stderr
    assert [fields for _, _, fields in porte.journal("partage:lectures:consulted")] == [{"count": 2}]


async def test_what_the_journal_cannot_take_before_the_first_byte_does_not_leave(
    porte: Maille, etude: Etude, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(app, "write_begun", away)
    async with porte.client() as session:
        status, _, body = await get(session, porte.url(etude), await headers(porte, etude))
    problem = json.loads(body)
    assert (status, problem["code"]) == (503, "partage.interne")
    assert not porte.journal(SENT)
    ((trace, code, _),) = porte.journal("admission:demande:refused")
    assert (trace, code) == (problem["trace"], "partage.interne")
    assert f"trace={problem['trace']}" in await logged(capsys, "partage:journal:unwritten")


async def test_a_journal_away_at_the_end_leaves_the_whole_line_in_the_logs_and_the_begun_one(
    porte: Maille, etude: Etude, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(app, "write_transfert", away)
    async with porte.client() as session:
        assert (await get(session, porte.url(etude), await headers(porte, etude)))[0] == 200
    ((trace, _, fields),) = porte.journal(BEGUN)
    assert trace is not None
    told = await logged(capsys, SENT)
    for one in ("partage:journal:unwritten", trace, fields["reader"], fields["examen_id"], "instances=6"):
        assert one in told


async def logged(capsys: pytest.CaptureFixture[str], awaited: str) -> str:
    """Return what the logs say, once they say that."""
    told = ""
    async with asyncio.timeout(60):
        while awaited not in (told := told + capsys.readouterr().out):  # noqa: ASYNC110 - the logs have no bell
            await asyncio.sleep(0.05)
    return told


async def test_a_search_has_one_line_with_its_reader_and_refusals_before_the_token_have_none(porte: Maille, etude: Etude) -> None:
    async with porte.client() as session:
        given = await headers(porte, etude)
        url = porte.url(etude).replace(f"/{etude.study}", "")
        assert (await get(session, url, given | {"Accept": "application/dicom+json"}))[0] == 200
        assert (await get(session, url, given | {"Authorization": "Bearer of-nobody"}))[0] == 401
    await until(lambda: porte.journal("partage:recherche:answered"))
    assert not porte.journal(BEGUN)
    assert porte.journal("partage:recherche:answered")[0][2]["reader"]
    assert "reader" not in porte.journal("admission:demande:refused")[0][2]


async def test_a_request_that_only_began_is_told_as_such_and_one_that_ended_by_its_end(porte: Maille, heavy: Etude) -> None:
    async with porte.client() as session:
        answer = await begun(session, porte, heavy)
        ((trace, _, _),) = await asyncio.to_thread(porte.journal, BEGUN)
        why = f"{porte.url(heavy).split('/studies')[0]}/pourquoi/{trace}"
        (line,) = json.loads((await get(session, why, {"Accept": "application/json"}))[2])["lignes"]
        assert line["Résultat"] == "Envoi commencé"
        answer.close()
        await until(lambda: porte.journal(CUT))
        (line,) = json.loads((await get(session, why, {"Accept": "application/json"}))[2])["lignes"]
    assert line["Code"] == "partage.pair_parti"


async def test_a_certificate_renewed_in_another_spelling_reads_the_pages_of_the_former_and_no_other_name_does(
    porte: Maille, etude: Etude
) -> None:
    async with porte.client() as session:
        status, _, body = await get(session, porte.url(etude), await headers(porte, etude, Authorization="Bearer of-nobody"))
    assert status == 401
    trace, dn = json.loads(body)["trace"], str(porte.pki.serv_ssl(DB2).dn)
    respelt = DistinguishedName.parse(dn.upper().replace(",", ", "))
    assert str(respelt) != dn
    assert len(await read(of_peer, trace, respelt)) == 1
    assert not await read(of_peer, trace, DistinguishedName.parse("CN=autre," + dn))


async def test_a_peer_that_goes_on_with_dead_tokens_is_told_to_stop_and_another_is_served(porte: Maille, etude: Etude) -> None:
    given = await headers(porte, etude)
    async with porte.client() as session, porte.client(porte.pki.serv_ssl(DB)) as other:
        statuses = [await _status(session, porte, etude, given | {"Authorization": f"Bearer mort-{number}"}) for number in range(33)]
        assert statuses == [401] * 32 + [429]
        assert await _status(other, porte, etude, given) == 200
        assert await _status(session, porte, etude, given) == 200  # remembered as active: it costs no question


async def _status(session: aiohttp.ClientSession, porte: Maille, etude: Etude, given: dict[str, str]) -> int:
    return (await get(session, porte.url(etude), given))[0]
