# SPDX-FileCopyrightText: 2026 drimm contributors
# SPDX-License-Identifier: EUPL-1.2
"""The request line and the headers that open an exam, written by hand: versions, whole addresses, two proofs, what is no number."""

from __future__ import annotations

import json

import pytest

from tests.drimbox_env import DB, DB2
from tests.integration.drimbox.partage.maille import Etude, Maille
from tests.integration.drimbox.partage.requests import headers
from tests.integration.drimbox.partage.test_demandes_illisibles import said

OTHER = "db9.9.mesimagesmedicales.fr"


async def ask(maille: Maille, line: str, given: dict[str, str], *more: str) -> tuple[int, str]:
    """Send a request of these lines, and return its status and the body of a refusal."""
    lines = [line, *(f"{name}: {value}" for name, value in given.items()), *more, "Connection: close", "", ""]
    status, _, body = await said(maille.port, "\r\n".join(lines).encode(), maille.tls_of(maille.pki.serv_ssl(DB2)))
    return status, "" if status == 200 else body.decode()


def path_of(maille: Maille, etude: Etude) -> str:
    series = etude.series[0]
    return maille.url(etude, series=series, instance=etude.instances[series][0]).removeprefix(f"https://{DB}")


@pytest.mark.parametrize("version", ["HTTP/1.0", "HTTP/2.0"])
@pytest.mark.parametrize("method", ["GET", "OPTIONS"])
async def test_another_version_is_told_to_be_so_before_anything_is_asked_of_the_pacs(
    porte: Maille, etude: Etude, method: str, version: str
) -> None:
    status, body = await ask(porte, f"{method} {path_of(porte, etude)} {version}", await headers(porte, etude), f"Host: {DB}")
    assert status == 505
    assert "Cette porte ne parle que HTTP/1.1 : dans une version plus ancienne, une réponse coupée passerait pour entière." in body


@pytest.mark.parametrize(
    ("base", "host"),
    [
        (f"https://{DB}", DB),
        (f"HTTPS://{DB.upper()}.:443", DB),
        (f"https://{DB}", OTHER),  # the whole address wins (RFC 9112 §3.2.2)
        (f"https://{DB}", "192.0.2.1:8082"),  # as an official sample has it
    ],
)
async def test_a_whole_address_of_the_name_of_the_connection_is_served_whatever_host_says(
    porte: Maille, etude: Etude, base: str, host: str
) -> None:
    line = f"GET {base}{path_of(porte, etude)} HTTP/1.1"
    assert await ask(porte, line, await headers(porte, etude), f"Host: {host}") == (200, "")


@pytest.mark.parametrize("base", [f"https://{OTHER}", f"http://{DB}", f"https://{DB}@{OTHER}", f"https://x@{DB}", f"ftp://{DB}"])
async def test_a_whole_address_of_another_name_or_scheme_is_misdirected_whatever_host_says(porte: Maille, etude: Etude, base: str) -> None:
    line = f"GET {base}{path_of(porte, etude)} HTTP/1.1"
    status, body = await ask(porte, line, await headers(porte, etude), f"Host: {DB}")
    assert (status, json.loads(body)["code"]) == (421, "admission.nom_inattendu")


@pytest.mark.parametrize("base", ["", f"https://{DB}"])
async def test_without_host_a_request_is_none_of_http_1_1_even_for_a_whole_address(porte: Maille, etude: Etude, base: str) -> None:
    status, body = await ask(porte, f"GET {base}{path_of(porte, etude)} HTTP/1.1", await headers(porte, etude))
    assert (status, json.loads(body)["code"]) == (400, "partage.demande_illisible")


@pytest.mark.parametrize("second", ["Bearer of-nobody", "Basic dXNlcjpwYXNz", ""])
async def test_two_tokens_open_nothing_even_when_the_first_one_is_good(porte: Maille, etude: Etude, second: str) -> None:
    line, given = f"GET {path_of(porte, etude)} HTTP/1.1", await headers(porte, etude)
    for more in ([f"Authorization: {second}"], [f"Authorization: {given['Authorization']}"]):
        status, body = await ask(porte, line, given, *more, f"Host: {DB}")
        assert (status, json.loads(body)["code"]) == (401, "admission.jeton_illisible")
        assert json.loads(body)["detail"] == "L'en-tête Authorization est répété, ou n'est pas le mot Bearer suivi d'un jeton."


@pytest.mark.parametrize("tail", ["/frames/0", "/frames/x", "/frames/-1", "/frames/1,1", "/frames/1.5/rendered"])
async def test_what_is_no_frame_number_is_told_by_a_sentence_about_frames(porte: Maille, etude: Etude, tail: str) -> None:
    status, body = await ask(porte, f"GET {path_of(porte, etude)}{tail} HTTP/1.1", await headers(porte, etude), f"Host: {DB}")
    problem = json.loads(body)
    assert (status, problem["code"], "UID" in problem["detail"]) == (400, "partage.cadres_illisibles", False)
    assert "cadre" in problem["detail"]
    assert problem["remede"].startswith("Écrivez /frames/ suivi de 1000 numéros au plus")


async def test_no_answer_about_an_exam_is_kept_by_anything_on_its_way(porte: Maille, etude: Etude) -> None:
    path, given = path_of(porte, etude), await headers(porte, etude)
    json_given = given | {"Accept": "application/dicom+json"}
    without_token = {name: value for name, value in given.items() if name != "Authorization"}
    for asked, some, expected in (
        (path, given, 200),
        (path + "/rendered", given | {"Accept": "image/png"}, 200),
        (path + "/metadata", json_given, 200),
        ("/dicom-web-rs/studies", json_given, 200),
        ("/dicom-web-rs/studies?PatientID=nobody", json_given, 204),
        (path, without_token, 401),
        (path + "/nothing", given, 404),
        (path.replace("/studies", "/pourquoi"), given | {"Accept": "text/html"}, 404),
    ):
        lines = [f"GET {asked} HTTP/1.1", *(f"{name}: {value}" for name, value in some.items()), f"Host: {DB}", "Connection: close", "", ""]
        status, found, _ = await said(porte.port, "\r\n".join(lines).encode(), porte.tls_of(porte.pki.serv_ssl(DB2)))
        assert (status, found["cache-control"], "strict-transport-security" in found) == (expected, "no-store", True), asked
        assert ("www-authenticate" in found) == (status == 401)
