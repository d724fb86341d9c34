# SPDX-FileCopyrightText: 2026 drimm contributors
# SPDX-License-Identifier: EUPL-1.2
"""Durable acknowledgements next to what PostgreSQL alone can keep: `./drimm bench reception`.

Messages of 325 kB (a report with its PDF). Ours: the process ``reception`` of a DRIMbox, over MLLP on loopback, AA after COMMIT: header and
report read, body sealed, message, journal line and job kept in one transaction. Reference: bare psycopg, INSERT of the same bytes then
COMMIT, in the same server with fsync on. One and eight connections, in turn, in one run; 99th percentile of one acknowledgement printed.
Then the KOS of 1,300 instances next to its C-FIND, where Orthanc is installed, and the whole way from a report to its KOS in the DMP.
"""

from __future__ import annotations

import base64
import re
import secrets
import socket
import statistics
import sys
import tempfile
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

import psycopg

from banc.jeux import IDENTITE, make_message, make_report
from banc.ports import wait_for_port
from banc.postgres import EmbeddedPostgres
from bench import reception_chemin, reception_kos
from bench.contract import Measure, Reference, run
from drimbox.source.reception.mllp import Framer, frame
from tests.drimbox_env import Environment, build

PDF_BYTES = 178_000
MESSAGES, ROUNDS, FULL_ROUNDS, CHEMIN_ROUNDS = 40, 5, 11, 11
GOAL = 0.60
START_SECONDS = 30.0
BARE = "INSERT puis COMMIT, psycopg seul"


@dataclass
class Serie:
    """What one side gave: messages per second of each round, seconds of each message."""

    rates: list[float] = field(default_factory=list)
    seconds: list[float] = field(default_factory=list)

    @property
    def p99(self) -> float:
        """99th percentile of one message, in seconds."""
        return statistics.quantiles(self.seconds, n=100)[98]


def measures(*, full: bool) -> list[Measure]:
    """Run the bench."""
    with tempfile.TemporaryDirectory(prefix="drimm-bench-") as folder, EmbeddedPostgres(durable=True) as server:
        environment = build(server)
        process = environment.start("reception")
        try:
            wait_for_port(environment.ports["reception"], START_SECONDS)
            found = _run(environment, FULL_ROUNDS if full else ROUNDS)
        finally:
            process.terminate()
            process.wait(20)
        found += reception_kos.measures(Path(folder), ROUNDS)
    # the server above is stopped: nothing is measured beside it
    with tempfile.TemporaryDirectory(prefix="drimm-bench-") as folder:
        return found + reception_chemin.measures(Path(folder), CHEMIN_ROUNDS)


def _run(environment: Environment, rounds: int) -> list[Measure]:
    template = _template()
    print(f"· messages de {len(template) // 1000} ko, {MESSAGES} par connexion et par tour", file=sys.stderr)
    environment.sql("CREATE TABLE bench_nu (id bigserial PRIMARY KEY, body bytea NOT NULL)")
    sides = {(name, connections): Serie() for connections in (1, 8) for name in ("ours", "bare")}
    for rank in range(rounds + 1):
        for (name, connections), serie in sides.items():
            work = _mllp(environment, template) if name == "ours" else _bare(environment, template)
            _one_round(work, connections, serie if rank else Serie())
        environment.sql("TRUNCATE bench_nu")
    return [measure for connections in (1, 8) for measure in _compare(connections, sides["ours", connections], sides["bare", connections])]


def _compare(connections: int, ours: Serie, bare: Serie) -> list[Measure]:
    ratio = statistics.median(ours.rates) / statistics.median(bare.rates)
    many = "1 connexion" if connections == 1 else f"{connections} connexions"
    reference = Reference(BARE, tuple(bare.rates))
    return [
        Measure(f"acquittements, {many}", "/s", tuple(ours.rates), f"≥ {GOAL:.0%} de la référence : {ratio:.0%}", ratio >= GOAL, reference),
        Measure(f"99e centile d'un acquittement, {many}", "ms", (ours.p99 * 1e3,), "aucun", True, Reference(BARE, (bare.p99 * 1e3,))),
    ]


def _one_round(connect: Callable[[], Callable[[], None]], connections: int, serie: Serie) -> None:
    ready, kept = threading.Barrier(connections + 1), threading.Lock()

    def one() -> None:
        send, mine = connect(), []
        ready.wait()
        for _ in range(MESSAGES):
            start = time.perf_counter()
            send()
            mine.append(time.perf_counter() - start)
        with kept:
            serie.seconds.extend(mine)

    threads = [threading.Thread(target=one) for _ in range(connections)]
    for thread in threads:
        thread.start()
    ready.wait()
    start = time.perf_counter()
    for thread in threads:
        thread.join()
    serie.rates.append(connections * MESSAGES / (time.perf_counter() - start))


def _mllp(environment: Environment, template: bytes) -> Callable[[], Callable[[], None]]:
    def connect() -> Callable[[], None]:
        connection = socket.create_connection(("127.0.0.1", environment.ports["reception"]))
        connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        framer = Framer()

        def send() -> None:
            number = secrets.token_hex(10).encode()
            connection.sendall(frame(template.replace(b"@@NUMBER@@", number, 1)))
            answers: list[bytes] = []
            while not answers:
                answers = framer.feed(connection.recv(65536))
            if b"MSA|AA|" + number not in answers[0]:
                raise RuntimeError(answers[0].decode())

        return send

    return connect


def _bare(environment: Environment, template: bytes) -> Callable[[], Callable[[], None]]:
    def connect() -> Callable[[], None]:
        connection = psycopg.connect(environment.dsn("superuser"))

        def send() -> None:
            connection.execute("INSERT INTO bench_nu (body) VALUES (%s)", [template])
            connection.commit()

        return send

    return connect


def _template() -> bytes:
    pdf = base64.b64encode(b"%PDF-1.4\n" + secrets.token_bytes(PDF_BYTES))
    report = re.sub(rb'(<text [^>]*representation="B64"[^>]*>)[^<]*', rb"\g<1>" + pdf, make_report(IDENTITE))
    return make_message(report, IDENTITE, control_id="@@NUMBER@@")


if __name__ == "__main__":
    sys.exit(run("reception", measures))
