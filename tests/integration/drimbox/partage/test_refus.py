# SPDX-FileCopyrightText: 2026 drimm contributors
# SPDX-License-Identifier: EUPL-1.2
"""Every refusal of the images door, on real connections: status, code, and the line of the journal under the trace told."""

from __future__ import annotations

import asyncio
import json
import ssl
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import aiohttp
import pytest

from banc.pki.store import Issued
from tests.drimbox_env import DB, DB2
from tests.integration.drimbox.partage.maille import Etude, Maille, make_study, token
from tests.integration.drimbox.partage.requests import LOSSLESS, get, headers


async def refused(maille: Maille, answer: tuple[int, str, bytes], status: int, code: str) -> dict[str, Any]:
    """Check a refusal and its line in the journal; return the problem document."""
    assert (answer[0], answer[1]) == (status, "application/problem+json")
    problem: dict[str, Any] = json.loads(answer[2])
    assert (problem["status"], problem["code"]) == (status, code)
    assert problem["detail"]
    assert problem["remede"]
    lines = await asyncio.to_thread(maille.journal, "admission:demande:refused")
    assert [(line[0], line[1]) for line in lines] == [(problem["trace"], code)]
    return problem


Change = Callable[[dict[str, str], Etude], None]


def drop(name: str) -> Change:
    return lambda given, _etude: given.pop(name) and None


def put(name: str, value: str) -> Change:
    return lambda given, _etude: given.update({name: value})


@pytest.mark.parametrize(
    ("change", "status", "code"),
    [
        (drop("Authorization"), 401, "admission.jeton_absent"),
        (put("Authorization", "Basic dXNlcjpwYXNz"), 401, "admission.jeton_illisible"),
        (put("Authorization", "Bearer"), 401, "admission.jeton_illisible"),
        (put("Authorization", "Bearer unknown-token"), 401, "admission.jeton_inactif"),
        (drop("KOS-SOPInstanceUID"), 400, "admission.kos_absent"),
        (put("KOS-SOPInstanceUID", "not a uid"), 400, "admission.kos_absent"),
        (put("KOS-SOPInstanceUID", "1.2.3.4.5"), 404, "admission.kos_inconnu"),
        (put("Accept", "text/html"), 406, "partage.syntaxe_refusee"),
        (put("Accept", "multipart/related;q=x"), 400, "admission.accept_illisible"),
        (put("Accept", "transfer-syntax=1.2.840.10008.1.2.4.102;q=1"), 406, "partage.syntaxe_refusee"),
        (put("Accept", "transfer-syntax=1.2.840.10008.1.2.4.50;q=1"), 406, "partage.syntaxe_refusee"),
        (put("Accept", LOSSLESS.replace("q=0.", "q=0.0;x=")), 406, "partage.syntaxe_refusee"),
    ],
)
async def test_a_request_that_lacks_something_is_refused_with_its_code(
    porte: Maille, etude: Etude, change: Change, status: int, code: str
) -> None:
    given = await headers(porte, etude)
    change(given, etude)
    async with porte.client() as session:
        problem = await refused(porte, await get(session, porte.url(etude, series=etude.series[0]), given), status, code)
    assert etude.study not in json.dumps(problem)


async def test_without_accept_the_request_is_refused(porte: Maille, etude: Etude) -> None:
    given = await headers(porte, etude)
    del given["Accept"]
    async with porte.client() as session, session.get(porte.url(etude), headers=given, skip_auto_headers=["Accept"]) as answer:
        await refused(porte, (answer.status, answer.content_type, await answer.read()), 400, "admission.accept_absent")


async def test_a_token_of_another_psc_is_refused(porte: Maille, etude: Etude) -> None:
    assert porte.etranger is not None
    foreign = porte.settings.psc.model_copy(update={"discovery_url": porte.etranger.discovery_url, "issuer": porte.etranger.issuer})
    stolen = await token(porte.settings.model_copy(update={"psc": foreign}))
    async with porte.client() as session:
        given = await headers(porte, etude, Authorization=f"Bearer {stolen}")
        await refused(porte, await get(session, porte.url(etude), given), 401, "admission.jeton_inactif")


@pytest.mark.parametrize(("state", "code"), [("retire", "admission.kos_retire"), ("remplace", "admission.kos_remplace")])
async def test_a_kos_out_of_service_opens_nothing_and_says_why(porte: Maille, state: str, code: str) -> None:
    study = make_study(porte.folder / "pacs")
    porte.pacs.index.scan()
    await asyncio.to_thread(porte.add_kos, study, DB, state=state)
    async with porte.client() as session:
        await refused(porte, await get(session, porte.url(study), await headers(porte, study)), 404, code)


@pytest.mark.parametrize("envoi", ["a_envoyer", "attente_dmp", "refuse", "incomplet", None])
async def test_a_kos_that_the_dmp_does_not_hold_opens_nothing(porte: Maille, envoi: str | None) -> None:
    study = make_study(porte.folder / "pacs")
    porte.pacs.index.scan()
    await asyncio.to_thread(porte.add_kos, study, DB, envoi=envoi)
    async with porte.client() as session:
        await refused(porte, await get(session, porte.url(study), await headers(porte, study)), 404, "admission.kos_inconnu")


async def test_a_kos_opens_no_other_study_even_of_the_same_pacs(porte: Maille, etude: Etude) -> None:
    other = make_study(porte.folder / "pacs")
    porte.pacs.index.scan()
    await asyncio.to_thread(porte.add_kos, other)
    async with porte.client() as session:
        given = await headers(porte, etude)
        await refused(porte, await get(session, porte.url(other), given), 404, "admission.kos_inconnu")


async def test_a_series_or_an_instance_that_the_pacs_does_not_hold_is_a_404(porte: Maille, etude: Etude) -> None:
    async with porte.client() as session:
        given = await headers(porte, etude)
        await refused(porte, await get(session, porte.url(etude, series="1.2.3"), given), 404, "partage.ressource_inconnue")


async def test_an_unknown_service_and_another_method_are_refused(porte: Maille, etude: Etude) -> None:
    async with porte.client() as session:
        status, _, body = await get(session, porte.url(etude) + "/thumbnail", await headers(porte, etude))
        assert (status, json.loads(body)["code"]) == (404, "partage.ressource_inconnue")
        async with session.post(porte.url(etude), data=b"x") as answer:
            assert (answer.status, answer.headers["Allow"]) == (405, "GET, OPTIONS")


async def test_options_tells_what_can_be_retrieved(porte: Maille, etude: Etude) -> None:
    async with porte.client() as session, session.options(porte.url(etude)) as answer:
        assert (answer.status, answer.content_type) == (200, "application/vnd.sun.wadl+xml")
        assert "Strict-Transport-Security" in answer.headers


async def test_a_drimbox_excluded_from_the_list_is_refused_within_a_second(porte: Maille, etude: Etude) -> None:
    given = await headers(porte, etude)
    async with porte.client() as session:
        assert (await get(session, porte.url(etude), given))[0] == 200
        with_role = porte.environment.role("ouvrier")
        await asyncio.to_thread(_publish_without_peer, porte, with_role)
        await refused(porte, await get(session, porte.url(etude), given), 403, "admission.certificat_hors_liste")


def _publish_without_peer(maille: Maille, with_role: Any) -> None:
    with with_role:
        maille.publish(DB, at=datetime.now(UTC) + timedelta(seconds=1))


async def test_without_a_list_in_force_nobody_is_let_in(porte: Maille, etude: Etude) -> None:
    from drimbox.socle.annuaire import queries

    porte.environment.sql("DELETE FROM annuaire_liste_en_vigueur")
    queries.forget()
    async with porte.client() as session, session.get(porte.url(etude), headers=await headers(porte, etude)) as answer:
        assert answer.headers["Retry-After"]
        await refused(porte, (answer.status, answer.content_type, await answer.read()), 503, "admission.liste_perimee")


async def test_a_revoked_certificate_is_refused_with_a_code(porte: Maille, etude: Etude) -> None:
    async with porte.client(porte.pki.revoked.serv_ssl) as session:
        await refused(porte, await get(session, porte.url(etude), await headers(porte, etude)), 403, "admission.certificat_revoque")


async def test_a_certificate_of_the_pki_that_no_list_names_is_refused(porte: Maille, etude: Etude) -> None:
    async with porte.client(porte.pki.auth_cli("a")) as session:
        try:
            answer = await get(session, porte.url(etude), await headers(porte, etude))
        except aiohttp.ClientError:
            return  # OpenSSL refuses its purpose during the handshake
        await refused(porte, answer, 403, "admission.certificat_hors_liste")


def none_of(_maille: Maille) -> Issued | None:
    return None


@pytest.mark.parametrize(
    ("identity", "code"),
    [
        (lambda maille: maille.pki.foreign.serv_ssl, "tls.certificat_etranger"),
        (lambda maille: maille.pki.expired.serv_ssl, "tls.certificat_expire"),
        (none_of, "tls.certificat_absent"),
    ],
)
async def test_a_handshake_that_fails_is_journalled_with_its_peer(
    porte: Maille, etude: Etude, identity: Callable[[Maille], Issued | None], code: str
) -> None:
    shown = identity(porte)
    context = ssl.create_default_context(cafile=str(porte.pki.root))
    context.load_verify_locations(str(porte.pki.intermediate))
    if shown is not None:
        context.load_cert_chain(shown.certificate, shown.key)
    with pytest.raises((OSError, asyncio.IncompleteReadError)):
        await _read_something(porte, context)
    line = await _journalled(porte, "admission:connexion:refused")
    assert (line[1], line[2]["peer_ip"]) == (code, "127.0.0.1")
    assert line[0]


async def _read_something(maille: Maille, context: ssl.SSLContext) -> None:
    reader, writer = await asyncio.open_connection("127.0.0.1", maille.port, ssl=context, server_hostname=DB)
    try:
        writer.write(b"GET / HTTP/1.1\r\nHost: " + DB.encode() + b"\r\n\r\n")
        await reader.readexactly(1)
    finally:
        writer.transport.abort()


async def _journalled(maille: Maille, event: str) -> tuple[str | None, str | None, dict[str, Any]]:
    async with asyncio.timeout(60):
        while not (lines := await asyncio.to_thread(maille.journal, event)):  # noqa: ASYNC110 - a table has no bell
            await asyncio.sleep(0.05)
    return lines[0]


@pytest.mark.parametrize(("name", "host"), [(DB, DB2), (DB, "127.0.0.1"), (None, DB)])
async def test_a_name_that_is_not_that_of_the_connection_is_misdirected(porte: Maille, etude: Etude, name: str | None, host: str) -> None:
    context = porte.tls_of(porte.pki.serv_ssl(DB2))
    if name is None:
        context.check_hostname = False
    reader, writer = await asyncio.open_connection("127.0.0.1", porte.port, ssl=context, server_hostname=name or "")
    writer.write(f"GET /dicom-web-rs/studies/{etude.study} HTTP/1.1\r\nHost: {host}\r\nConnection: close\r\n\r\n".encode())
    status = (await reader.readline()).split()[1]
    writer.transport.abort()
    assert status == b"421"


async def test_when_psc_is_down_the_peer_is_told_to_come_back(maille: Maille, etude: Etude, as_images: None) -> None:
    from drimbox.source.partage.server import serving

    down = maille.settings.psc.model_copy(update={"discovery_url": "https://localhost:9/x", "issuer": "https://localhost:9"})
    async with serving(maille.settings.model_copy(update={"psc": down})) as maille.port, maille.client() as session:
        given = {"Accept": LOSSLESS, "Authorization": "Bearer abc", "KOS-SOPInstanceUID": etude.kos}
        await refused(maille, await get(session, maille.url(etude), given), 503, "admission.psc_indisponible")


async def test_when_the_pacs_is_down_no_success_is_announced(porte: Maille, etude: Etude) -> None:
    given = await headers(porte, etude)
    await asyncio.to_thread(porte.pacs.stop)
    async with porte.client() as session:
        await refused(porte, await get(session, porte.url(etude), given), 503, "partage.pacs_indisponible")


async def test_nothing_of_the_exam_enters_the_journal(porte: Maille, etude: Etude) -> None:
    async with porte.client() as session:
        given = await headers(porte, etude)
        await get(session, porte.url(etude), given)
        await get(session, porte.url(etude, series="1.2.3"), given)
    written = str(await asyncio.to_thread(porte.environment.sql, "SELECT * FROM journal"))
    assert "partage:transfert:sent" in written
    secrets = (etude.study, etude.kos, etude.series[0], "1.2.3'", given["Authorization"].removeprefix("Bearer "), "IPP1")
    assert not [secret for secret in secrets if secret in written]
