# SPDX-FileCopyrightText: 2026 drimm contributors
# SPDX-License-Identifier: EUPL-1.2
"""« Pourquoi ? »: the refused peer reads its own refusal under its number, nobody else does, and nothing of a patient is there."""

from __future__ import annotations

import asyncio
import json
from datetime import UTC, datetime

import aiohttp
import pytest

from drimbox.socle.journal.debit import Debit
from drimbox.source.partage import journal, pourquoi
from drimbox.source.partage.queries import CUT, REFUSED, SENT, Trace
from tests.drimbox_env import DB, DB2
from tests.integration.drimbox.partage.maille import Etude, Maille
from tests.integration.drimbox.partage.requests import get, headers
from tests.integration.drimbox.partage.test_matrice_des_refus import publish_without_peer


async def refuse(porte: Maille, etude: Etude, session: aiohttp.ClientSession) -> dict[str, str]:
    given = await headers(porte, etude, Authorization="Bearer of-nobody")
    status, _, body = await get(session, porte.url(etude), given)
    assert status == 401
    problem: dict[str, str] = json.loads(body)
    return problem


async def test_the_refused_peer_reads_why_as_a_page_and_as_json(porte: Maille, etude: Etude) -> None:
    async with porte.client() as session:
        problem = await refuse(porte, etude, session)
        assert problem["pourquoi"] == f"https://{DB}/dicom-web-rs/pourquoi/{problem['trace']}"
        async with session.get(problem["pourquoi"], headers={"Accept": "text/html"}) as answer:
            page = await answer.text()
            assert (answer.status, answer.content_type) == (200, "text/html")
            assert "default-src 'none'" in answer.headers["Content-Security-Policy"]
        status, kind, body = await get(session, problem["pourquoi"], {"Accept": "application/json"})
    assert (status, kind) == (200, "application/json; charset=utf-8")
    (line,) = json.loads(body)["lignes"]
    assert line["Code"] == "admission.jeton_inactif"
    assert problem["remede"] in line["Que faire"]
    assert "admission.jeton_inactif" in page
    for secret in (etude.study, etude.kos, "IPP1", "PAT-TROIS", "of-nobody"):
        assert secret not in page + body.decode()


async def test_another_drimbox_learns_nothing_with_the_same_number(porte: Maille, etude: Etude) -> None:
    async with porte.client() as session:
        problem = await refuse(porte, etude, session)
    async with porte.client(porte.pki.serv_ssl(DB)) as other:
        status, _, body = await get(other, problem["pourquoi"], {})
        unknown = await get(other, problem["pourquoi"][:-32] + "0" * 32, {})
        broken = await get(other, problem["pourquoi"] + "'--", {})
    assert (status, json.loads(body)["code"]) == (404, "partage.trace_inconnue")
    assert unknown[0] == broken[0] == 404
    assert json.loads(unknown[2])["detail"] == json.loads(body)["detail"]


@pytest.mark.parametrize("number", ["0" * 32, "'--"])
async def test_a_person_who_asks_about_an_unknown_number_reads_a_page_in_french(porte: Maille, etude: Etude, number: str) -> None:
    async with porte.client() as session:
        url = f"https://{DB}/dicom-web-rs/pourquoi/{number}"
        async with session.get(url, headers={"Accept": "text/html,application/xhtml+xml,*/*;q=0.8"}) as answer:
            page = await answer.text()
            assert (answer.status, answer.headers["Content-Type"]) == (404, "text/html; charset=utf-8")
            assert "default-src 'none'" in answer.headers["Content-Security-Policy"]
            assert "Set-Cookie" not in answer.headers
        status, kind, _ = await get(session, url, {"Accept": "application/json"})
        assert (status, kind) == (404, "application/problem+json")
        status, kind, _ = await get(session, porte.url(etude), {"Accept": "text/html"})
        assert (status, kind) == (401, "application/problem+json")  # only that page is for persons
    assert "Aucune demande de votre DRIMbox n&#x27;est connue ici sous ce numéro de trace." in page
    assert "partage.trace_inconnue" in page


async def test_a_peer_out_of_the_list_reads_why_and_nothing_else(porte: Maille, etude: Etude) -> None:
    await asyncio.to_thread(publish_without_peer, porte)
    async with porte.client() as session:
        status, _, body = await get(session, porte.url(etude), await headers(porte, etude))
        assert status == 403
        status, _, page = await get(session, json.loads(body)["pourquoi"], {"Accept": "application/json"})
    assert status == 200
    assert json.loads(page)["lignes"][0]["Code"] == "admission.certificat_hors_liste"


async def test_a_revoked_certificate_is_told_nothing_more(porte: Maille, etude: Etude) -> None:
    async with porte.client(porte.pki.revoked.serv_ssl) as session:
        _, _, body = await get(session, porte.url(etude), await headers(porte, etude))
        status, _, body = await get(session, json.loads(body)["pourquoi"], {})
    assert (status, json.loads(body)["code"]) == (403, "admission.certificat_revoque")


async def test_the_page_is_read_under_the_name_of_the_connection_only(porte: Maille, etude: Etude) -> None:
    async with porte.client() as session:
        problem = await refuse(porte, etude, session)
        async with session.get(problem["pourquoi"], headers={"Host": DB2}) as answer:
            assert answer.status == 421
        async with session.post(problem["pourquoi"]) as answer:
            assert answer.status == 405


async def test_a_refusal_that_only_the_logs_keep_gives_no_address(porte: Maille, etude: Etude, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(journal, "REFUSALS", Debit(per_minute=1))
    async with porte.client() as session:
        told = [await refuse(porte, etude, session) for _ in range(2)]
        async with session.get(told[0]["pourquoi"]) as answer:
            assert answer.status == 200
    assert "pourquoi" not in told[1]


@pytest.mark.parametrize(
    ("events", "title"),
    [
        ((REFUSED,), "Pourquoi cette demande a été refusée"),
        ((CUT, REFUSED), "Pourquoi ce transfert a été interrompu"),
        ((SENT,), "Ce que cette demande a reçu"),
    ],
)
def test_the_title_of_the_page_says_what_happened(events: tuple[str, ...], title: str) -> None:
    lines = [Trace(datetime(2026, 1, 1, tzinfo=UTC), event, "", None, "GET", "/dicom-web-rs/studies/*", None) for event in events]
    assert f"<h1>{title}</h1>" in pourquoi.page("0" * 32, lines).decode()
