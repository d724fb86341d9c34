# SPDX-FileCopyrightText: 2026 drimm contributors
# SPDX-License-Identifier: Apache-2.0
"""The honest world, and its files for other programs."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat

from banc.attaques import autorite
from banc.attaques.terrain import Terrain, make_terrain


@dataclass(frozen=True)
class Papers:
    """PEM files of the honest world."""

    root: Path
    ca: Path
    leaf: Path
    key: Path


@pytest.fixture(scope="session")
def terrain() -> Terrain:
    """A PKI, a signer, a list of twelve rows and an honest policy."""
    return make_terrain()


@pytest.fixture(scope="session")
def papers(terrain: Terrain, tmp_path_factory: pytest.TempPathFactory) -> Papers:
    folder = tmp_path_factory.mktemp("papiers")
    papers = Papers(*(folder / name for name in ("racine.pem", "autorite.pem", "signataire.pem", "cle.pem")))
    papers.root.write_bytes(terrain.root.certificate.public_bytes(Encoding.PEM))
    papers.ca.write_bytes(terrain.ca.certificate.public_bytes(Encoding.PEM))
    papers.leaf.write_bytes(terrain.key.certificate.public_bytes(Encoding.PEM))
    papers.key.write_bytes(autorite.key("signer").private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()))
    return papers
