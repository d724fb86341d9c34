# SPDX-FileCopyrightText: 2026 drimm contributors
# SPDX-License-Identifier: EUPL-1.2
"""The official WADO-RS requests of the homologation, sent byte for byte but for the name, the token and the UIDs.

Their samples name studies of other machines; the request line and the two proofs are those of the exam under test. Everything else
(order, case and number of the headers, blanks, boundaries, weights) is left as published.
"""

from __future__ import annotations

import asyncio
import re
from collections.abc import Callable
from pathlib import Path

import pytest

from drimbox.conso.rapatriement.objet import accept_lines
from drimbox.source.admission.accept import read_accept
from tests.drimbox_env import DB, DB2
from tests.integration.drimbox.partage.maille import Etude, Maille, token
from tests.integration.drimbox.partage.requests import parts

pytestmark = pytest.mark.donnees
LEVELS = {"study": 6, "series": 3, "instance": 1, "frames": 1}


def path_of(etude: Etude, level: str) -> str:
    series = etude.series[0]
    base = f"/dicom-web-rs/studies/{etude.study}"
    tails = {"study": "", "series": f"/series/{series}"}
    tails["instance"] = f"{tails['series']}/instances/{etude.instances[series][0]}"
    return base + (tails | {"frames": tails["instance"] + "/frames/1"})[level]


def official(sample: Path, etude: Etude, level: str, bearer: str) -> bytes:
    """Return a published request, about our exam."""
    lines = [line for line in sample.read_text(encoding="utf-8").splitlines() if line.strip()]
    kept = [line for line in lines[1:] if not line.lower().startswith(("host:", "connection:"))]
    text = "\r\n".join([f"GET {path_of(etude, level)} HTTP/1.1", *kept, f"Host: {DB}", "Connection: close", "", ""])
    text = re.sub(r"(?i)(Authorization: Bearer )\S+", rf"\g<1>{bearer}", text)
    return re.sub(r"(?i)(KOS-SOPInstanceUID: )\S+", rf"\g<1>{etude.kos}", text).encode()


async def send(maille: Maille, request: bytes) -> tuple[int, dict[str, str], bytes]:
    """Send bytes over TLS and read the whole answer."""
    context = maille.tls_of(maille.pki.serv_ssl(DB2))
    reader, writer = await asyncio.open_connection("127.0.0.1", maille.port, ssl=context, server_hostname=DB)
    writer.write(request)
    raw = await reader.read()
    writer.transport.abort()
    head, _, body = raw.partition(b"\r\n\r\n")
    status, *lines = head.decode("latin-1").split("\r\n")
    headers = {name.lower(): value.strip() for name, _, value in (line.partition(":") for line in lines)}
    return int(status.split()[1]), headers, _unchunked(body) if headers.get("transfer-encoding") == "chunked" else body


def _unchunked(body: bytes) -> bytes:
    out = bytearray()
    while body:
        size, _, body = body.partition(b"\r\n")
        out += body[: int(size, 16)]
        body = body[int(size, 16) + 2 :]
    return bytes(out)


@pytest.mark.parametrize(
    ("name", "level"),
    [
        ("series_OK_ExempleCISIS_TSLossless.txt", "series"),
        ("series_OK_SwitchHeaders.txt", "series"),
        ("series-request.txt", "series"),
        ("OK_Series.txt", "series"),
        ("OK_Study.txt", "study"),
        ("instance-request.txt", "instance"),
        ("OK_Frames.txt", "frames"),
    ],
)
async def test_every_official_request_is_answered_by_every_image_it_names(
    porte: Maille, etude: Etude, shared_data: Path, name: str, level: str
) -> None:
    request = official(shared_data / "wado" / name, etude, level, await token(porte.settings))
    status, headers, body = await send(porte, request)
    assert (status, headers["transfer-encoding"]) == (200, "chunked")
    assert "strict-transport-security" in headers
    kind = headers["content-type"]
    assert "transfer-syntax=1.2.840.10008.1.2.1;" in kind
    boundary = kind.rsplit("boundary=", 1)[1]
    assert re.fullmatch(r"[0-9A-Za-z'()+_,\-./:=?]{1,70}", boundary), "the boundary asked for (**, myboundary) is not legal or not ours"
    assert boundary != "myboundary"
    assert len(parts(kind, body)) == LEVELS[level]


@pytest.mark.parametrize(("removed", "status"), [("Authorization", 401), ("KOS-SOPInstanceUID", 400), ("Accept", 400)])
async def test_a_mandatory_header_that_is_missing_is_refused(
    porte: Maille, etude: Etude, shared_data: Path, removed: str, status: int
) -> None:
    request = official(shared_data / "wado" / "OK_Series.txt", etude, "series", await token(porte.settings))
    lines = [line for line in request.split(b"\r\n") if not line.startswith(removed.encode())]
    assert (await send(porte, b"\r\n".join(lines)))[0] == status


@pytest.mark.parametrize("spell", [str.upper, str.lower, str.title])
@pytest.mark.parametrize("backwards", [False, True])
async def test_the_order_and_the_case_of_headers_change_nothing(
    porte: Maille, etude: Etude, shared_data: Path, spell: Callable[[str], str], *, backwards: bool
) -> None:
    request = official(shared_data / "wado" / "series_OK_SwitchHeaders.txt", etude, "series", await token(porte.settings)).decode()
    first, *lines = request.rstrip("\r\n").split("\r\n")
    lines = [f"{spell(name)}:{value}" for name, _, value in (line.partition(":") for line in lines)]
    text = "\r\n".join([first, *(reversed(lines) if backwards else lines), "", ""])
    status, headers, body = await send(porte, text.encode())
    assert (status, len(parts(headers["content-type"], body))) == (200, LEVELS["series"])


async def test_the_answer_is_announced_as_the_official_one(porte: Maille, etude: Etude, shared_data: Path) -> None:
    sample = (shared_data / "wado" / "response-headers.txt").read_text(encoding="utf-8")
    published = {name.lower(): value.strip() for name, colon, value in (line.partition(":") for line in sample.splitlines()) if colon}
    request = official(shared_data / "wado" / "OK_Series.txt", etude, "series", await token(porte.settings))
    status, ours, _ = await send(porte, request)
    assert str(status) in sample.split("\n", 1)[0]
    assert ours["transfer-encoding"] == published["transfer-encoding"]
    assert parameters_of(ours["content-type"]) == parameters_of(published["content-type"])
    assert "strict-transport-security" in published.keys() & ours.keys()


def parameters_of(content_type: str) -> tuple[str, frozenset[str]]:
    """Return the media type and the names of its parameters: their values are those of each answer."""
    media, *parameters = content_type.split(";")
    return media.strip(), frozenset(parameter.split("=")[0].strip() for parameter in parameters)


def test_the_consommatrice_asks_for_the_ten_syntaxes_with_the_weights_of_the_lossless_profile(shared_data: Path) -> None:
    sample = (shared_data / "wado" / "series_OK_ExempleCISIS_TSLossless.txt").read_text(encoding="utf-8")
    published = [line.partition(":")[2] for line in sample.splitlines() if line.startswith("Accept:")]
    assert read_accept([accept_lines()]).qualities == read_accept(published).qualities
