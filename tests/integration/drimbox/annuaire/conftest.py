# SPDX-FileCopyrightText: 2026 drimm contributors
# SPDX-License-Identifier: EUPL-1.2
"""A server of the list on the port of the settings."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

from banc.pacs.simulator import PacsSimulator
from drimbox.config import current
from tests.drimbox_env import Environment
from tests.drimbox_fixtures import drimbox, drimbox_env
from tests.integration.drimbox.partage.maille import Maille

__all__ = ["drimbox", "drimbox_env"]


@dataclass
class Serveur:
    """What it answers, and the tags it was asked about."""

    data: bytes = b""
    status: int = 200
    etag: str = ""
    location: str = ""
    asked: list[str | None] = field(default_factory=list)


@pytest.fixture
def maille(drimbox: Environment, tmp_path: Path) -> Maille:
    """The tools that sign lists."""
    return Maille(drimbox, current(), PacsSimulator(tmp_path / "pacs", "PACSA", known_aets={}), tmp_path)


@pytest.fixture
def serveur(drimbox: Environment) -> Iterator[Serveur]:
    """The server of the list."""
    state = Serveur()

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            state.asked.append(self.headers["If-None-Match"])
            same = bool(state.etag) and self.headers["If-None-Match"] == state.etag
            self.send_response(304 if same else state.status)
            for name, value in (("ETag", state.etag), ("Location", state.location)):
                if value:
                    self.send_header(name, value)
            self.send_header("Content-Length", "0" if same else str(len(state.data)))
            self.end_headers()
            if not same:
                self.wfile.write(state.data)

        def log_message(self, *_args: object) -> None:
            """Say nothing."""

    with ThreadingHTTPServer(("127.0.0.1", drimbox.ports["liste"]), Handler) as server:
        thread = threading.Thread(target=server.serve_forever, args=(0.05,), daemon=True)
        thread.start()
        yield state
        server.shutdown()
        thread.join()
