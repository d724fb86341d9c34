# SPDX-FileCopyrightText: 2026 drimm contributors
# SPDX-License-Identifier: EUPL-1.2
"""Guards of the whole suite: loopback only, real peers skipped by name (never silently), one embedded PostgreSQL."""

from __future__ import annotations

import ipaddress
import os
import socket
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import hypothesis
import pytest

from tests.peers import PEERS, missing_peers

# a slow machine is no failure: no test asserts a time
_here = hypothesis.settings.get_profile(hypothesis.settings.get_current_profile_name())  # its own "ci" where there is one
hypothesis.settings.register_profile("drimm", _here, deadline=None)
hypothesis.settings.load_profile("drimm")

ROOT = Path(__file__).resolve().parent.parent
SHARED_DATA = ROOT.parent / "shared" / "data"


# the peers that a test of this run asked for and did not find: name → the package that brings it
_MISSING = pytest.StashKey[dict[str, str]]()


def pytest_configure(config: pytest.Config) -> None:
    config.stash[_MISSING] = {}


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    missing = missing_peers()
    for item in items:
        for mark in item.iter_markers("peer"):
            name = mark.args[0]
            if name not in PEERS:
                message = f"{item.nodeid}: unknown peer {name!r}, add it to tests/peers.py"
                raise pytest.UsageError(message)
            if name in missing:
                config.stash[_MISSING][name] = missing[name]
                item.add_marker(pytest.mark.skip(reason=f"peer {name} is missing: {missing[name]}"))
        if item.get_closest_marker("donnees") and not SHARED_DATA.is_dir():
            item.add_marker(pytest.mark.skip(reason="the public samples (../shared/data) are not beside the repository"))


def pytest_terminal_summary(terminalreporter: Any, config: pytest.Config) -> None:
    missing = config.stash[_MISSING]
    for name, how in sorted(missing.items()):
        terminalreporter.write_line(f"peer skipped: {name} ({how})", yellow=True)


def pytest_sessionfinish(session: pytest.Session) -> None:
    if os.environ.get("CI") == "true" and session.config.stash[_MISSING]:
        session.exitstatus = pytest.ExitCode.TESTS_FAILED


@pytest.fixture(autouse=True)
def _loopback_only(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let no test of this process leave the machine."""
    connect = socket.socket.connect
    connect_ex = socket.socket.connect_ex

    def check(address: Any) -> None:
        if isinstance(address, tuple) and not _is_loopback(str(address[0])):
            message = f"a test tried to reach {address[0]}"
            raise AssertionError(message)

    def guarded(self: socket.socket, address: Any) -> None:
        check(address)
        connect(self, address)

    def guarded_ex(self: socket.socket, address: Any) -> int:
        check(address)
        return connect_ex(self, address)

    monkeypatch.setattr(socket.socket, "connect", guarded)
    monkeypatch.setattr(socket.socket, "connect_ex", guarded_ex)


def _is_loopback(host: str) -> bool:
    if host in {"localhost", ""}:
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host.endswith(".localhost")


@pytest.fixture(scope="session")
def shared_data() -> Path:
    """Folder of the public samples; the test is skipped with its reason where it is absent."""
    if not SHARED_DATA.is_dir():
        pytest.skip("the public samples (../shared/data) are not beside the repository")
    return SHARED_DATA


@pytest.fixture(scope="session")
def postgres() -> Iterator[Any]:
    """A running PostgreSQL (banc.postgres.launcher.Server): .dsn(), .create_role(), .create_database(), .drop_database()."""
    from banc.postgres import EmbeddedPostgres

    server = EmbeddedPostgres(durable=False)
    yield server.start()
    server.stop()
