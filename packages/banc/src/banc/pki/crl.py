# SPDX-FileCopyrightText: 2026 drimm contributors
# SPDX-License-Identifier: EUPL-1.2
"""The CRLs of the banc: who is revoked is kept beside the authorities' keys, the lists are published among the anchors."""

from __future__ import annotations

import json
from datetime import datetime, timedelta
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding

from banc.pki.authority import Authority

BACKDATE = timedelta(hours=1)
"""What is issued now is already valid for a clock that is a little late."""


class Revocations:
    """Serial numbers revoked by each authority, and the numbers of their CRLs. Kept in one JSON file."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._kept: dict[str, dict[str, str]] = json.loads(path.read_text()) if path.exists() else {}

    def add(self, authority: str, serial: int, at: datetime) -> None:
        """Record a revocation; the first instant stays."""
        self._kept.setdefault(authority, {}).setdefault(f"{serial:x}", at.isoformat())
        write_atomically(self._path, json.dumps(self._kept, indent=1).encode())

    def of(self, authority: str) -> dict[int, datetime]:
        """Return the serial numbers that an authority revoked."""
        return {int(serial, 16): datetime.fromisoformat(at) for serial, at in self._kept.get(authority, {}).items()}


def publish(path: Path, authority: Authority, revoked: dict[int, datetime], *, now: datetime, life: timedelta) -> None:
    """Sign a CRL and put it (DER) in the place of the previous one."""
    crl = authority.crl(revoked, number=_next_number(path), now=now - BACKDATE, life=life + BACKDATE)
    write_atomically(path, crl.public_bytes(Encoding.DER))


def read(path: Path) -> x509.CertificateRevocationList:
    """Read a CRL that :func:`publish` wrote."""
    return x509.load_der_x509_crl(path.read_bytes())


def write_atomically(path: Path, data: bytes) -> None:
    """Write a file that a reader sees whole, the old one or the new one."""
    path.parent.mkdir(parents=True, exist_ok=True)
    partial = path.with_name(f".{path.name}.partial")
    partial.write_bytes(data)
    partial.replace(path)


def _next_number(path: Path) -> int:
    if not path.exists():
        return 1
    return read(path).extensions.get_extension_for_class(x509.CRLNumber).value.crl_number + 1
