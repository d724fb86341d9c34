# SPDX-FileCopyrightText: 2026 drimm contributors
# SPDX-License-Identifier: EUPL-1.2
"""The official WADO-RS requests of the homologation, sent as published but for what names another machine or another exam.

What is changed: the name and the UIDs of the request line, the token, the KOS; the base of the older samples, which is that of another
program; and the files end their lines by LF, a connection by CR LF. A Host is added to the samples that have none, which HTTP/1.1 does not
allow. The rest (whole address in the request line, a Host that contradicts it, Connection, order, case and number of the headers, blanks,
boundaries, weights) is left as it is.
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
BASE = "/dicom-web-rs"
LEVELS = {"study": 6, "series": 3, "instance": 1, "frames": 1}


def path_of(etude: Etude, level: str) -> str:
    series = etude.series[0]
    base = f"{BASE}/studies/{etude.study}"
    tails = {"study": "", "series": f"/series/{series}"}
    tails["instance"] = f"{tails['series']}/instances/{etude.instances[series][0]}"
    return base + (tails | {"frames": tails["instance"] + "/frames/1"})[level]


def official(sample: Path, etude: Etude, level: str, bearer: str) -> bytes:
    """Return a published request, about our exam."""
    head = sample.read_text(encoding="utf-8").rstrip("\n").split("\n")
    lines = [line_of(head[0], etude), *head[1:]]
    if not any(line.lower().startswith("host:") for line in lines):
        lines.append(f"Host: {DB}")
    assert lines[0] == f"GET https://{DB}{path_of(etude, level)} HTTP/1.1"
    text = re.sub(r"(?i)(Authorization: Bearer )\S+", rf"\g<1>{bearer}", "\r\n".join([*lines, "", ""]))
    return re.sub(r"(?i)(KOS-SOPInstanceUID: )\S+", rf"\g<1>{etude.kos}", text).encode()


def line_of(published: str, etude: Etude) -> str:
    """Return a published request line, whole address included, about our exam."""
    line = re.sub(r"https://[^ ]*?/studies/", f"https://{DB}{BASE}/studies/", published)
    series = etude.series[0]
    for level, uid in (("studies", etude.study), ("series", series), ("instances", etude.instances[series][0])):
        line = re.sub(rf"/{level}/[0-9.]+", f"/{level}/{uid}", line)
    return line


async def send(maille: Maille, request: bytes) -> tuple[int, dict[str, str], bytes]:
    """Send bytes over TLS and read the whole answer."""
    context = maille.tls_of(maille.pki.serv_ssl(DB2))
    reader, writer = await asyncio.open_connection("127.0.0.1", maille.port, ssl=context, server_hostname=DB)
    writer.write(request)
    async with asyncio.timeout(60):
        status, *lines = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1").rstrip().split("\r\n")
        headers = {name.lower(): value.strip() for name, _, value in (line.partition(":") for line in lines)}
        chunked = headers.get("transfer-encoding") == "chunked"
        body = await _unchunked(reader) if chunked else await reader.readexactly(int(headers["content-length"]))
    writer.transport.abort()
    return int(status.split()[1]), headers, body


async def _unchunked(reader: asyncio.StreamReader) -> bytes:
    """Read chunks up to the empty one; some samples keep the connection."""
    out = bytearray()
    while size := int(await reader.readline(), 16):
        out += (await reader.readexactly(size + 2))[:-2]
    assert await reader.readline() == b"\r\n"
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


@pytest.mark.parametrize(("name", "status"), [("series-request.txt", 200), ("OK_Series.txt", 404), ("series_OK_SwitchHeaders.txt", 404)])
async def test_the_base_of_the_newest_samples_is_ours_and_those_of_the_older_ones_are_of_other_programs(
    porte: Maille, etude: Etude, shared_data: Path, name: str, status: int
) -> None:
    published = (shared_data / "wado" / name).read_text(encoding="utf-8").split("\n", 1)[0]
    base = re.search(r"https://[^/]+(.*?)/studies/", published)
    assert base is not None
    request = official(shared_data / "wado" / name, etude, "series", await token(porte.settings))
    assert (await send(porte, request.replace(BASE.encode() + b"/studies/", base[1].encode() + b"/studies/", 1)))[0] == status


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
