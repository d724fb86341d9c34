# SPDX-FileCopyrightText: 2026 drimm contributors
# SPDX-License-Identifier: EUPL-1.2
"""A publisher and its mirrors on one port: each mirror is a folder of the same server, honest or hostile file by file."""

from __future__ import annotations

import hashlib
import ssl
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

from django.conf import settings

from banc.attaques.publication import Publication
from confiance.liste_blanche import Anchors, Limits, Policy, verify
from confiance.transparence import Feuille
from tests.integration.drimbox.partage.maille import Maille

Answer = Callable[[BaseHTTPRequestHandler], None]


def body(data: bytes, status: int = 200, **headers: str) -> Answer:
    """Answer these bytes."""

    def answer(handler: BaseHTTPRequestHandler) -> None:
        handler.send_response(status)
        for name, value in {"Content-Length": str(len(data)), **headers}.items():
            handler.send_header(name.replace("_", "-"), value)
        handler.end_headers()
        handler.wfile.write(data)

    return answer


def tagged(data: bytes, etag: bytes) -> Answer:
    """Answer these bytes under a tag that no honest server would send: its bytes go on the wire as they are."""

    def answer(handler: BaseHTTPRequestHandler) -> None:
        handler.wfile.write(b"HTTP/1.0 200 OK\r\nContent-Length: %d\r\nETag: %s\r\n\r\n" % (len(data), etag) + data)
        handler.close_connection = True

    return answer


def cut_short(data: bytes) -> Answer:
    """Announce a file and stop in its middle."""

    def answer(handler: BaseHTTPRequestHandler) -> None:
        body(data[: len(data) // 2], Content_Length=str(len(data)))(handler)
        handler.close_connection = True

    return answer


def dripping(stop: threading.Event) -> Answer:
    """Send one byte now and then, for ever: no silence is ever long."""

    def answer(handler: BaseHTTPRequestHandler) -> None:
        handler.send_response(200)
        handler.end_headers()
        while not stop.wait(0.05):
            handler.wfile.write(b" ")
            handler.wfile.flush()

    return answer


def endless(stop: threading.Event) -> Answer:
    """Send bytes for ever, as fast as they are taken, without announcing how many."""

    def answer(handler: BaseHTTPRequestHandler) -> None:
        handler.send_response(200)
        handler.end_headers()
        while not stop.is_set():
            handler.wfile.write(b" " * 65536)

    return answer


def silent(stop: threading.Event) -> Answer:
    """Take the request and say nothing."""

    def answer(handler: BaseHTTPRequestHandler) -> None:
        del handler
        stop.wait(20)

    return answer


@dataclass
class Site:
    """What the server answers, by path, and what it was asked.

    Attributes:
        port: where it listens.
        files: path → bytes served with their tag, or an answer of one's own.
        asked: (path, tag sent) of every request.
    """

    port: int
    files: dict[str, bytes | Answer] = field(default_factory=dict)
    asked: list[tuple[str, str | None]] = field(default_factory=list)
    stop: threading.Event = field(default_factory=threading.Event)

    def url(self, path: str) -> str:
        return f"http://127.0.0.1:{self.port}/{path}"

    def paths(self) -> list[str]:
        """Paths asked since the last call."""
        found = [path for path, _ in self.asked]
        self.asked.clear()
        return found


@contextmanager
def serving(port: int, tls: ssl.SSLContext | None = None) -> Iterator[Site]:
    """Serve for the time of a block, over TLS if a context is given."""
    site = Site(port)

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            path = self.path.lstrip("/")
            tag = self.headers["If-None-Match"]
            site.asked.append((path, tag))
            found = site.files.get(path)
            if isinstance(found, bytes):
                etag = f'"{hashlib.sha256(found).hexdigest()[:16]}"'
                found = body(b"", 304, ETag=etag) if tag == etag else body(found, ETag=etag)
            try:
                (found or body(b"", 404))(self)
            except OSError:
                self.close_connection = True

        def log_message(self, *_args: object) -> None:
            """Say nothing."""

    with ThreadingHTTPServer(("127.0.0.1", port), Handler) as server:
        server.daemon_threads = True
        if tls is not None:
            server.socket = tls.wrap_socket(server.socket, server_side=True, do_handshake_on_connect=False)
        thread = threading.Thread(target=server.serve_forever, args=(0.05,), daemon=True)
        thread.start()
        site.port = server.server_address[1]
        yield site
        site.stop.set()
        server.shutdown()
        thread.join()


@dataclass
class Publicateur:
    """An honest publisher of lists and heads, which a test may make lie.

    Attributes:
        maille: signs the lists.
        site: where they are put.
        publication: the log and its heads.
    """

    maille: Maille
    site: Site
    publication: Publication = field(default_factory=Publication)

    def publish(self, *dbs: str, at: datetime, where: str = "", **tete: Any) -> bytes:
        """Sign a list, put it in the log and on a mirror with its head and its proof; return the list."""
        data = self.maille.signed_list(*dbs, at=at)
        known = len(self.publication.feuilles)
        self.publication.publish_leaf(Feuille.of(self._verified(data, at), known + 1), length=len(data))
        self.site.files[f"{where}liste-blanche.xml"] = data
        self.head(at, where=where, **tete)
        for first in range(1, known + 1):
            self.site.files[f"{where}journal/consistance/{first}-{known + 1}.json"] = self.publication.consistency(first)
        return data

    def head(self, at: datetime, *, where: str = "", **tete: Any) -> bytes:
        """Issue the next head."""
        data = self.publication.tete(at, **tete)
        self.site.files[f"{where}tete.json"] = data
        return data

    def _verified(self, data: bytes, at: datetime) -> Any:
        pki = self.maille.pki
        return verify(data, Policy(Anchors.from_directory(pki.anchors_dir), frozenset({pki.list_signer.dn}), limits=Limits()), at=at)


def change(monkeypatch: Any, **values: Any) -> None:
    """Change settings of [liste_blanche] for the time of a test."""
    changed = settings.DRIMBOX.liste_blanche.model_copy(update=values)
    monkeypatch.setattr(settings, "DRIMBOX", settings.DRIMBOX.model_copy(update={"liste_blanche": changed}))
