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
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from banc.pacs.simulator import PacsSimulator
from drimbox.config import current
from tests.drimbox_env import Environment, django_ready
from tests.drimbox_fixtures import drimbox, drimbox_env
from tests.integration.drimbox.annuaire.site import Publicateur, Site, change, serving
from tests.integration.drimbox.partage.maille import Maille

__all__ = ["drimbox", "drimbox_env"]
django_ready()


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


@pytest.fixture
def site(drimbox: Environment) -> Iterator[Site]:
    """A server of several mirrors, on the port of the settings."""
    with serving(drimbox.ports["liste"]) as found:
        yield found


@pytest.fixture
def publicateur(maille: Maille, site: Site) -> Publicateur:
    """An honest publisher behind that server."""
    return Publicateur(maille, site)


@pytest.fixture
def with_keys(publicateur: Publicateur, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Publicateur:
    """The same, whose head keys are in the settings."""
    paths = {}
    for cle in publicateur.publication.cles:
        paths[cle.id] = tmp_path / f"{cle.id}.pem"
        key = Ed25519PublicKey.from_public_bytes(cle.public.public_key)
        paths[cle.id].write_bytes(key.public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo))
    change(monkeypatch, tete_cles=paths, tete_seuil=2)
    return publicateur
