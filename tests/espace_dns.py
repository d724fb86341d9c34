# SPDX-FileCopyrightText: 2026 drimm contributors
# SPDX-License-Identifier: EUPL-1.2
"""Real DNS servers for the tests of the zone: knot and PowerDNS, on the loopback, on free ports, stopped with the test."""

from __future__ import annotations

import base64
import contextlib
import secrets
import socket
import sqlite3
import subprocess
import time
import urllib.request
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Self

import dns.message
import dns.query
import dns.rdatatype

from banc.ports import free_port, free_udp_and_tcp_port
from tests.espace_env import ZONE, write_secret

KEY_NAME = "espace.banc"
APEX = f"""$ORIGIN {ZONE}.
$TTL 300
@ SOA ns1.{ZONE}. hostmaster.{ZONE}. 1 3600 600 1209600 60
@ NS ns1.{ZONE}.
ns1 A 127.0.0.1
"""
_LIMIT = 90.0
_SCHEMA = Path("/usr/share/pdns-backend-sqlite3/schema/schema.sqlite3.sql")


def dns_port() -> int:
    """Return a port that is free for UDP and for TCP."""
    while True:
        port = free_udp_and_tcp_port()
        with socket.socket() as holder, contextlib.suppress(OSError):
            holder.bind(("127.0.0.1", port))
            return port


def ask(port: int, name: str, kind: str = "CNAME", *, tcp: bool = False) -> list[str]:
    """Return the data that a server answers, as texts; its silence is an OSError."""
    query = dns.message.make_query(name, kind)
    answer = (dns.query.tcp if tcp else dns.query.udp)(query, "127.0.0.1", timeout=2, port=port)
    return [data.to_text() for rrset in answer.answer if rrset.rdtype == dns.rdatatype.from_text(kind) for data in rrset]


def serial_at(port: int, zone: str = ZONE) -> int:
    """Return the serial number of a zone at a server."""
    return int(ask(port, zone, "SOA")[0].split()[2])


class _Server:
    """A program that is started, killed and started again on the same files."""

    def __init__(self, folder: Path) -> None:
        folder.mkdir(parents=True)
        self.folder = folder
        self.port = dns_port()
        self._process: subprocess.Popen[bytes] | None = None

    def argv(self) -> list[str]:
        raise NotImplementedError

    def start(self) -> None:
        with (self.folder / "log").open("ab") as log:
            self._process = subprocess.Popen(self.argv(), stdout=log, stderr=log, cwd=self.folder)
        limit = time.monotonic() + _LIMIT
        while not self.answers():
            assert time.monotonic() < limit, (self.folder / "log").read_text(errors="replace")[-3000:]
            time.sleep(0.05)

    def answers(self) -> bool:
        with contextlib.suppress(Exception):  # whatever says that it is not ready yet
            return bool(ask(self.port, ZONE, "SOA"))
        return False

    def kill(self) -> None:
        if self._process is not None:
            self._process.kill()
            self._process.wait()
            self._process = None

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.kill()


@dataclass
class Secondary:
    """The primary of a secondary knot; no key: the transfer is not signed."""

    port: int
    key: str


class Knot(_Server):
    """knotd with some zones.

    Args:
        folder: its files.
        zones: master file of each zone.
        primary: make it a secondary of this one, without files of its own.
        port: where it listens; by default a free one.
    """

    def __init__(
        self,
        folder: Path,
        zones: Mapping[str, str] | None = None,
        *,
        primary: Secondary | None = None,
        port: int | None = None,
    ) -> None:
        super().__init__(folder)
        self.port = port or self.port
        self.key = primary.key if primary and primary.key else base64.b64encode(secrets.token_bytes(32)).decode()
        self.zones = {ZONE: APEX} if zones is None else dict(zones)
        for name, text in self.zones.items():
            if primary is None:
                (folder / f"{name}.zone").write_text(text, encoding="utf-8")
        (folder / "knot.conf").write_text(self._conf(primary), encoding="utf-8")

    @property
    def key_file(self) -> Path:
        path = self.folder / "tsig"
        if not path.exists():
            write_secret(path, self.key)
        return path

    def argv(self) -> list[str]:
        return ["/usr/sbin/knotd", "-c", str(self.folder / "knot.conf")]

    def _conf(self, primary: Secondary | None) -> str:
        remotes = f"  - id: primary\n    address: 127.0.0.1@{primary.port}\n" if primary else ""
        remotes += f"    key: {KEY_NAME}\n" if primary and primary.key else ""
        zones = "".join(
            f"  - domain: {name}\n    file: {name}.zone\n    acl: [ours, told]\n"
            + ("    master: primary\n" if primary else "    zonefile-load: difference-no-serial\n    journal-content: all\n")
            for name in self.zones
        )
        return f"""server:
  rundir: {self.folder}
  listen: 127.0.0.1@{self.port}
log:
  - target: stdout
    any: info
database:
  storage: {self.folder}
key:
  - id: {KEY_NAME}
    algorithm: hmac-sha256
    secret: {self.key}
{f"remote:{chr(10)}{remotes}" if remotes else ""}acl:
  - id: ours
    key: {KEY_NAME}
    action: [transfer, update]
  - id: told
    address: 127.0.0.1
    action: notify
template:
  - id: default
    storage: {self.folder}
    zonefile-sync: 0
zone:
{zones}"""


@dataclass
class Api:
    """Address and key of the API of PowerDNS."""

    port: int
    key: str = field(default_factory=lambda: secrets.token_urlsafe(16))

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"


class PowerDnsServer(_Server):
    """pdns_server on SQLite, with the zone of the Espace.

    Args:
        folder: its files.
        soa_edit_api: how it moves the serial number at each change; empty: it leaves it as given.
    """

    def __init__(self, folder: Path, *, soa_edit_api: str = "DEFAULT") -> None:
        super().__init__(folder)
        self.api = Api(free_port())
        with contextlib.closing(sqlite3.connect(folder / "pdns.db")) as database:
            database.executescript(_SCHEMA.read_text(encoding="utf-8"))
            database.execute("INSERT INTO domains (name, type) VALUES (?, 'NATIVE')", [ZONE])
            soa = f"ns1.{ZONE} hostmaster.{ZONE} 1 3600 600 1209600 60"
            rows = [(ZONE, "SOA", soa), (ZONE, "NS", f"ns1.{ZONE}"), (f"ns1.{ZONE}", "A", "127.0.0.1")]
            database.executemany("INSERT INTO records (domain_id, name, type, content, ttl, auth) VALUES (1, ?, ?, ?, 300, 1)", rows)
            if soa_edit_api:
                database.execute("INSERT INTO domainmetadata (domain_id, kind, content) VALUES (1, 'SOA-EDIT-API', ?)", [soa_edit_api])
            database.commit()
        (folder / "pdns.conf").write_text(self._conf(), encoding="utf-8")

    @property
    def key_file(self) -> Path:
        path = self.folder / "api_key"
        if not path.exists():
            write_secret(path, self.api.key)
        return path

    def argv(self) -> list[str]:
        return ["/usr/sbin/pdns_server", f"--config-dir={self.folder}"]

    def answers(self) -> bool:
        with contextlib.suppress(OSError):
            request = urllib.request.Request(f"{self.api.url}/api/v1/servers", headers={"X-API-Key": self.api.key})
            with urllib.request.urlopen(request, timeout=2) as response:
                return response.status == 200 and super().answers()
        return False

    def _conf(self) -> str:
        return f"""launch=gsqlite3
gsqlite3-database={self.folder}/pdns.db
local-address=127.0.0.1
local-port={self.port}
socket-dir={self.folder}
api=yes
api-key={self.api.key}
webserver=yes
webserver-address=127.0.0.1
webserver-port={self.api.port}
webserver-allow-from=127.0.0.1
guardian=no
daemon=no
disable-syslog=yes
"""
