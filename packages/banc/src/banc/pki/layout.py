# SPDX-FileCopyrightText: 2026 drimm contributors
# SPDX-License-Identifier: EUPL-1.2
"""Where the files of the PKI are, under its folder."""

from __future__ import annotations

from pathlib import Path
from typing import Final

ANCHORS: Final = Path("anchors")
AUTHORITIES: Final = Path("authorities")
MARKET: Final = Path("market")
ISSUED: Final = Path("issued")
FOLDERS: Final = (ANCHORS, AUTHORITIES, MARKET, ISSUED)
MANIFEST: Final = Path("manifest.json")

ROOT: Final = ANCHORS / "racine.pem"
ROOT_CRL: Final = ANCHORS / "racine.crl"
ORGANISATIONS: Final = ANCHORS / "ac-organisations.pem"
ORGANISATIONS_CRL: Final = ANCHORS / "ac-organisations.crl"
MARKET_CA: Final = MARKET / "ac-marche.pem"
FOREIGN_ROOT: Final = AUTHORITIES / "etranger-racine.pem"
FOREIGN_ORGANISATIONS: Final = AUTHORITIES / "etranger-organisations.pem"
REVOCATIONS: Final = AUTHORITIES / "revocations.json"


def key_of(authority: str) -> Path:
    """Return the place of an authority's key."""
    return AUTHORITIES / f"{authority}.key"


def issued(kind: str, name: str) -> tuple[Path, Path]:
    """Return the places of a certificate and of its key."""
    safe = "".join(c if c.isalnum() or c in ".-_" else "_" for c in name)
    return ISSUED / kind / f"{safe}.pem", ISSUED / kind / f"{safe}.key"
