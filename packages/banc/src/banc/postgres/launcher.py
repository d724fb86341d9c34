# SPDX-FileCopyrightText: 2026 drimm contributors
# SPDX-License-Identifier: EUPL-1.2
"""Starts a PostgreSQL of our own in a private folder; nothing of it outlives the process that started it."""

from __future__ import annotations

import secrets
import shutil
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType

import psycopg
from psycopg import sql

from banc.postgres.binaries import Binaries, NoPostgres, find
from confiance.errors import OwnError
from confiance.exploitation import lifeline

SUPERUSER = "postgres"
READY_SECONDS = 30.0


class PostgresError(OwnError):
    """The embedded server cannot be started."""

    code = "banc.postgres_indisponible"
    message = "Le PostgreSQL embarqué ne démarre pas."
    remede = "Installez le paquet postgresql de votre système, ou lancez la commande sans être root."


@dataclass(frozen=True, slots=True)
class Server:
    """How to reach the running server: a socket in a private folder."""

    socket: Path
    password: str

    def dsn(self, database: str = "postgres", *, role: str = SUPERUSER, password: str | None = None) -> str:
        """Return a libpq connection text."""
        return psycopg.conninfo.make_conninfo(
            host=str(self.socket), port=5432, dbname=database, user=role, password=password or self.password
        )

    def create_role(self, role: str, password: str) -> None:
        """Create a login role, or change its password."""
        with psycopg.connect(self.dsn(), autocommit=True) as connection:
            known = connection.execute("SELECT 1 FROM pg_roles WHERE rolname = %s", [role]).fetchone()
            verb = sql.SQL("ALTER" if known else "CREATE")
            connection.execute(sql.SQL("{} ROLE {} LOGIN PASSWORD {}").format(verb, sql.Identifier(role), sql.Literal(password)))

    def create_database(self, name: str, *, owner: str = SUPERUSER, template: str = "template0") -> None:
        """Create a database that only its owner and roles with a grant may enter."""
        with psycopg.connect(self.dsn(), autocommit=True) as connection:
            connection.execute(
                sql.SQL("CREATE DATABASE {} OWNER {} TEMPLATE {} ENCODING 'UTF8'").format(
                    sql.Identifier(name), sql.Identifier(owner), sql.Identifier(template)
                )
            )

    def drop_database(self, name: str) -> None:
        """Drop a database, its connections included."""
        with psycopg.connect(self.dsn(), autocommit=True) as connection:
            connection.execute(sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(sql.Identifier(name)))


class EmbeddedPostgres:
    """A PostgreSQL that lives as long as this object, or as this process.

    Args:
        data: folder of the data; made when absent. By default a temporary one, removed at the end.
        durable: keep what is committed even if the machine falls (fsync). False suits tests and the demo.
    """

    def __init__(self, data: Path | None = None, *, durable: bool = True) -> None:
        self._data = data
        self._durable = durable
        self._watchdog: subprocess.Popen[bytes] | None = None

    def start(self) -> Server:
        """Start the server.

        Raises:
            PostgresError: no server found, or it does not answer.
        """
        try:
            binaries = find()
        except NoPostgres as error:
            raise PostgresError(f"PostgreSQL embarqué : {error}.") from None
        run = Path(tempfile.mkdtemp(prefix="drimm-"))
        data = self._data or run / "data"
        server = Server(run, self._prepare(binaries, data, run))
        argv = [sys.executable, "-m", "banc.postgres.watchdog", str(run), *binaries.command("postgres", *self._options(data, run))]
        self._watchdog = lifeline.spawn(argv)
        self._wait(server, data)
        return server

    def stop(self) -> None:
        """Stop the server and remove its private folder."""
        if self._watchdog is None:
            return
        lifeline.release(self._watchdog)
        self._watchdog.wait()
        self._watchdog = None

    @property
    def runs(self) -> bool:
        """Whether the server was started and has not ended."""
        return self._watchdog is not None and self._watchdog.poll() is None

    def __enter__(self) -> Server:
        return self.start()

    def __exit__(self, _type: type[BaseException] | None, _value: BaseException | None, _traceback: TracebackType | None) -> None:
        self.stop()

    def _options(self, data: Path, run: Path) -> list[str]:
        durable = "on" if self._durable else "off"
        settings = {
            "listen_addresses": "",
            "unix_socket_directories": str(run),
            "unix_socket_permissions": "0700",
            "max_connections": "120",
            "shared_buffers": "32MB",
            "fsync": durable,
            "full_page_writes": durable,
            "drimm.embedded": "on",
        }
        return ["-D", str(data), *(word for key, value in settings.items() for word in ("-c", f"{key}={value}"))]

    def _prepare(self, binaries: Binaries, data: Path, run: Path) -> str:
        password_file = data.parent / f"{data.name}.password"
        if (data / "PG_VERSION").exists():
            return password_file.read_text(encoding="utf-8")
        data.parent.mkdir(parents=True, exist_ok=True)
        password = secrets.token_urlsafe(24)
        password_file.touch(mode=0o600)
        password_file.write_text(password, encoding="utf-8")
        if binaries.owner:
            data.mkdir(mode=0o700)
            for path in (run, data, password_file):
                shutil.chown(path, binaries.owner)
        self._initdb(binaries, data, password_file)
        return password

    def _initdb(self, binaries: Binaries, data: Path, password_file: Path) -> None:
        options = ["-D", str(data), "-U", SUPERUSER, f"--pwfile={password_file}", "--auth=scram-sha-256", "-E", "UTF8", "--no-locale"]
        if not self._durable:
            options.append("--no-sync")
        result = subprocess.run(binaries.command("initdb", *options), capture_output=True, text=True, check=False)
        if result.returncode:
            raise PostgresError(f"initdb a échoué : {result.stderr.strip().splitlines()[-1:]}.")

    def _wait(self, server: Server, data: Path) -> None:
        assert self._watchdog is not None
        limit = time.monotonic() + READY_SECONDS
        while time.monotonic() < limit and self._watchdog.poll() is None:
            try:
                psycopg.connect(server.dsn(), connect_timeout=2).close()
            except psycopg.OperationalError:
                time.sleep(0.05)
            else:
                return
        self.stop()
        raise PostgresError(f"PostgreSQL embarqué n'a pas répondu en {READY_SECONDS:.0f} s (données : {data}).")
