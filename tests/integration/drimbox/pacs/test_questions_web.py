# SPDX-FileCopyrightText: 2026 drimm contributors
# SPDX-License-Identifier: EUPL-1.2
"""QIDO-RS: the same answers as C-FIND from a real PACS, and every way in which a door may misbehave."""

from __future__ import annotations

import json
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest

from banc.jeux import IDENTITE
from banc.pacs.orthanc import OrthancPacs
from drimbox.config import Pacs, PacsDicomweb
from drimbox.socle.pacs import questions_dimse, questions_web
from drimbox.socle.pacs.errors import PacsIncomplet, PacsIndisponible, PacsRefuse
from drimbox.socle.pacs.limites import LimitesReponse
from drimbox.socle.pacs.qido import text
from drimbox.socle.pacs.questions import echo, find_etude, find_study_uids

STUDY = IDENTITE.examens[0].study_instance_uid
Answer = tuple[int, bytes]


def qido(port: int, path: str = "/dicom-web", timeout: float = 5.0, **door: Any) -> Pacs:
    dicomweb = PacsDicomweb(url=f"http://127.0.0.1:{port}{path}", **door)
    return Pacs(name="a", host="127.0.0.1", aet="A", timeout=timeout, questions="qido", dicomweb=dicomweb)


@contextmanager
def door(answer: Callable[[str, dict[str, list[str]], dict[str, str]], Answer]) -> Iterator[int]:
    """An HTTP door that answers what the test says, given path, query and headers."""

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            parts = urlsplit(self.path)
            status, body = answer(parts.path, parse_qs(parts.query), dict(self.headers))
            self.send_response(status)
            if 300 <= status < 400:
                self.send_header("Location", "http://127.0.0.1:1/")
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_: Any) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
    thread.start()
    try:
        yield server.server_address[1]
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


def row(**values: Any) -> dict[str, Any]:
    tags = {"study": "0020000D", "series": "0020000E", "sop": "00080018", "count": "00201209", "number": "00200013"}
    return {tags[name]: {"vr": "UI", "Value": [value]} for name, value in values.items()}


def rows(*found: dict[str, Any]) -> Answer:
    return 200, json.dumps(list(found)).encode()


@pytest.mark.peer("orthanc")
def test_a_real_pacs_answers_the_same_by_qido_and_by_c_find(tmp_path: Path, sample_folder: Path) -> None:
    with OrthancPacs(tmp_path / "orthanc", "PACSA") as orthanc:
        orthanc.upload(sorted(sample_folder.rglob("*.dcm")))
        web = qido(orthanc.http_port)
        dimse = Pacs(name="a", host="127.0.0.1", port=orthanc.port, aet="PACSA", timeout=5.0)
        echo(web)
        by_web, by_dimse = find_etude(web, STUDY), find_etude(dimse, STUDY)
        assert by_web is not None
        assert by_web.series == by_dimse.series if by_dimse else False
        assert by_web == by_dimse
        assert questions_web.find_study_uids(web, accession="ACN-000001") == (STUDY,)
        assert questions_dimse.find_study_uids(dimse, accession="ACN-000001") == (STUDY,)
        assert find_etude(web, "1.2.3") is None
        one = find_etude(web, STUDY, series_uid=by_web.series[1].series_instance_uid)
        assert one is not None
        assert one.series == by_web.series[1:2]
        # page by page, the same
        assert questions_web.find_etude(web, STUDY, limites=LimitesReponse(page=3)) == by_web


def test_a_server_that_gives_less_than_a_page_is_asked_until_nothing_new_comes() -> None:
    def answer(path: str, query: dict[str, list[str]], _headers: dict[str, str]) -> Answer:
        if path.endswith("/studies"):
            return rows(row(study=STUDY))
        if path.endswith("/series"):
            return rows(row(series="1.2.1", count=5))
        offset = int(query["offset"][0])
        return rows(*(row(sop=f"1.2.1.{number}", number=number) for number in range(1, 6)[offset : offset + 2]))

    with door(answer) as port:
        etude = find_etude(qido(port), STUDY)
    assert etude is not None
    assert [instance.number for instance in etude.series[0].instances] == [1, 2, 3, 4, 5]


def test_a_server_that_knows_no_pages_is_not_asked_for_ever_and_what_it_forgets_is_seen() -> None:
    def answer(path: str, _query: dict[str, list[str]], _headers: dict[str, str]) -> Answer:
        found = (
            row(study=STUDY)
            if path.endswith("/studies")
            else row(series="1.2.1", count=3)
            if path.endswith("/series")
            else row(sop="1.2.1.1")
        )
        return rows(found)

    with door(answer) as port, pytest.raises(PacsIncomplet):
        find_etude(qido(port), STUDY)


@pytest.mark.parametrize(
    ("given", "error"),
    [
        ((204, b""), None),
        ((200, b""), None),
        ((200, b"[]"), None),
        ((200, b"[" * 100_000), PacsRefuse),
        ((200, b"<html>"), PacsRefuse),
        ((200, b'{"a": 1}'), PacsRefuse),
        ((200, b"[1]"), PacsRefuse),
        ((200, b"[]" + b" " * 300_000), PacsRefuse),
        ((302, b""), PacsRefuse),
        ((401, b""), PacsRefuse),
        ((500, b""), PacsRefuse),
        ((503, b""), PacsIndisponible),
    ],
)
def test_any_answer_is_a_study_nothing_or_one_of_our_errors(given: Answer, error: type[Exception] | None) -> None:
    with door(lambda *_: given) as port:
        if error is None:
            assert find_etude(qido(port), STUDY) is None
        else:
            with pytest.raises(error):
                find_etude(qido(port), STUDY, limites=LimitesReponse(octets=200_000))


def test_values_of_unexpected_shapes_are_taken_for_absent() -> None:
    odd = [{"0020000D": {"Value": [STUDY]}, "00100010": {"Value": [{"Ideographic": "x"}]}, "00080050": [], "00100020": {"Value": None}}]
    with door(lambda *_: (200, json.dumps(odd).encode())) as port:
        assert find_etude(qido(port), STUDY) is None  # a study whose series have no UID
        assert find_study_uids(qido(port), accession="A") == ()


@pytest.mark.parametrize(
    ("written", "read"), [("C\\u0000T", "C\ufffdT"), ("\\udce9tude", "\ufffdtude"), ("\\ud83d\\udc41", "\U0001f441"), ("CT\\u0000", "CT")]
)
def test_what_json_may_write_and_no_database_takes_is_read_as_unreadable(written: str, read: str) -> None:
    row = json.loads(f'{{"00100020": {{"Value": ["{written}"]}}}}')
    assert text(row, "00100020") == read


def test_too_many_answers_are_refused() -> None:
    def answer(_path: str, query: dict[str, list[str]], _headers: dict[str, str]) -> Answer:
        offset = int(query["offset"][0])
        return rows(*(row(study=f"1.2.{offset + number}") for number in range(1, 50)))

    with door(answer) as port, pytest.raises(PacsRefuse):
        find_study_uids(qido(port), accession="A")


def test_a_door_that_is_not_there_or_says_nothing_is_unavailable() -> None:
    with door(lambda *_: (200, b"[]")) as port:
        pass
    with pytest.raises(PacsIndisponible):
        echo(qido(port))
    waiting = threading.Event()

    def answer(*_: Any) -> Answer:
        waiting.wait(5)
        return 200, b"[]"

    with door(answer) as port:
        with pytest.raises(PacsIndisponible):
            echo(qido(port, timeout=0.2))
        waiting.set()


@pytest.mark.parametrize(
    ("name", "text", "header"), [("basic", "drimbox:secret", "Basic ZHJpbWJveDpzZWNyZXQ="), ("bearer", "abc", "Bearer abc")]
)
def test_the_door_is_opened_with_the_secret_of_its_file(tmp_path: Path, name: str, text: str, header: str) -> None:
    secret = tmp_path / "secret"
    secret.touch(mode=0o600)
    secret.write_text(text)
    seen: list[str] = []

    def answer(_path: str, _query: Any, headers: dict[str, str]) -> Answer:
        seen.append(headers.get("Authorization", ""))
        return 200, b"[]"

    with door(answer) as port:
        echo(qido(port, **{name: secret}))
    assert seen == [header]
