# SPDX-FileCopyrightText: 2026 drimm contributors
# SPDX-License-Identifier: EUPL-1.2
"""Images out of the DICOMweb door of a PACS: same objects, same errors, and nothing of our own client shown to it."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager, suppress
from pathlib import Path

import pytest
from aiohttp import web
from aiohttp.test_utils import TestServer

from banc.pacs.index import Index
from drimbox.config import Pacs
from drimbox.socle.pacs.bassin_web import connexions_gardees
from drimbox.socle.pacs.dimse.errors import ProtocoleRompu
from drimbox.socle.pacs.errors import PacsAbsent, PacsCoupe, PacsIncomplet, PacsIndisponible, PacsRefuse
from drimbox.socle.pacs.flux import DemandeImages, recuperer
from drimbox.socle.pacs.identifiants import ObjetIllisible
from drimbox.socle.pacs.model import ObjetDicom
from drimbox.socle.pacs.part10 import to_part10
from tests.integration.drimbox.pacs.pacs_hostile import an_object
from tests.integration.drimbox.pacs.test_flux import STUDY, received, whole

Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]
RELATED = {"Content-Type": 'multipart/related; type="application/dicom"; boundary=drimm'}


@asynccontextmanager
async def door(handler: Handler, **settings: object) -> AsyncIterator[Pacs]:
    app = web.Application()
    app.router.add_get("/dicom-web/{path:.*}", handler)
    async with TestServer(app) as server:
        values = {"name": "web", "host": "127.0.0.1", "port": server.port, "aet": "WEB", "timeout": 2.0, "recuperation": "dicomweb"}
        yield Pacs.model_validate(values | {"dicomweb": {"url": str(server.make_url("/dicom-web"))} | settings})


def part(content: bytes, *, length: bool = True) -> bytes:
    size = f"Content-Length: {len(content)}\r\n" if length else ""
    return b"\r\n--drimm\r\nContent-Type: application/dicom\r\n" + size.encode() + b"\r\n" + content


@pytest.fixture(scope="module")
def files(exam: Path) -> dict[str, bytes]:
    index = Index(exam)
    index.scan()
    return {entry.sop_instance_uid: to_part10(entry.load()) for entry in index.entries()}


@pytest.fixture(scope="module")
def datasets(exam: Path) -> dict[str, bytes]:
    index = Index(exam)
    index.scan()
    return {entry.sop_instance_uid: entry.load().dataset for entry in index.entries()}


def of_length(content: bytes, announced: int) -> bytes:
    """A part that announces a length of its own."""
    return part(content).replace(f"Content-Length: {len(content)}".encode(), f"Content-Length: {announced}".encode())


def body(files: dict[str, bytes], *, length: bool = True) -> bytes:
    return b"".join(part(content, length=length) for content in files.values()) + b"\r\n--drimm--\r\n"


@pytest.mark.parametrize("length", [True, False])
async def test_a_study_comes_with_its_bytes_and_its_length_when_it_is_said(files, datasets, length: bool):
    asked: list[web.Request] = []

    async def handler(request: web.Request) -> web.StreamResponse:
        asked.append(request)
        return web.Response(body=body(files, length=length), headers=RELATED)

    async with door(handler) as pacs, recuperer(pacs, DemandeImages(STUDY)) as flux:
        found = {}
        async for objet in flux:
            assert objet.study_instance_uid == STUDY
            assert objet.longueur == (len(datasets[objet.sop_instance_uid]) if length else None)
            found[objet.sop_instance_uid] = await whole(objet)
    assert found == datasets
    assert asked[0].path == f"/dicom-web/studies/{STUDY}"
    assert asked[0].headers["Accept"] == 'multipart/related; type="application/dicom"; transfer-syntax=*'
    assert "Authorization" not in asked[0].headers


async def test_what_the_peer_accepts_is_never_said_to_the_pacs(files):
    async def handler(request: web.Request) -> web.StreamResponse:
        assert request.path.endswith("/studies/1.2/series/1.3/instances/1.4")
        assert "1.2.840.10008.1.2.4.80" not in request.headers["Accept"]
        return web.Response(body=body(files), headers=RELATED)

    async with door(handler) as pacs:
        await received(pacs, DemandeImages("1.2", "1.3", "1.4", accept_syntaxes=("1.2.840.10008.1.2.4.80",)))


@pytest.mark.parametrize(
    ("kind", "secret", "said"), [("basic", "moi:secret", "Basic bW9pOnNlY3JldA=="), ("bearer", "jeton", "Bearer jeton")]
)
async def test_we_are_known_by_a_secret_kept_in_a_file(files, tmp_path: Path, kind: str, secret: str, said: str):
    path = tmp_path / "secret"
    path.touch(mode=0o600)
    path.write_text(secret)

    async def handler(request: web.Request) -> web.StreamResponse:
        return web.Response(body=body(files), headers=RELATED) if request.headers.get("Authorization") == said else web.Response(status=401)

    async with door(handler, **{kind: path}) as pacs:
        assert len(await received(pacs, DemandeImages(STUDY))) == 8
    async with door(handler) as pacs:
        with pytest.raises(PacsRefuse, match="401"):
            await received(pacs, DemandeImages(STUDY))


@pytest.mark.parametrize(
    ("status", "error"),
    [(404, PacsAbsent), (204, PacsAbsent), (401, PacsRefuse), (406, PacsRefuse), (302, PacsRefuse), (503, PacsIndisponible)],
)
async def test_each_refusal_has_its_error(status: int, error: type[Exception]):
    async def handler(_request: web.Request) -> web.StreamResponse:
        return web.Response(status=status, headers={"Location": "http://127.0.0.1:1/"})

    async with door(handler) as pacs:
        with pytest.raises(error):
            await received(pacs, DemandeImages(STUDY))


@pytest.mark.parametrize(
    ("headers", "content", "error"),
    [
        ({"Content-Type": "application/json"}, b"[]", ProtocoleRompu),
        (RELATED, b"\r\n--drimm--", PacsAbsent),
        (RELATED, part(b"too short to be a file") + b"\r\n--drimm--", ObjetIllisible),
        (RELATED, part(bytes(200)) + b"\r\n--drimm--", ObjetIllisible),
        (RELATED, part(bytes(128) + b"DICM" + bytes(100_000)) + b"\r\n--drimm--", ObjetIllisible),
        (RELATED, b"x" * 20_000, PacsRefuse),
    ],
)
async def test_a_broken_answer_is_refused(headers: dict[str, str], content: bytes, error: type[Exception]):
    async def handler(_request: web.Request) -> web.StreamResponse:
        return web.Response(body=content, headers=headers)

    async with door(handler) as pacs:
        with pytest.raises(error):
            await received(pacs, DemandeImages(STUDY))


async def test_an_answer_cut_on_the_way_is_a_cut(files):
    async def handler(request: web.Request) -> web.StreamResponse:
        response = web.StreamResponse(headers=RELATED)
        response.enable_chunked_encoding()
        await response.prepare(request)
        await response.write(body(files)[:200_000])
        assert request.transport is not None
        request.transport.abort()
        return response

    async with door(handler) as pacs:
        with pytest.raises(PacsCoupe):
            await received(pacs, DemandeImages(STUDY))


async def test_an_answer_that_ends_before_its_closing_boundary_is_a_cut(files):
    async def handler(_request: web.Request) -> web.StreamResponse:
        return web.Response(body=body(files).removesuffix(b"\r\n--drimm--\r\n"), headers=RELATED)

    async with door(handler) as pacs:
        with pytest.raises(PacsCoupe):
            await received(pacs, DemandeImages(STUDY))


async def test_an_awaited_instance_that_does_not_come_is_told_at_the_end(files):
    async def handler(_request: web.Request) -> web.StreamResponse:
        return web.Response(body=body(files), headers=RELATED)

    async with door(handler) as pacs:
        with pytest.raises(PacsIncomplet):
            await received(pacs, DemandeImages(STUDY, attendus=frozenset({"1.2.3"})))


async def test_a_silent_door_is_left(files):
    async def handler(request: web.Request) -> web.StreamResponse:
        response = web.StreamResponse(headers=RELATED)
        response.enable_chunked_encoding()
        await response.prepare(request)
        await response.write(body(files)[:300_000])
        with suppress(asyncio.CancelledError):
            await asyncio.sleep(60)
        return response

    async with door(handler) as pacs:
        with pytest.raises(PacsIndisponible):
            await received(pacs.model_copy(update={"timeout": 0.3}), DemandeImages(STUDY))


async def test_a_reader_that_leaves_closes_the_connection():
    gone = asyncio.Event()

    async def handler(request: web.Request) -> web.StreamResponse:
        response = web.StreamResponse(headers=RELATED)
        response.enable_chunked_encoding()
        await response.prepare(request)
        try:
            await response.write(part(to_part10(ObjetDicom("1.2", "1.2.1", "1.2.840.10008.1.2.1", an_object("1.2.1")))))
            while True:
                await response.write(bytes(1 << 20))
        finally:
            gone.set()

    async with door(handler) as pacs:
        async with recuperer(pacs, DemandeImages(STUDY)) as flux:
            await anext((await anext(flux)).blocs())
        await asyncio.wait_for(gone.wait(), 60)


async def test_a_connection_read_to_its_end_serves_again_and_no_other(files):
    ports: list[int] = []

    async def handler(request: web.Request) -> web.StreamResponse:
        assert request.transport is not None
        ports.append(request.transport.get_extra_info("peername")[1])
        return web.Response(body=body(files), headers=RELATED)

    async with door(handler) as pacs:
        async with connexions_gardees():
            for _ in range(2):
                assert len(await received(pacs, DemandeImages(STUDY))) == 8
            async with recuperer(pacs, DemandeImages(STUDY)) as flux:
                await anext(flux)  # and leave
            await received(pacs, DemandeImages(STUDY))
        assert (ports[0] == ports[1] == ports[2], ports[3] == ports[0]) == (True, False)
        await received(pacs, DemandeImages(STUDY))
        assert ports[4] not in ports[:4]  # nothing is kept once nobody says for how long


async def test_a_kept_connection_that_the_door_closed_meanwhile_costs_nothing(files):
    transports: list[asyncio.Transport] = []

    async def handler(request: web.Request) -> web.StreamResponse:
        assert request.transport is not None
        transports.append(request.transport)
        return web.Response(body=body(files), headers=RELATED)

    async with door(handler) as pacs, connexions_gardees():
        await received(pacs, DemandeImages(STUDY))
        transports[0].abort()
        assert len(await received(pacs, DemandeImages(STUDY))) == 8


async def test_a_renewed_authority_makes_new_connections(files, tmp_path: Path):
    trust = tmp_path / "ca.pem"
    trust.write_text("one")
    ports: list[int] = []

    async def handler(request: web.Request) -> web.StreamResponse:
        assert request.transport is not None
        ports.append(request.transport.get_extra_info("peername")[1])
        return web.Response(body=body(files), headers=RELATED)

    async with door(handler) as pacs, connexions_gardees():
        assert pacs.dicomweb is not None
        secured = pacs.model_copy(update={"dicomweb": pacs.dicomweb.model_copy(update={"trust": trust})})
        await received(secured, DemandeImages(STUDY))
        await received(secured, DemandeImages(STUDY))
        trust.write_text("another")
        await received(secured, DemandeImages(STUDY))
    assert (ports[0] == ports[1], ports[1] == ports[2]) == (True, False)


async def test_a_door_that_nobody_keeps_is_unavailable():
    pacs = Pacs.model_validate({
        "name": "web", "host": "127.0.0.1", "aet": "WEB", "timeout": 2.0,
        "recuperation": "dicomweb", "dicomweb": {"url": "http://127.0.0.1:1/dicom-web"},
    })  # fmt: skip
    with pytest.raises(PacsIndisponible):
        await received(pacs, DemandeImages(STUDY))


@pytest.mark.parametrize("wrong", [-100, -1, 1, 99_999_999])
async def test_an_object_that_is_not_as_long_as_announced_is_cut_there(files, wrong: int):
    content = next(iter(files.values()))

    async def handler(_request: web.Request) -> web.StreamResponse:
        return web.Response(body=of_length(content, len(content) + wrong) + b"\r\n--drimm--\r\n", headers=RELATED)

    async with door(handler) as pacs, recuperer(pacs, DemandeImages(STUDY)) as flux:
        with pytest.raises(ProtocoleRompu):
            await (await anext(flux)).finish()


@pytest.mark.parametrize("announced", [0, 5])
async def test_a_length_that_no_object_can_have_is_not_passed_on(files, datasets, announced: int):
    uid, content = next(iter(files.items()))

    async def handler(_request: web.Request) -> web.StreamResponse:
        return web.Response(body=of_length(content, announced) + b"\r\n--drimm--\r\n", headers=RELATED)

    async with door(handler) as pacs, recuperer(pacs, DemandeImages(STUDY)) as flux:
        objet = await anext(flux)
        assert (objet.sop_instance_uid, objet.longueur) == (uid, None)
        await objet.finish()
        assert objet.recus == len(datasets[uid])


@pytest.mark.parametrize("chatty", [False, True])
async def test_what_follows_the_closing_boundary_neither_ends_nor_loses_a_study(files, monkeypatch: pytest.MonkeyPatch, chatty: bool):
    monkeypatch.setattr("drimbox.socle.pacs.dicomweb.EPILOGUE_SECONDS", 0.05)
    gone = asyncio.Event()

    async def handler(request: web.Request) -> web.StreamResponse:
        response = web.StreamResponse(headers=RELATED)
        response.enable_chunked_encoding()
        await response.prepare(request)
        await response.write(body(files))
        try:
            while True:
                await asyncio.sleep(0.01)
                if chatty:
                    await response.write(b"x" * 1000)
        finally:
            gone.set()

    async with asyncio.timeout(120), door(handler) as pacs:
        assert len(await received(pacs.model_copy(update={"timeout": 100.0}), DemandeImages(STUDY))) == 8
        if chatty:  # a handler that writes nothing learns of nothing
            await gone.wait()


async def test_a_door_that_says_for_ever_that_it_is_processing_is_left():
    async def process(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readuntil(b"\r\n\r\n")
        with suppress(ConnectionError):
            while not reader.at_eof():
                writer.write(b"HTTP/1.1 102 Processing\r\n\r\n")
                await writer.drain()
                await asyncio.sleep(0.01)
        writer.close()
        with suppress(ConnectionError):
            await writer.wait_closed()
        gone.set()

    gone = asyncio.Event()
    server = await asyncio.start_server(process, "127.0.0.1", 0)
    async with asyncio.timeout(120), server:
        pacs = Pacs.model_validate({
            "name": "web", "host": "127.0.0.1", "aet": "WEB", "timeout": 100.0, "image_seconds": 0.2, "recuperation": "dicomweb",
            "dicomweb": {"url": f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}/dicom-web"},
        })  # fmt: skip
        with pytest.raises(PacsIndisponible, match="prépare"):
            await received(pacs, DemandeImages(STUDY))
        await gone.wait()
