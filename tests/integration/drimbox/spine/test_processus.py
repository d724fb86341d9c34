# SPDX-FileCopyrightText: 2026 drimm contributors
# SPDX-License-Identifier: EUPL-1.2
"""The real processes, each under its own role: a message in, a deposit out, pages over TLS, and a clean end on SIGTERM."""

from __future__ import annotations

import contextlib
import json
import os
import signal
import socket
import ssl
import subprocess
import sys
from collections.abc import Iterator
from http.client import HTTPSConnection
from typing import Any

import pytest

from banc.jeux import IDENTITE
from banc.ris.client import PasDeReponse, send
from tests.drimbox_env import VI, Environment
from tests.drimbox_world import sample_message, until


@contextlib.contextmanager
def running(drimbox: Environment, *names: str) -> Iterator[dict[str, subprocess.Popen[bytes]]]:
    """Start processes; every one must end by itself on SIGTERM."""
    children = {name: drimbox.start(name) for name in names}
    try:
        yield children
    finally:
        for child in children.values():
            child.send_signal(signal.SIGTERM)
        codes = {name: child.wait(30) for name, child in children.items()}
    assert set(codes.values()) <= {0, -signal.SIGTERM}, codes


def answered(drimbox: Environment, message: bytes) -> Any:
    """Send a message as soon as the door is open."""

    def attempt() -> Any:
        with contextlib.suppress(PasDeReponse):
            return send("127.0.0.1", drimbox.ports["reception"], message)

    return until(attempt, "the MLLP door")


def test_a_report_goes_through_the_processes_to_the_dmp(monde: Any) -> None:
    drimbox = monde.drimbox
    with monde.pacs(images=monde.images), monde.pacs("pacs2"), running(drimbox, "reception", "ouvrier"):
        ack = answered(drimbox, sample_message())
        assert (ack.code, ack.control_id) == ("AA", "000001")
        until(lambda: drimbox.sql("SELECT 1 FROM pointeur_examen WHERE state = 'depose'"), "the deposit")
    assert len(monde.deposits) == 1
    story = [event for (event,) in drimbox.sql("SELECT event FROM journal WHERE event !~ '^(sante|ouvrier|annuaire)' ORDER BY id")]
    # this report prints no link to the visionneuse; two jobs run side by side: the warning comes before the answer of the DMP or after it
    story.remove("source:examen:warned")
    assert story == [
        "reception:message:stored",
        "source:examen:known",
        "reception:message:moved",
        "source:kos:kept",
        "source:examen:pointed",
        "dmp:envoi:queued",
        "dmp:envoi:deposited",
    ]
    assert set(drimbox.sql("SELECT process FROM journal")) == {("reception",), ("ouvrier",)}


def test_a_report_without_images_waits_and_leaves_when_they_come(monde: Any) -> None:
    drimbox = monde.drimbox
    with running(drimbox, "reception", "ouvrier"), monde.pacs("pacs2"):
        with monde.pacs():
            assert answered(drimbox, sample_message()).code == "AA"
            until(lambda: drimbox.sql("SELECT 1 FROM pointeur_examen WHERE state = 'attente_images' AND attempts > 1"), "a second attempt")
        with monde.pacs(images=monde.images):
            until(lambda: drimbox.sql("SELECT 1 FROM pointeur_examen WHERE state = 'depose'"), "the deposit")
    assert len(monde.deposits) == 1


def test_nothing_of_the_patient_is_in_logs_jobs_and_journal(monde: Any) -> None:
    drimbox = monde.drimbox
    with monde.pacs(images=monde.images), running(drimbox, "reception", "ouvrier"), monde.pacs("pacs2"):
        answered(drimbox, sample_message())
        assert answered(drimbox, sample_message("000002").replace(b"||Y^^", b"||X^^")).code == "AE"
        until(lambda: drimbox.sql("SELECT 1 FROM pointeur_examen WHERE state = 'depose'"), "the deposit")
    logs = "".join((drimbox.folder / f"{name}.log").read_text() for name in ("reception", "ouvrier"))
    kept = str(drimbox.sql("SELECT * FROM journal")) + str(drimbox.sql("SELECT args FROM procrastinate_jobs"))
    patient = IDENTITE.patient
    canaries = (
        patient.ins.value,
        patient.ipp.value,
        patient.traits.nom_naissance,
        patient.traits.nom_utilise,
        patient.traits.prenoms_naissance,
        patient.traits.date_naissance,
        IDENTITE.auteur.nom,
    )
    assert [canary for canary in canaries if canary in logs or canary in kept] == []
    assert all(json.loads(line) for line in logs.splitlines())


def test_pages_are_served_over_tls_without_asking_for_a_certificate(drimbox: Environment) -> None:
    context = ssl.create_default_context(cafile=str(drimbox.pki.market_ca))
    with running(drimbox, "pages"):

        def get(path: str) -> tuple[int, dict[str, str], bytes]:
            connection = HTTPSConnection("127.0.0.1", drimbox.ports["pages"], context=context, timeout=20)
            try:
                connection.request("GET", path, headers={"Host": VI})
                answer = connection.getresponse()
                return answer.status, {name.lower(): value for name, value in answer.getheaders()}, answer.read()
            finally:
                connection.close()

        def reached() -> Any:
            with contextlib.suppress(ConnectionRefusedError):
                return get("/console/connexion")

        status, headers, body = until(reached, "the pages")
        assert status == 200
        assert "Connexion à la console" in body.decode()
        assert "max-age" in headers["strict-transport-security"]
        assert "default-src 'none'" in headers["content-security-policy"]
        assert "server" not in headers
        style_status, style, _ = get("/static/drimbox/drimbox.css")
        assert (style_status, style["content-type"].split(";")[0]) == (200, "text/css")
        assert get("/sante")[0] == 503
        with socket.create_connection(("127.0.0.1", drimbox.ports["pages"]), timeout=20) as tcp:
            head, _, body = said(context.wrap_socket(tcp, server_hostname=VI), b"279035121518989 is no request\r\n\r\n")
        assert head.startswith(b"HTTP/1.1 400")
        assert b"\r\nserver:" not in head.lower()
        assert b"279035121518989" not in body  # nothing of what came


def said(secured: ssl.SSLSocket, data: bytes) -> tuple[bytes, bytes, bytes]:
    """Say something and return what comes back until the end of the connection: its head, what parts them, its body."""
    with secured, secured.makefile("rb") as answer:
        secured.sendall(data)
        return answer.read().partition(b"\r\n\r\n")


def test_another_host_name_is_refused(drimbox: Environment) -> None:
    context = ssl.create_default_context(cafile=str(drimbox.pki.market_ca))
    with running(drimbox, "pages"):

        def status() -> Any:
            connection = HTTPSConnection("127.0.0.1", drimbox.ports["pages"], context=context, timeout=20)
            with contextlib.suppress(ConnectionRefusedError), contextlib.closing(connection):
                connection.request("GET", "/console/connexion", headers={"Host": "ailleurs.example"})
                return connection.getresponse().status

        assert until(status, "the pages") == 400


def test_the_supervisor_keeps_the_processes_and_stops_them(drimbox: Environment) -> None:
    log = (drimbox.folder / "run.log").open("wb")
    parent = subprocess.Popen(
        [sys.executable, "-m", "drimbox", "run", "--config", str(drimbox.config)],
        env={**os.environ, "PYTHONUNBUFFERED": "1"},
        stdout=log,
        stderr=log,
    )
    log.close()
    try:
        until(lambda: (drimbox.folder / "run.log").read_text().count("process:ready") >= 2, "reception and ouvrier")
    finally:
        parent.terminate()
        assert parent.wait(40) == 0


@pytest.mark.parametrize("name", ["inconnu", "proprietaire"])
def test_a_process_that_does_not_exist_is_refused_in_french(drimbox: Environment, name: str) -> None:
    result = subprocess.run(
        [sys.executable, "-m", "drimbox", "process", name, "--config", str(drimbox.config)],
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert result.returncode == 2
    assert "inconnu" in result.stderr
