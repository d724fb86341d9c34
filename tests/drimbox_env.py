# SPDX-FileCopyrightText: 2026 drimm contributors
# SPDX-License-Identifier: EUPL-1.2
"""One DRIMbox for the tests: its folder, its PKI, its settings, its migrated database with one role per process.

Django is set up once per process of pytest (:func:`django_ready`: files only), the database is made when a test first asks for it
(:func:`build`). Ports are chosen once and simulators bind them. Between two tests every table is emptied.
"""

from __future__ import annotations

import atexit
import base64
import contextlib
import os
import secrets
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import django
import psycopg
import pytest

from banc.ports import free_port
from drimbox.config import ROLES

PREFIX = "essai_drimbox_"
DATABASE = "drimbox_essai"
DB, VI = "db1.1.mesimagesmedicales.fr", "vi1.1.mesimagesmedicales.fr"
DB2, VI2 = "db2.1.mesimagesmedicales.fr", "vi2.1.mesimagesmedicales.fr"
_TABLES = (
    "SELECT quote_ident(tablename) FROM pg_tables WHERE schemaname = 'public'"
    " AND tablename NOT IN ('django_migrations', 'django_content_type', 'auth_permission')"
)
_RESTART = (
    "SELECT setval(format('%I.%I', schemaname, sequencename)::regclass, start_value, false) FROM pg_sequences"
    " WHERE schemaname = 'public' AND last_value IS NOT NULL"
    " AND sequencename !~ '^(django_migrations|django_content_type|auth_permission)_'"
)
PORTS = ("pacs", "pacs2", "dmp", "psc", "reception", "images", "pages", "liste")


@dataclass
class Environment:
    """What tests know of the DRIMbox under test."""

    folder: Path
    server: Any
    pki: Any
    ports: dict[str, int]
    passwords: dict[str, str] = field(default_factory=dict)

    @property
    def config(self) -> Path:
        return self.folder / "drimbox.toml"

    def dsn(self, role: str) -> str:
        """Connection text of a process of the DRIMbox; ``superuser`` for the test itself."""
        if role == "superuser":
            return self.server.dsn(DATABASE)
        return self.server.dsn(DATABASE, role=PREFIX + role, password=self.passwords[role])

    @contextlib.contextmanager
    def role(self, name: str) -> Iterator[None]:
        """Let the ORM of this thread enter the database under the role of one process."""
        from django.conf import settings
        from django.db import connection

        before = (settings.DRIMM_PROCESS, connection.settings_dict["USER"], connection.settings_dict["PASSWORD"])
        self._enter(name, PREFIX + name, self.passwords[name])
        try:
            yield
        finally:
            self._enter(*before)

    @staticmethod
    def _enter(process: str, user: str, password: str) -> None:
        from django.conf import settings
        from django.db import connections

        connections.close_all()
        settings.DRIMM_PROCESS = process
        for alias in connections:
            connections[alias].settings_dict.update(USER=user, PASSWORD=password)
            connections.settings[alias].update(USER=user, PASSWORD=password)

    def empty(self) -> None:
        """Empty every table; the journal's own guard is stepped over as only a superuser can.

        The locks wait for whoever still writes, like a TRUNCATE, which makes new files for every table and takes ten times longer.
        """
        with psycopg.connect(self.dsn("superuser")) as connection:
            names = [name for (name,) in connection.execute(_TABLES)]
            connection.execute("SET LOCAL session_replication_role = replica")
            connection.execute(f"LOCK TABLE {', '.join(names)} IN ACCESS EXCLUSIVE MODE")
            filled = connection.execute(" UNION ALL ".join(f"SELECT '{name}' WHERE EXISTS (SELECT FROM {name})" for name in names))
            for (name,) in filled.fetchall():
                connection.execute(f"DELETE FROM {name}")
            connection.execute(_RESTART)

    def sql(self, statement: str, *parameters: Any, role: str = "superuser") -> list[tuple[Any, ...]]:
        """Run one statement under a role and return its rows."""
        with psycopg.connect(self.dsn(role), autocommit=True) as connection:
            cursor = connection.execute(statement, parameters or None)
            return cursor.fetchall() if cursor.description else []

    def start(self, process: str, **variables: str) -> subprocess.Popen[bytes]:
        """Start a real process of the DRIMbox; the caller stops it."""
        environ = {**os.environ, "DRIMM_CONFIG": str(self.config), "DRIMM_PROCESS": process, **variables}
        log = (self.folder / f"{process}.log").open("ab")
        try:
            return subprocess.Popen([sys.executable, "-m", "drimbox", "process", process], env=environ, stdout=log, stderr=log)
        finally:
            log.close()


_PREPARED: list[Environment] = []


def django_ready() -> Environment:
    """Write the files of a DRIMbox and set Django up on them, so that a test module may import models. No database is needed yet."""
    if _PREPARED:
        return _PREPARED[0]
    if os.environ.get("DJANGO_SETTINGS_MODULE", "drimbox.django_settings") != "drimbox.django_settings":
        message = "Django is already set up for another program: run the tests of espace and of drimbox in two processes of pytest"
        raise pytest.UsageError(message)
    folder = Path(tempfile.mkdtemp(prefix="drimbox-essai-"))
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    environment = Environment(folder, None, _pki(folder), {name: free_port() for name in PORTS})
    _secrets(environment, ROLES)
    (folder / "socket").symlink_to(folder)
    environment.config.write_text(_toml(environment), encoding="utf-8")
    os.environ["DRIMM_CONFIG"] = str(environment.config)
    os.environ["DRIMM_PROCESS"] = "proprietaire"
    os.environ["DJANGO_SETTINGS_MODULE"] = "drimbox.django_settings"
    django.setup()
    _PREPARED.append(environment)
    return environment


def build(server: Any) -> Environment:
    """Create the roles and the database on a running server, and migrate."""
    environment = django_ready()
    if environment.server is not None:
        return environment
    environment.server = server
    (environment.folder / "socket").unlink()
    (environment.folder / "socket").symlink_to(server.socket)
    for role in ROLES:
        server.create_role(PREFIX + role, environment.passwords[role])
    server.create_database(DATABASE, owner=PREFIX + "proprietaire")
    from django.db import connections

    from drimbox.socle.database import migrate_database

    migrate_database()
    connections.close_all()
    return environment


def _pki(folder: Path) -> Any:
    from banc.pki import OrganisationPlan, PkiPlan, build

    organisation = OrganisationPlan("a", "CENTRE D'IMAGERIE A", "300000000300019")
    plan = PkiPlan.of_mesh({"a": (organisation, (DB, DB2))}, servers=("dmp.banc.test", "psc.banc.test"))
    return build(folder / "pki", plan, datetime.now(UTC))


def _secrets(environment: Environment, roles: tuple[str, ...]) -> None:
    folder = environment.folder
    (folder / "passwords").mkdir()
    environment.passwords = {role: secrets.token_urlsafe(16) for role in roles}
    for role, password in environment.passwords.items():
        _write(folder / "passwords" / (PREFIX + role), password)
    _write(folder / "secret_key", secrets.token_urlsafe(48))
    _write(folder / "psc_secret", secrets.token_urlsafe(24))
    _write(folder / "trousseau", "k1 " + base64.b64encode(secrets.token_bytes(32)).decode())


def _write(path: Path, text: str) -> None:
    path.touch(mode=0o600)
    path.write_text(text, encoding="utf-8")


def _toml(environment: Environment) -> str:
    ports, pki = environment.ports, environment.pki
    server, auth, sign = pki.serv_ssl(DB), pki.auth_cli("a"), pki.sign("a")
    viewer = pki.market(VI)
    return f"""
pacs_restitution = "local"

[database]
host = "{environment.folder / "socket"}"
name = "{DATABASE}"
role_prefix = "{PREFIX}"
passwords = "passwords"
accept_embedded = true

[[couples]]
db = "{DB}"
vi = "{VI}"
pacs = "local"

[[couples]]
db = "{DB2}"
vi = "{VI2}"
pacs = "second"

[[pacs]]
name = "local"
host = "127.0.0.1"
port = {ports["pacs"]}
aet = "PACSA"
timeout = 5

[[pacs]]
name = "second"
host = "127.0.0.1"
port = {ports["pacs2"]}
aet = "PACSB"
timeout = 5

[tls]
server = {{ certificate = "{server.certificate}", key = "{server.key}" }}
viewer = {{ certificate = "{viewer.certificate}", key = "{viewer.key}" }}
anchors = "{pki.anchors_dir}"

[reception]
port = {ports["reception"]}
max_message_bytes = 4194304
idle_seconds = 20

[images]
host = "127.0.0.1"
port = {ports["images"]}

[pages]
host = "127.0.0.1"
port = {ports["pages"]}
public_url = "https://{VI}:{ports["pages"]}"
secret_key = "secret_key"

[liste_blanche]
urls = ["http://127.0.0.1:{ports["liste"]}/liste-blanche.xml"]
anchors = "{pki.anchors_dir}"
signers = ["{pki.list_signer.dn}"]

[psc]
discovery_url = "https://localhost:{ports["psc"]}/.well-known/wallet-openid-configuration"
issuer = "https://localhost:{ports["psc"]}"
client_id = "drimbox-a"
client_secret = "psc_secret"
trust = "{pki.market_ca}"

[dmp]
base_url = "https://localhost:{ports["dmp"]}"
auth = {{ certificate = "{auth.certificate}", key = "{auth.key}" }}
sign = {{ certificate = "{sign.certificate}", key = "{sign.key}" }}
trust = "{pki.market_ca}"
source_oid = "1.2.250.1.999.1.1.8121"
lps_id = "01.12.12"
lps_homologation = "BANC-000001"

[structure]
identifiant = "300000000300019"
nom = "Centre d'imagerie A"

[cles]
trousseau = "trousseau"

[ouvrier]
poll_seconds = 0.2
stalled_seconds = 5

[reprises.images]
first_seconds = 0.2
longest_seconds = 1
[reprises.pacs]
first_seconds = 0.2
longest_seconds = 1
[reprises.dmp]
first_seconds = 0.2
longest_seconds = 1
"""
