# SPDX-FileCopyrightText: 2026 drimm contributors
# SPDX-License-Identifier: EUPL-1.2
"""What a running mesh keeps for itself, and what it costs."""

from __future__ import annotations

import json
import re
import socket
import ssl
import urllib.error
import urllib.parse
import urllib.request
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest
from psycopg import sql

from banc.ris.client import send
from drimbox.source.reception.mllp import frame
from tests.e2e.conftest import CANARIES, INSTANCES, IPP, LivingMesh

LIMIT_MIB = 300


def _processes(mesh: LivingMesh, name: str, box: str) -> Iterator[Path]:
    config = f"{mesh.plan.work}/{box}/drimbox.toml".encode()
    for folder in Path("/proc").glob("[0-9]*"):
        try:
            command, environment = (folder / "cmdline").read_bytes(), (folder / "environ").read_bytes()
        except OSError:
            continue
        if command.strip(b"\0") == f"drimbox process {name}".encode() and config in environment:
            yield folder


@pytest.mark.parametrize(("name", "box"), [("ouvrier", "b"), ("images", "a")])
def test_300_images_cost_less_than_300_mib_at_their_peak(mesh: LivingMesh, name: str, box: str) -> None:
    report = json.loads((mesh.plan.work.parent / "r.json").read_text()) if (mesh.plan.work.parent / "r.json").exists() else None
    assert report is None or report["retrieval"]["instances"] == INSTANCES
    peaks = [int(re.search(r"VmHWM:\s+(\d+)", (folder / "status").read_text())[1]) / 1024 for folder in _processes(mesh, name, box)]
    assert peaks
    assert max(peaks) < LIMIT_MIB


def test_the_images_of_the_study_are_all_in_the_pacs_of_b(mesh: LivingMesh) -> None:
    assert len([path for path in mesh.plan.pacs(mesh.plan.b).rglob("*") if path.is_file()]) == INSTANCES


def _knock_at_every_door(mesh: LivingMesh) -> None:
    a, b = mesh.plan.boxes
    # MLLP: a repeated report, a cut one, another kind of message, noise
    cut = mesh.message[: len(mesh.message) // 2]
    pid = next(segment for segment in mesh.message.split(b"\r") if segment.startswith(b"PID"))
    for message in (mesh.message, cut, b"MSH|^~\\&|ZKANARI|Z|D|D|2026||ADT^A01|ZKANARI|P|2.5\r" + pid + b"\r", pid):
        send("127.0.0.1", a.mllp_port, message)
    with socket.create_connection(("127.0.0.1", a.mllp_port), timeout=5) as raw:
        raw.sendall(frame(mesh.message)[:-10])
    # pages: a call that is refused, a login that fails, addresses that do not exist
    fields = {"Patient.identifier.value": CANARIES[1], "Patient.name.family": "ZKANARINOM", "ZKANARI": "ZKANARI", "PatientID": IPP}
    for url, form in (
        (f"{b.public_url}/conso/appel", fields),
        (f"{a.public_url}/console/connexion", {"username": "ZKANARI", "password": "ZKANARI"}),
        (f"{a.public_url}/console/ZKANARI?patient=ZKANARINOM", None),
        (f"{b.public_url}/psc/retour?code=ZKANARI&state=ZKANARI&error=ZKANARI", None),
        (f"{mesh.plan.espace_url}/ZKANARI?q=ZKANARI", None),
        (f"{mesh.plan.espace_url}/console/connexion/?next=/ZKANARI", {"username": "ZKANARI", "password": "ZKANARI"}),
        (f"https://127.0.0.1:{mesh.plan.psc_port}/ZKANARI?x=ZKANARI", None),
    ):
        _open(url, form)
    # DNS
    with socket.socket(type=socket.SOCK_DGRAM) as udp:
        udp.sendto(b"\x12\x34\x01\0\0\1\0\0\0\0\0\0\x07ZKANARI\x05front\0\0\1\0\1", ("127.0.0.1", mesh.plan.dns_port))
    # images: a path and headers that quote the patient, over the mutual TLS of B
    _ask_images(mesh)


def _open(url: str, form: dict[str, str] | None) -> None:
    context = ssl.create_default_context()
    context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
    data = urllib.parse.urlencode(form).encode() if form is not None else None
    try:
        urllib.request.urlopen(urllib.request.Request(url, data), context=context, timeout=15).close()
    except urllib.error.HTTPError as answer:
        answer.close()
    except (urllib.error.URLError, ConnectionError):
        pass


def _ask_images(mesh: LivingMesh) -> None:
    from banc.demo import pair
    from banc.demo.igc import build_pki

    pki = build_pki(mesh.plan)
    pair.ask(
        mesh.plan.a, "db1.1.mesimagesmedicales.fr", "ZKANARI", identity=pki.serv_ssl("db1.2.mesimagesmedicales.fr"),
        anchors=pki.anchors_dir, token="ZKANARI", kos="ZKANARI",
    )  # fmt: skip


def test_no_trait_of_the_patient_is_in_logs_jobs_journals_nor_sessions(mesh: LivingMesh) -> None:
    _knock_at_every_door(mesh)
    logs = mesh.logs()
    assert "reception" in logs
    assert [word for word in CANARIES if word in logs] == []
    found = []
    for database in ("espace", mesh.plan.a.database, mesh.plan.b.database):
        with mesh.connect(database) as connection:
            found += [f"{database}.{table}" for table in _tables(connection) if _quotes_the_patient(connection, table)]
    assert found == []  # what is kept of the patient is sealed
    with mesh.connect("espace") as connection:
        connection.execute("CREATE TABLE temoin_de_la_recherche (rang int, octets bytea)")
        connection.execute("INSERT INTO temoin_de_la_recherche VALUES (1, %s)", [CANARIES[0].encode()])
        assert _quotes_the_patient(connection, "temoin_de_la_recherche"), "the search finds what is there"
        connection.rollback()


def _tables(connection: psycopg.Connection) -> list[str]:
    return [row[0] for row in connection.execute("SELECT tablename FROM pg_tables WHERE schemaname = 'public' ORDER BY 1")]


def _quotes_the_patient(connection: psycopg.Connection, table: str) -> bool:
    """Search the text of every row, binary columns included."""
    columns = connection.execute(
        "SELECT column_name, data_type FROM information_schema.columns WHERE table_name = %s AND table_schema = 'public'", [table]
    ).fetchall()
    parts = [sql.SQL("encode({}, 'escape')" if kind == "bytea" else "{}::text").format(sql.Identifier(name)) for name, kind in columns]
    row = sql.SQL("concat_ws(' ', {})").format(sql.SQL(", ").join(parts))
    conditions = sql.SQL(" OR ").join(sql.SQL("{} LIKE {}").format(row, sql.Literal(f"%{word}%")) for word in CANARIES)
    query = sql.SQL("SELECT 1 FROM {} WHERE {} LIMIT 1").format(sql.Identifier(table), conditions)
    return connection.execute(query).fetchone() is not None
