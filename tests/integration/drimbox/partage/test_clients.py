# SPDX-FileCopyrightText: 2026 drimm contributors
# SPDX-License-Identifier: EUPL-1.2
"""The images door as clients that nobody here wrote see it: curl with a certificate, and a second Orthanc as DICOMweb client."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from pathlib import Path
from typing import Any

import aiohttp
import pytest

from banc.pacs.orthanc import OrthancPacs
from tests.drimbox_env import DB, DB2
from tests.integration.drimbox.partage.maille import Etude, Maille
from tests.integration.drimbox.partage.requests import headers, parts


def authorities(maille: Maille) -> Path:
    path = maille.folder / "authorities.pem"
    path.write_bytes(maille.pki.root.read_bytes() + maille.pki.intermediate.read_bytes())
    return path


async def curl(maille: Maille, url: str, given: dict[str, str], *options: str) -> tuple[int, str, bytes]:
    identity, out, head = maille.pki.serv_ssl(DB2), maille.folder / "body", maille.folder / "head"
    command = ["curl", "--silent", "--show-error", "--max-time", "30", "--http1.1", "--output", str(out), "--dump-header", str(head)]
    command += ["--cert", str(identity.certificate), "--key", str(identity.key), "--cacert", str(authorities(maille)), "--noproxy", "*"]
    command += ["--connect-to", f"{DB}:443:127.0.0.1:{maille.port}", *options]
    for name, value in given.items():
        command += ["--header", f"{name}: {value}"]
    process = await asyncio.create_subprocess_exec(*command, url)
    assert await process.wait() == 0
    lines = await asyncio.to_thread(head.read_text)
    kind = next((line.partition(":")[2].strip() for line in lines.splitlines() if line.lower().startswith("content-type:")), "")
    return int(lines.split()[1]), kind, await asyncio.to_thread(out.read_bytes)


@pytest.mark.peer("curl")
async def test_curl_with_its_certificate_gets_images_metadata_searches_and_refusals(porte: Maille, etude: Etude) -> None:
    given = await headers(porte, etude)
    status, kind, body = await curl(porte, porte.url(etude, series=etude.series[0]), given)
    assert (status, len(parts(kind, body))) == (200, 3)
    status, _, body = await curl(porte, porte.url(etude) + "/metadata", given | {"Accept": "application/dicom+json"})
    assert (status, len(json.loads(body))) == (200, 6)
    status, _, body = await curl(porte, f"https://{DB}/dicom-web-rs/studies", given | {"Accept": "application/dicom+json"})
    assert (status, len(json.loads(body))) == (200, 1)
    status, kind, body = await curl(porte, porte.url(etude), given | {"KOS-SOPInstanceUID": "1.2.3"})
    assert (status, kind, json.loads(body)["code"]) == (404, "application/problem+json", "admission.kos_inconnu")
    status, kind, _ = await curl(porte, porte.url(etude), given, "--request", "OPTIONS")
    assert (status, kind) == (200, "application/vnd.sun.wadl+xml")


@asynccontextmanager
async def tunnel(port: int) -> AsyncIterator[int]:
    """An HTTP proxy that knows one name: Orthanc has no other way to be told where a name is."""

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        asked = await reader.readuntil(b"\r\n\r\n")
        assert asked.startswith(f"CONNECT {DB}:443 ".encode())
        inside, outside = await asyncio.open_connection("127.0.0.1", port)
        writer.write(b"HTTP/1.1 200 OK\r\n\r\n")
        await asyncio.gather(copy(reader, outside), copy(inside, writer))

    async def copy(source: asyncio.StreamReader, target: asyncio.StreamWriter) -> None:
        with suppress(ConnectionError):
            while data := await source.read(65536):
                target.write(data)
                await target.drain()
        target.close()

    async with await asyncio.start_server(serve, "127.0.0.1", 0) as server:
        yield server.sockets[0].getsockname()[1]


class Consommateur(OrthancPacs):
    """An Orthanc that has our door as a DICOMweb server."""

    extra: dict[str, Any]

    def _configuration(self) -> dict[str, object]:
        found = super()._configuration()
        web = dict(found["DicomWeb"]) | {"Servers": {"source": self.extra["server"]}}  # type: ignore[call-overload]  # a mapping
        return found | {"DicomWeb": web, "HttpsCACertificates": self.extra["authorities"], "HttpProxy": self.extra["proxy"]}


@pytest.mark.peer("orthanc")
async def test_a_second_orthanc_takes_the_exam_as_a_dicomweb_client(porte: Maille, etude: Etude) -> None:
    given, identity = await headers(porte, etude), porte.pki.serv_ssl(DB2)
    server = {
        "Url": f"https://{DB}/dicom-web-rs/",
        "HttpHeaders": {name: given[name] for name in ("Authorization", "KOS-SOPInstanceUID")},
        "CertificateFile": str(identity.certificate),
        "CertificateKeyFile": str(identity.key),
    }
    async with tunnel(porte.port) as proxy:
        orthanc = Consommateur(porte.folder / "orthanc", "CONSO")
        orthanc.extra = {"server": server, "authorities": str(authorities(porte)), "proxy": f"http://127.0.0.1:{proxy}"}
        await asyncio.to_thread(orthanc.start)
        try:
            await _retrieve(orthanc, etude)
        finally:
            await asyncio.to_thread(orthanc.stop)


async def _retrieve(orthanc: OrthancPacs, etude: Etude) -> None:
    base = f"http://127.0.0.1:{orthanc.http_port}"
    wanted = {"Resources": [{"Study": etude.study}], "Synchronous": True}
    async with aiohttp.ClientSession() as session:
        async with session.post(f"{base}/dicom-web/servers/source/retrieve", json=wanted) as answer:
            assert answer.status == 200, await answer.text()
        async with session.post(f"{base}/tools/find", json={"Level": "Instance", "Query": {}, "Expand": True}) as answer:
            kept = await answer.json()
    assert {one["MainDicomTags"]["SOPInstanceUID"] for one in kept} == set(etude.datasets)
