# SPDX-FileCopyrightText: 2026 drimm contributors
# SPDX-License-Identifier: Apache-2.0
"""Programs that nobody here wrote verify what we sign; where they are known to accept a forgery, it is shown that we do not."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest

from banc.attaques.jugement import named
from banc.attaques.terrain import NOW, SIGNING_TIME, Terrain
from confiance.liste_blanche import ListeBlancheRefused, Shape, sign, verify
from tests.integration.confiance.conftest import Papers

KNOWN_TO_FOOL_XMLSEC1 = ("cache_apres", "domaine_dans_objet", "autre_organisme", "fausses_proprietes")


def _xmlsec1(path: Path, papers: Papers) -> bool:
    command = ["xmlsec1", "--verify", "--enabled-reference-uris", "empty,same-doc"]
    command += ["--trusted-pem", str(papers.root), "--untrusted-pem", str(papers.ca)]
    command += ["--id-attr:Id", "http://uri.etsi.org/01903/v1.3.2#:SignedProperties"]
    command += ["--verification-time", f"{NOW:%Y-%m-%d %H:%M:%S}", str(path)]
    return subprocess.run(command, capture_output=True, timeout=60, check=False).returncode == 0


@pytest.mark.peer("xmlsec1")
@pytest.mark.parametrize("shape", list(Shape))
def test_xmlsec1_verifies_what_we_sign(terrain: Terrain, papers: Papers, tmp_path: Path, shape: Shape) -> None:
    path = tmp_path / "liste.xml"
    path.write_bytes(sign(terrain.brouillon, terrain.key, signing_time=SIGNING_TIME, shape=shape))
    assert _xmlsec1(path, papers)
    path.write_bytes(path.read_bytes().replace(b"db1.3.", b"db1.4."))
    assert not _xmlsec1(path, papers)


@pytest.mark.peer("xmlsec1")
@pytest.mark.parametrize("name", KNOWN_TO_FOOL_XMLSEC1)
def test_forgeries_that_fool_xmlsec1_are_refused_here(terrain: Terrain, papers: Papers, tmp_path: Path, name: str) -> None:
    path = tmp_path / "liste.xml"
    path.write_bytes(named(name).build(terrain).data)
    assert _xmlsec1(path, papers)
    with pytest.raises(ListeBlancheRefused):
        verify(path.read_bytes(), terrain.policy, at=NOW)


@pytest.fixture(scope="module")
def java(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("java")
    source = Path(__file__).with_name("Verifier.java")
    subprocess.run(["javac", "-d", str(folder), str(source)], check=True, capture_output=True, timeout=120)
    return folder


def _jdk(java: Path, papers: Papers, *lists: Path) -> list[str]:
    command = ["java", "-cp", str(java), "Verifier", str(papers.leaf), *map(str, lists)]
    return subprocess.run(command, check=True, capture_output=True, text=True, timeout=120).stdout.split()


@pytest.mark.peer("jdk")
def test_the_jdk_verifies_what_we_sign(terrain: Terrain, papers: Papers, java: Path, tmp_path: Path) -> None:
    files = []
    for shape in (Shape.FILTER2, Shape.ENVELOPED):
        good, bad = tmp_path / f"{shape.value}.xml", tmp_path / f"{shape.value}-fausse.xml"
        good.write_bytes(sign(terrain.brouillon, terrain.key, signing_time=SIGNING_TIME, shape=shape))
        bad.write_bytes(good.read_bytes().replace(b"db1.3.", b"db1.4."))
        files += [good, bad]
    assert _jdk(java, papers, *files) == ["OK", "FAUX", "OK", "FAUX"]


@pytest.mark.peer("jdk")
def test_a_forgery_that_fools_the_jdk_is_refused_here(terrain: Terrain, papers: Papers, java: Path, tmp_path: Path) -> None:
    path = tmp_path / "liste.xml"
    path.write_bytes(named("cache_apres").build(terrain).data)
    assert _jdk(java, papers, path) == ["OK"]
    with pytest.raises(ListeBlancheRefused):
        verify(path.read_bytes(), terrain.policy, at=NOW)
