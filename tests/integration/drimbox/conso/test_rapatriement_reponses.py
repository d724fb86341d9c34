# SPDX-FileCopyrightText: 2026 drimm contributors
# SPDX-License-Identifier: EUPL-1.2
"""Answers of a source that holds the right certificate and says anything."""

from __future__ import annotations

import ssl
from collections.abc import AsyncIterator, Awaitable, Callable
from io import BytesIO

import pytest
from aiohttp import web
from pydicom import dcmread

from banc.pacs.simulator import PacsSimulator
from drimbox.socle.personnes import Identifiant
from drimbox.source.pointeur.module_francais import other_patient_ids
from tests.drimbox_env import DB
from tests.integration.drimbox.conso.dossier import INS, OID_INS, make_kos
from tests.integration.drimbox.conso.test_rapatriement import bring
from tests.integration.drimbox.conso.test_rapatriement_refus import towards
from tests.integration.drimbox.partage.maille import Etude, Maille

Answer = Callable[[web.Request], Awaitable[web.StreamResponse]]
KIND = 'multipart/related; type="application/dicom"; boundary=b'


@pytest.fixture
async def source(maille_b: Maille) -> AsyncIterator[list[Answer]]:
    """A source whose answer a test puts in the list."""
    answers: list[Answer] = []

    async def serve(request: web.Request) -> web.StreamResponse:
        return await answers[-1](request)

    application = web.Application()
    application.router.add_route("*", "/{path:.*}", serve)
    runner = web.AppRunner(application, access_log=None)
    await runner.setup()
    identity = maille_b.pki.serv_ssl(DB)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(identity.certificate, identity.key)
    site = web.TCPSite(runner, "127.0.0.1", 0, ssl_context=context)
    await site.start()
    towards(maille_b, runner.addresses[0][1])
    yield answers
    await runner.cleanup()


def plain(status: int, body: bytes = b"", **headers: str) -> Answer:
    async def answer(_request: web.Request) -> web.StreamResponse:
        return web.Response(status=status, body=body, headers={name.replace("_", "-"): value for name, value in headers.items()})

    return answer


async def cut(request: web.Request) -> web.StreamResponse:
    response = web.StreamResponse(headers={"Content-Type": KIND})
    await response.prepare(request)
    await response.write(b"--b\r\n\r\nhalf of an object")
    assert request.transport is not None
    request.transport.abort()
    return response


HUGE = b'{"code": "a.b", "detail": "' + b"x" * 5000 + b'", "remede": 3, "trace": "<script>"}'


@pytest.mark.parametrize(
    ("answer", "code", "status"),
    [
        (plain(302, Location="https://evil.test/"), "rapatriement.refus_source", 302),
        (plain(500, b"<html>" + b"x" * 200_000), "rapatriement.refus_source", 500),
        (plain(503, HUGE), "a.b", 503),
        (plain(403, b'["list"]'), "rapatriement.refus_source", 403),
        (plain(403, b'{"code": "%s"}' % ".".join(["a" * 40, "b" * 40]).encode()), "rapatriement.refus_source", 403),
        (plain(403, b'{"code": "%s"}' % ".".join(["a" * 40, "b" * 39]).encode()), ".".join(["a" * 40, "b" * 39]), 403),
        (plain(403, b'{"code": "DROP TABLE"}'), "rapatriement.refus_source", 403),
        (plain(200, b"{}", Content_Type="application/json"), "rapatriement.reponse_illisible", None),
        (plain(200, b"", Content_Type=KIND), "rapatriement.reponse_illisible", None),
        (plain(200, b"--b\r\n\r\nx", Content_Type=KIND), "rapatriement.reponse_illisible", None),
        (plain(200, b"--b\r\n\r\nnot dicom\r\n--b--", Content_Type=KIND), "rapatriement.objet_refuse", None),
        (cut, "rapatriement.source_injoignable", None),
    ],
)
async def test_an_answer_that_is_not_the_series_is_told_and_nothing_is_stored(
    maille_b: Maille, etude: Etude, pacs_b: PacsSimulator, source: list[Answer], answer: Answer, code: str, status: int | None
) -> None:
    source.append(answer)
    row, series = await bring(maille_b, etude, make_kos(etude))
    assert row.state == "echoue"
    assert {(s.code, s.http_status) for s in series} == {(code, status)}
    assert all(len(s.message) <= 300 and "<" not in s.peer_trace for s in series)
    assert not pacs_b.index.entries()


async def test_an_answer_without_any_part_leaves_every_image_missing(
    maille_b: Maille, etude: Etude, pacs_b: PacsSimulator, source: list[Answer]
) -> None:
    source.append(plain(200, b"--b--\r\n", Content_Type=KIND))
    row, series = await bring(maille_b, etude, make_kos(etude))
    assert (row.state, [(s.state, s.missing) for s in series]) == ("echoue", [("echouee", 3)] * 2)
    assert all(s.code for s in series)


async def test_an_object_beyond_the_size_limit_is_refused_as_it_comes(
    maille_b: Maille, etude: Etude, pacs_b: PacsSimulator, source: list[Answer]
) -> None:
    small = maille_b.settings.conso.model_copy(update={"max_instance_bytes": 1024})
    maille_b.settings = maille_b.settings.model_copy(update={"conso": small})
    source.append(plain(200, b"--b\r\n\r\n" + b"x" * 5000 + b"\r\n--b--", Content_Type=KIND))
    _, series = await bring(maille_b, etude, make_kos(etude))
    assert {s.code for s in series} == {"rapatriement.reponse_trop_grosse"}


@pytest.mark.parametrize(("ins", "stored"), [(INS, True), ("179035121518989", False)], ids=["of the patient", "of another patient"])
async def test_an_image_that_bears_the_ins_of_another_patient_is_never_filed(
    maille_b: Maille, etude: Etude, pacs_b: PacsSimulator, source: list[Answer], ins: str, stored: bool
) -> None:
    sop = etude.instances[etude.series[0]][0]
    image = dcmread(maille_b.folder / "pacs" / f"{sop}.dcm")
    image.OtherPatientIDsSequence = other_patient_ids(Identifiant(ins, OID_INS))
    buffer = BytesIO()
    image.save_as(buffer, enforce_file_format=True)
    source.append(plain(200, b"--b\r\n\r\n" + buffer.getvalue() + b"\r\n--b--", Content_Type=KIND))
    _, series = await bring(maille_b, etude, make_kos(etude))
    assert (series[0].code == "rapatriement.autre_patient") is not stored
    assert [entry.sop_instance_uid for entry in pacs_b.index.entries()] == [sop] * stored
