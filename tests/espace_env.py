# SPDX-FileCopyrightText: 2026 drimm contributors
# SPDX-License-Identifier: EUPL-1.2
"""One Espace for the tests: its folder, its PKI, its settings, and a migrated database under one role per process.

Django is set up once per process of pytest (:func:`django_ready`: files only); the model database is made when a test first asks for one
(:func:`build`). Each test that asks for it then gets a copy of its own, so nothing has to be emptied, not even what nobody may delete.
"""

from __future__ import annotations

import atexit
import base64
import contextlib
import itertools
import os
import secrets
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import django
import psycopg
import pytest

from banc.ports import free_port, free_udp_and_tcp_port
from espace.roles import ROLES

PREFIX = "essai_espace_"
MODEL = "espace_modele"
ZONE = "mesimagesmedicales.fr"
DB, VI = f"db1.1.{ZONE}", f"vi1.1.{ZONE}"
_NUMBERS = itertools.count(1)
_AHEAD = ThreadPoolExecutor(1, thread_name_prefix="copie-de-base")


@dataclass
class Environment:
    """What tests know of the Espace under test."""

    folder: Path
    pki: Any
    ports: dict[str, int]
    server: Any = None
    database: str = MODEL
    passwords: dict[str, str] = field(default_factory=dict)
    spare: Future[str] | None = None

    @property
    def config(self) -> Path:
        return self.folder / "espace.toml"

    @property
    def publication(self) -> Path:
        return self.folder / "publication"

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.ports['pages']}"

    def dsn(self, role: str) -> str:
        """Connection text of a process of the Espace; ``superuser`` for the test itself."""
        if role == "superuser":
            return str(self.server.dsn(self.database))
        return str(self.server.dsn(self.database, role=PREFIX + role, password=self.passwords[role]))

    def sql(self, statement: str, *parameters: Any, role: str = "superuser") -> list[tuple[Any, ...]]:
        """Run one statement under a role and return its rows."""
        with psycopg.connect(self.dsn(role), autocommit=True) as connection:
            cursor = connection.execute(statement, parameters or None)
            return cursor.fetchall() if cursor.description else []

    @contextlib.contextmanager
    def role(self, name: str) -> Iterator[None]:
        """Let the ORM of this thread enter the database under the role of one process."""
        from django.db import connection

        before = {key: connection.settings_dict[key] for key in ("NAME", "USER", "PASSWORD")}
        process = os.environ["DRIMM_PROCESS"]
        _enter({"NAME": self.database, "USER": PREFIX + name, "PASSWORD": self.passwords[name]}, name)
        try:
            yield
        finally:
            _enter(before, process)

    def environ(self, **variables: str) -> dict[str, str]:
        """Variables of a real process of this Espace."""
        kept = {key: value for key, value in os.environ.items() if not key.startswith(("DRIMM_", "DJANGO_"))}
        return {**kept, "DRIMM_CONFIG": str(self.config), "DRIMM_DATABASE__NAME": self.database, **variables}

    def run(self, *arguments: str, timeout: float = 60, **variables: str) -> subprocess.CompletedProcess[str]:
        """Run one command ``espace`` to its end."""
        argv = [sys.executable, "-m", "espace", *arguments]
        return subprocess.run(argv, env=self.environ(**variables), capture_output=True, text=True, timeout=timeout, check=False)

    @contextlib.contextmanager
    def process(self, *arguments: str, **variables: str) -> Iterator[subprocess.Popen[bytes]]:
        """Run a command that stays, for the time of a block; its logs go to a file of the folder."""
        with (self.folder / "processus.log").open("ab") as log:
            started = subprocess.Popen([sys.executable, "-m", "espace", *arguments], env=self.environ(**variables), stdout=log, stderr=log)
        try:
            yield started
        finally:
            started.terminate()
            try:
                started.wait(15)
            except subprocess.TimeoutExpired:
                started.kill()
                started.wait()

    def wait_until(self, condition: Callable[[], bool], seconds: float = 240.0) -> None:
        """Wait for what the processes do; past that delay, fail with the end of their logs."""
        limit = time.monotonic() + seconds
        while not condition():
            assert time.monotonic() < limit, self.logs[-4000:]
            time.sleep(0.05)

    @property
    def logs(self) -> str:
        path = self.folder / "processus.log"
        return path.read_text(encoding="utf-8") if path.exists() else ""

    @contextlib.contextmanager
    def copy(self) -> Iterator[None]:
        """Work, for the time of a block, on a copy of the model database, with an empty publication folder."""
        before, self.database = self.database, self._copied()
        shutil.rmtree(self.publication, ignore_errors=True)
        made = self.database
        try:
            yield
        finally:
            self.server.drop_database(made)
            self.database = before

    def _copied(self) -> str:
        """Return a fresh copy of the model; the next one is made meanwhile, since a copy takes longer than most tests."""
        waiting, self.spare = self.spare, None
        try:
            name = self._copy() if waiting is None else waiting.result()
        except psycopg.Error:  # somebody was in the model just then
            name = self._copy()
        self.spare = _AHEAD.submit(self._copy)
        return name

    def _copy(self) -> str:
        name = f"espace_essai_{next(_NUMBERS)}"
        self.server.create_database(name, owner=f"{PREFIX}proprietaire", template=MODEL)
        return name

    def close_to_all(self) -> None:
        """Let nobody enter the database, and put out those who are in it."""
        with psycopg.connect(self.server.dsn(), autocommit=True) as connection:
            connection.execute(f'ALTER DATABASE "{self.database}" ALLOW_CONNECTIONS false')
            connection.execute("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = %s", [self.database])

    def open_again(self) -> None:
        """Let the roles enter the database again."""
        with psycopg.connect(self.server.dsn(), autocommit=True) as connection:
            connection.execute(f'ALTER DATABASE "{self.database}" ALLOW_CONNECTIONS true')


def _enter(values: dict[str, str], process: str) -> None:
    from django.db import connections

    connections.close_all()
    os.environ["DRIMM_PROCESS"] = process
    connections["default"].settings_dict.update(values)
    connections.settings["default"].update(values)


_PREPARED: list[Environment] = []


def django_ready() -> Environment:
    """Write the files of an Espace and set Django up on them, so that a test module may import models. No database is needed yet."""
    if _PREPARED:
        return _PREPARED[0]
    if os.environ.get("DJANGO_SETTINGS_MODULE", "espace.django_settings") != "espace.django_settings":
        message = "Django is already set up for another program: run the tests of espace and of drimbox in two processes of pytest"
        raise pytest.UsageError(message)
    folder = Path(tempfile.mkdtemp(prefix="espace-essai-"))
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    environment = Environment(folder, _pki(folder), {"pages": free_port(), "zone": free_udp_and_tcp_port(), "courrier": free_port()})
    _secrets(environment)
    (folder / "socket").symlink_to(folder)
    environment.config.write_text(toml(environment), encoding="utf-8")
    os.environ["DRIMM_CONFIG"] = str(environment.config)
    os.environ["DRIMM_PROCESS"] = "proprietaire"
    os.environ["DJANGO_SETTINGS_MODULE"] = "espace.django_settings"
    django.setup()
    _PREPARED.append(environment)
    return environment


def build(server: Any) -> Environment:
    """Create the roles and the model database on a running server, and migrate it with the real command."""
    environment = django_ready()
    if environment.server is not None:
        return environment
    environment.server = server
    (environment.folder / "socket").unlink()
    (environment.folder / "socket").symlink_to(server.socket)
    for role in ROLES:
        server.create_role(PREFIX + role, environment.passwords[role])
    server.create_database(MODEL, owner=f"{PREFIX}proprietaire")
    done = environment.run("migrate", timeout=300)
    assert done.returncode == 0, done.stderr
    return environment


def _pki(folder: Path) -> Any:
    from banc.pki import OrganisationPlan, PkiPlan, build

    organisation = OrganisationPlan("a", "CENTRE D'IMAGERIE A", "300000000300019")
    seal = OrganisationPlan("attestations", "BANC-DRIMM ADMINISTRATEUR", "300000000000000", cn_sign="Attestations DRIM-M")
    plan = PkiPlan.of_mesh({"a": (organisation, (DB, f"db2.1.{ZONE}")), "attestations": (seal, ())}, servers=("espace.banc.test",))
    return build(folder / "pki", plan, datetime.now(UTC))


def _secrets(environment: Environment) -> None:
    folder = environment.folder
    (folder / "passwords").mkdir()
    environment.passwords = {role: secrets.token_urlsafe(16) for role in ROLES}
    for role, password in environment.passwords.items():
        write_secret(folder / "passwords" / (PREFIX + role), password)
    write_secret(folder / "secret_key", secrets.token_urlsafe(48))
    write_secret(folder / "trousseau", f"essai {base64.b64encode(secrets.token_bytes(32)).decode()}")


def write_secret(path: Path, text: str) -> None:
    """Write a file that only its owner reads."""
    path.touch(mode=0o600)
    path.write_text(text, encoding="utf-8")


def toml(environment: Environment) -> str:
    """Return the configuration of the Espace under test."""
    signer, pki = environment.pki.list_signer, environment.pki
    return f"""
administrateur = "Administrateur du banc"

[database]
host = "{environment.folder / "socket"}"
name = "{MODEL}"
role_prefix = "{PREFIX}"
passwords = "passwords"
accept_embedded = true

[pages]
host = "127.0.0.1"
port = {environment.ports["pages"]}
public_url = "{environment.url}"
secret_key = "secret_key"

[coffre]
keys_file = "trousseau"

[zone]
name = "{ZONE}"
host = "127.0.0.1"
port = {environment.ports["zone"]}
nameservers = ["ns1.{ZONE}"]
addresses = {{ "ns1.{ZONE}" = ["127.0.0.1"] }}
caa = ['0 issue "ca.banc.test"']
parking = "parking.administrateur.test"
refresh_seconds = 0.2

[courrier]
host = "127.0.0.1"
port = {environment.ports["courrier"]}
tls = "none"
sender = "espace@administrateur.test"
agents = "agents@administrateur.test"
retours = "retours@administrateur.test"
first_retry_seconds = 0.2
longest_retry_seconds = 1
poll_seconds = 0.2

[liste_blanche]
anchors = "{pki.anchors_dir}"
publication = "publication"
poll_seconds = 0.5

[attestation.signer]
certificate = "{pki.sign("attestations").certificate}"
key = "{pki.sign("attestations").key}"
chain = "{pki.root}"

[liste_blanche.signer]
certificate = "{signer.certificate}"
key = "{signer.key}"
chain = "{pki.root}"
"""
