# SPDX-FileCopyrightText: 2026 drimm contributors
# SPDX-License-Identifier: EUPL-1.2
"""A peer at the images door of a DRIMbox: one request over mutual TLS, with its transcript."""

from __future__ import annotations

import http.client
import json
import socket
import ssl
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from banc.demo.plan import Box
from banc.pki import Issued

ACCEPT = 'multipart/related; type="application/dicom"; transfer-syntax=*'
SECONDS = 30.0
MAX_SHOWN = 64 * 1024


@dataclass(frozen=True, slots=True)
class Exchange:
    """What was asked and answered; the token is never kept."""

    request: str
    status: int
    headers: dict[str, str]
    body: bytes

    @property
    def problem(self) -> dict[str, Any]:
        """The problem document of a refusal (RFC 9457)."""
        document = json.loads(self.body)
        return document if isinstance(document, dict) else {}

    def write(self, path: Path) -> Path:
        """Write the transcript."""
        answer = [f"HTTP/1.1 {self.status}", *(f"{name}: {value}" for name, value in self.headers.items()), ""]
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text("\n".join([self.request, *answer, self.body[:MAX_SHOWN].decode(errors="replace"), ""]), encoding="utf-8")
        return path


def ask(box: Box, db: str, study: str, *, identity: Issued, anchors: Path, token: str, kos: str) -> Exchange:
    """Ask a DRIMbox for a study.

    Args:
        box: the DRIMbox asked, for its address on this machine.
        db: its name.
        study: StudyInstanceUID.
        identity: SERV_SSL of the one who asks.
        anchors: folder of the authorities that vouch for the DRIMbox.
        token: access token.
        kos: SOP Instance UID of the KOS.
    """
    path = f"/dicom-web-rs/studies/{study}"
    headers = {"Host": db, "Accept": ACCEPT, "Authorization": f"Bearer {token}", "KOS-SOPInstanceUID": kos}
    connection = http.client.HTTPSConnection(db, timeout=SECONDS)
    with socket.create_connection((box.loopback, box.images_port), timeout=SECONDS) as plain:
        connection.sock = _context(identity, anchors).wrap_socket(plain, server_hostname=db)
        connection.request("GET", path, headers=headers)
        answer = connection.getresponse()
        body = answer.read()
        connection.close()
    shown = {**headers, "Authorization": "Bearer •••"}
    request = "\n".join([f"GET {path} HTTP/1.1", *(f"{name}: {value}" for name, value in shown.items()), ""])
    return Exchange(request, answer.status, dict(answer.getheaders()), body)


def _context(identity: Issued, anchors: Path) -> ssl.SSLContext:
    context = ssl.create_default_context(ssl.Purpose.SERVER_AUTH)
    for path in sorted(anchors.glob("*.pem")):
        context.load_verify_locations(path)
    context.load_cert_chain(identity.certificate, identity.key)
    return context
