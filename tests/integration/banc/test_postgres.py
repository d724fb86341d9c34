# SPDX-FileCopyrightText: 2026 drimm contributors
# SPDX-License-Identifier: EUPL-1.2
"""The embedded PostgreSQL: private, announced as embedded, and gone with its launcher."""

from __future__ import annotations

import os
import signal
import stat
import subprocess
import sys
from pathlib import Path

import psycopg
import pytest

from banc.postgres import EmbeddedPostgres
from banc.postgres.launcher import Server
from tests.e2e.traces import wait_until


def test_the_server_says_that_it_is_embedded_and_listens_on_no_network(postgres: Server) -> None:
    with psycopg.connect(postgres.dsn()) as connection:
        row = connection.execute("SELECT current_setting('drimm.embedded'), current_setting('listen_addresses')").fetchone()
    assert row == ("on", "")


def test_its_folder_is_private(postgres: Server) -> None:
    assert stat.S_IMODE(postgres.socket.stat().st_mode) == 0o700


def test_a_wrong_password_is_refused(postgres: Server) -> None:
    with pytest.raises(psycopg.OperationalError):
        psycopg.connect(postgres.dsn(password="wrong"))


def test_stop_removes_the_folder_and_the_data_given_by_the_caller_stay(tmp_path: Path) -> None:
    embedded = EmbeddedPostgres(tmp_path / "data", durable=False)
    server = embedded.start()
    server.create_database("kept")
    embedded.stop()
    assert not server.socket.exists()

    with EmbeddedPostgres(tmp_path / "data", durable=False) as again, psycopg.connect(again.dsn("kept")) as connection:
        assert connection.execute("SELECT 1").fetchone() == (1,)


def test_nothing_stays_when_the_launcher_is_killed() -> None:
    program = (
        "from banc.postgres import EmbeddedPostgres; import time\n"
        "print(EmbeddedPostgres(durable=False).start().socket, flush=True); time.sleep(60)"
    )
    with subprocess.Popen([sys.executable, "-c", program], stdout=subprocess.PIPE, text=True) as launcher:
        assert launcher.stdout is not None
        run = Path(launcher.stdout.readline().strip())
        assert run.is_dir()
        os.kill(launcher.pid, signal.SIGKILL)
        launcher.wait()
    assert wait_until(lambda: not run.exists(), 20)
    # the watchdog removes the folder, then leaves
    assert wait_until(lambda: not [entry for entry in Path("/proc").glob("[0-9]*/cmdline") if str(run).encode() in _read(entry)], 20)


def _read(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError:
        return b""
