# SPDX-FileCopyrightText: 2026 drimm contributors
# SPDX-License-Identifier: EUPL-1.2
"""What is not HTTP, said to the images door and to its figures: a problem document of ours, and no software is named."""

from __future__ import annotations

import asyncio
import json
import ssl

import pytest

from banc.ports import free_port
from drimbox.source.partage.server import serving
from tests.drimbox_env import DB, DB2
from tests.integration.drimbox.partage.maille import Maille
from tests.integration.drimbox.partage.requests import until

SECRET = b"279035121518989"
ILLISIBLES = {
    "no method": b"/ HTTP/1.1\r\n\r\n",
    "a version that does not exist": b"GET / HTTP/7.7\r\n\r\n",
    "a header without a name": b"GET / HTTP/1.1\r\nHost: x\r\n" + SECRET + b"\r\n\r\n",
    "a control character": b"GET / HTTP/1.1\r\nHost: x\r\nKOS-SOPInstanceUID: " + SECRET + b"\x00\r\n\r\n",
    "an endless line": b"GET /" + SECRET * 4096 + b" HTTP/1.1\r\n\r\n",
    "an endless header": b"GET / HTTP/1.1\r\nHost: x\r\nAuthorization: " + SECRET * 4096 + b"\r\n\r\n",
    "an address that is none": b"GET http://[" + SECRET + b"/ HTTP/1.1\r\nHost: x\r\n\r\n",
    "two lengths": b"POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\n" + SECRET,
}


async def said(port: int, request: bytes, context: ssl.SSLContext | None = None) -> tuple[int, dict[str, str], bytes]:
    """Say something, and return the status, the headers and the body of the answer, once the connection ended."""
    reader, writer = await asyncio.open_connection("127.0.0.1", port, ssl=context, server_hostname=DB if context else None)
    writer.write(request)
    async with asyncio.timeout(60):
        answer = await reader.read()
    writer.transport.abort()
    head, _, body = answer.partition(b"\r\n\r\n")
    status, *lines = head.decode("latin-1").split("\r\n")
    return int(status.split()[1]), dict(line.lower().split(": ", 1) for line in lines), body


@pytest.mark.parametrize("request_", ILLISIBLES.values(), ids=ILLISIBLES.keys())
async def test_what_is_not_http_is_answered_by_a_problem_of_ours(porte: Maille, request_: bytes) -> None:
    status, headers, body = await said(porte.port, request_, porte.tls_of(porte.pki.serv_ssl(DB2)))
    problem = json.loads(body)
    assert (status, headers["content-type"], problem["code"]) == (400, "application/problem+json", "partage.demande_illisible")
    assert "server" not in headers
    assert SECRET not in body
    await until(lambda: problem["trace"] in [trace for trace, _, _ in porte.journal("admission:demande:refused")])
    ((_, code, fields),) = [line for line in porte.journal("admission:demande:refused") if line[0] == problem["trace"]]
    assert (code, fields["peer_dn"]) == (problem["code"], str(porte.pki.serv_ssl(DB2).dn))


@pytest.mark.parametrize("target", [b"http://x/%zz", b"//x/y", b"/%00"])
async def test_what_is_http_of_nothing_that_we_serve_is_refused_without_naming_any_software(porte: Maille, target: bytes) -> None:
    asking = b"OPTIONS " + target + b" HTTP/1.1\r\nHost: x\r\nExpect: " + SECRET + b"\r\nConnection: close\r\n\r\n"
    status, headers, body = await said(porte.port, asking, porte.tls_of(porte.pki.serv_ssl(DB2)))
    assert (status, headers["content-type"]) == (421, "application/problem+json")
    assert "server" not in headers
    assert SECRET not in body


async def test_a_question_about_no_address_is_judged_like_any_other(porte: Maille) -> None:
    context = porte.tls_of(porte.pki.serv_ssl(DB2))
    status, _, body = await said(porte.port, b"OPTIONS * HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n", context)
    assert (status, json.loads(body)["code"]) == (421, "admission.nom_inattendu")
    asking = b"OPTIONS * HTTP/1.1\r\nHost: " + DB.encode() + b"\r\nConnection: close\r\n\r\n"
    assert (await said(porte.port, asking, context))[0] == 200


@pytest.mark.parametrize(
    "request_", [*ILLISIBLES.values(), b"GET /metrics HTTP/1.1\r\nConnection: close\r\n\r\n", b"GET /x HTTP/1.0\r\n\r\n"]
)
async def test_the_figures_name_no_software_either(maille: Maille, as_images: None, request_: bytes) -> None:
    images = maille.settings.images.model_copy(update={"metrics_port": free_port()})
    async with serving(maille.settings.model_copy(update={"images": images})):
        assert images.metrics_port is not None
        status, headers, body = await said(images.metrics_port, request_)
    assert status in {200, 400, 404}
    assert "server" not in headers
    assert SECRET not in body
