# SPDX-FileCopyrightText: 2026 drimm contributors
# SPDX-License-Identifier: Apache-2.0
"""Signing with a key that never leaves a PKCS#11 token (SoftHSM)."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from cryptography.hazmat.primitives.serialization import Encoding

from banc.attaques.terrain import SIGNING_TIME, Terrain
from confiance.liste_blanche import SigningKeyError, sign
from confiance.xades.token import Place, TokenError, open_key
from tests.integration.confiance.conftest import Papers

pytestmark = pytest.mark.peer("softhsm2")
PIN = "2468"
MODULES = ("/usr/lib/softhsm/libsofthsm2.so", "/usr/lib/x86_64-linux-gnu/softhsm/libsofthsm2.so", "/usr/lib64/pkcs11/libsofthsm2.so")


@pytest.fixture(scope="module")
def place(papers: Papers, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Place]:
    folder = tmp_path_factory.mktemp("jeton")
    (folder / "jetons").mkdir()
    configuration = folder / "softhsm2.conf"
    configuration.write_text(f"directories.tokendir = {folder / 'jetons'}\nlog.level = ERROR\n")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("SOFTHSM2_CONF", str(configuration))
        init = ["softhsm2-util", "--init-token", "--free", "--label", "liste", "--pin", PIN, "--so-pin", PIN]
        subprocess.run(init, check=True, capture_output=True, timeout=60)
        load = ["softhsm2-util", "--import", str(papers.key), "--token", "liste", "--label", "signataire", "--id", "01", "--pin", PIN]
        subprocess.run(load, check=True, capture_output=True, timeout=60)
        yield Place(next(Path(path) for path in MODULES if Path(path).exists()), "liste", "signataire")


def test_a_token_signs_the_same_bytes_as_a_file(terrain: Terrain, papers: Papers, place: Place) -> None:
    chain = [c.public_bytes(Encoding.PEM) for c in terrain.key.chain]
    with open_key(place, PIN, papers.leaf.read_bytes(), chain) as key:
        assert sign(terrain.brouillon, key, signing_time=SIGNING_TIME) == terrain.data


@pytest.mark.parametrize("wrong", [{"module": Path("/absent.so")}, {"token": "autre"}, {"key": "autre"}])
def test_a_place_where_the_key_is_not_is_said(papers: Papers, place: Place, wrong: dict[str, Any]) -> None:
    with pytest.raises(TokenError), open_key(replace(place, **wrong), PIN, papers.leaf.read_bytes()):
        pass


def test_a_wrong_code_is_said_without_showing_it(papers: Papers, place: Place) -> None:
    with pytest.raises(TokenError) as refusal, open_key(place, "9999", papers.leaf.read_bytes()):
        pass
    assert "9999" not in str(refusal.value)


def test_the_key_of_another_certificate_is_refused(papers: Papers, place: Place) -> None:
    with pytest.raises(SigningKeyError), open_key(place, PIN, papers.ca.read_bytes()):
        pass
    with pytest.raises(SigningKeyError), open_key(place, PIN, b"rien"):
        pass


def test_the_library_may_be_absent(papers: Papers, place: Place, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "pkcs11", None)
    with pytest.raises(TokenError), open_key(place, PIN, papers.leaf.read_bytes()):
        pass


def test_the_command_signs_with_a_token(terrain: Terrain, papers: Papers, place: Place, tmp_path: Path) -> None:
    from confiance.cli import main

    (tmp_path / "brouillon.xml").write_bytes(terrain.body)
    (tmp_path / "code").write_text(PIN + "\n")
    argv = ["sign", str(tmp_path / "brouillon.xml"), "-o", str(tmp_path / "liste.xml"), "--certificate", str(papers.leaf)]
    argv += ["--chain", str(papers.ca), "--chain", str(papers.root), "--signing-time", SIGNING_TIME.isoformat()]
    argv += ["--pkcs11", str(place.module), "--token", place.token, "--key-label", place.key, "--pin-file", str(tmp_path / "code")]
    assert main(argv) == 0
    assert (tmp_path / "liste.xml").read_bytes() == terrain.data
