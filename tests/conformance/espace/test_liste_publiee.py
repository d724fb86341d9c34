# SPDX-FileCopyrightText: 2026 drimm contributors
# SPDX-License-Identifier: EUPL-1.2
"""The published list under programs that are not ours."""

from __future__ import annotations

import html
import re
import shlex
import subprocess
import sys
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from django.test import Client

from espace.config import current
from espace.liste_blanche import actions
from espace.liste_blanche.publication import Publisher
from tests.espace_donnees import ZONE, integrate


def test_the_command_shown_on_the_public_page_verifies_the_list(espace: Any, tmp_path: Path) -> None:
    integrate(now=datetime.now(UTC))
    actions.demander_publication(auteur="essai", now=datetime.now(UTC))
    with espace.role("signataire"):
        Publisher(current().liste_blanche, zone=ZONE).publish_waiting()
    visitor = Client(headers={"host": "127.0.0.1"})
    page = html.unescape(visitor.get("/liste/").content.decode()).replace("\\\n", "")  # a line that goes on is one line
    shown = re.search(r"^confiance (verify .*?)</code>", page, re.MULTILINE)
    assert shown
    (tmp_path / "liste-blanche.xml").write_bytes(visitor.get("/liste-blanche.xml").content)
    (tmp_path / "autorites").symlink_to(espace.pki.anchors_dir)
    argv = [sys.executable, "-m", "confiance", *shlex.split(shown[1])]
    done = subprocess.run(argv, cwd=tmp_path, capture_output=True, text=True, timeout=60, check=False)
    assert done.returncode == 0, done.stdout + done.stderr


@pytest.mark.peer("xmlsec1")
@pytest.mark.parametrize("pacs", [0, 1, 40])
def test_xmlsec1_verifies_the_published_list_with_the_anchors_of_the_readers(espace: Any, pacs: int) -> None:
    if pacs:
        integrate(pacs, now=datetime.now(UTC), denomination="Opérateur d'Ô & fils <SARL> « Côte-d'Or »")
    actions.demander_publication(auteur="essai", now=datetime.now(UTC))
    with espace.role("signataire"):
        assert Publisher(current().liste_blanche, zone=ZONE).publish_waiting() == 1
    path = espace.publication / "liste-blanche.xml"
    argv = [
        "xmlsec1", "--verify", "--enabled-reference-uris", "empty,same-doc",
        "--trusted-pem", str(espace.pki.root), "--untrusted-pem", str(espace.pki.intermediate),
        "--id-attr:Id", "http://uri.etsi.org/01903/v1.3.2#:SignedProperties", str(path),
    ]  # fmt: skip
    done = subprocess.run(argv, capture_output=True, text=True, timeout=60, check=False)
    assert done.returncode == 0, done.stderr
    assert "SignedInfo References (ok/all): 2/2" in done.stderr
    path.write_bytes(path.read_bytes().replace(b"DRIM-M", b"DRIM-N", 1) if not pacs else path.read_bytes().replace(b"db1.", b"db9.", 1))
    assert subprocess.run(argv, capture_output=True, timeout=60, check=False).returncode != 0
