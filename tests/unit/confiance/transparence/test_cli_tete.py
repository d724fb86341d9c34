# SPDX-FileCopyrightText: 2026 drimm contributors
# SPDX-License-Identifier: Apache-2.0
"""The command, with heads and proofs: what a person or a script is told, and the exit codes."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from banc.attaques.publication import Publication, cle, liste_at
from banc.attaques.terrain import NOW, Terrain
from confiance.cli import main
from confiance.distinguished_name import DistinguishedName
from confiance.transparence import store
from confiance.transparence.merkle import root

HOUR = timedelta(hours=1)
AT = "2026-11-01T12:00:00Z"


def pem_of(name: str) -> bytes:
    key = Ed25519PublicKey.from_public_bytes(cle(name).public.public_key)
    return key.public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)


@dataclass
class Desk:
    """Files of a person at a shell."""

    folder: Path
    publication: Publication
    trust: list[str] = field(default_factory=list)
    keys: list[str] = field(default_factory=list)

    def write(self, name: str, data: bytes) -> str:
        path = self.folder / name
        path.write_bytes(data)
        return str(path)


@pytest.fixture
def desk(tmp_path: Path, terrain: Terrain, publication: Publication, liste: bytes) -> Desk:
    (tmp_path / "ancres").mkdir()
    for name, authority in (("racine", terrain.root), ("autorite", terrain.ca)):
        (tmp_path / "ancres" / f"{name}.pem").write_bytes(authority.certificate.public_bytes(Encoding.PEM))
    desk = Desk(tmp_path, publication)
    signer = str(DistinguishedName.from_certificate(terrain.key.certificate))
    desk.trust = ["--anchors", str(tmp_path / "ancres"), "--revocation", "soft", "--signer", signer]
    for name in ("signataire", "temoin"):
        desk.keys += ["--head-key", f"{name}={desk.write(f'{name}.pem', pem_of(name))}"]
    desk.write("liste.xml", liste)
    desk.write("tete.json", publication.tete(NOW))
    return desk


def _verify(desk: Desk, *options: str, liste: str = "liste.xml", at: str = AT) -> int:
    return main(["verify", str(desk.folder / liste), *desk.trust, "--at", at, *options])


def _head(desk: Desk, name: str = "tete.json") -> list[str]:
    return ["--head", str(desk.folder / name), *desk.keys]


def _json(capsys: pytest.CaptureFixture[str]) -> dict[str, Any]:
    value = json.loads(capsys.readouterr().out)
    assert isinstance(value, dict)
    return value


def test_a_list_confirmed_by_its_head_is_told_to_a_person_and_to_a_script(desk: Desk, capsys: pytest.CaptureFixture[str]) -> None:
    assert _verify(desk, *_head(desk)) == 0
    out = capsys.readouterr().out
    assert "La Tête confirme la liste." in out
    assert "numéro        : 1, liste 1, Journal de 1" in out
    assert _verify(desk, *_head(desk), "--json") == 0
    answer = _json(capsys)
    assert answer["accepted"] is True
    assert answer["tete"]["etat"] == "confirmee"
    assert (answer["tete"]["numero"], answer["tete"]["liste"], answer["tete"]["alarm"]) == (1, answer["sha256"], False)


def test_without_head_nothing_is_said_of_it(desk: Desk, capsys: pytest.CaptureFixture[str]) -> None:
    assert _verify(desk, "--json") == 0
    assert "tete" not in _json(capsys)


def test_a_list_older_than_the_head_is_refused(desk: Desk, capsys: pytest.CaptureFixture[str]) -> None:
    desk.publication.publish(liste_at(1), at=NOW)
    desk.write("neuve.json", desk.publication.tete(NOW))
    assert _verify(desk, *_head(desk, "neuve.json"), "--json") == 1
    assert _json(capsys)["code"] == "tete.liste_anterieure"


@pytest.mark.parametrize(
    ("options", "code", "expected"),
    [
        (["--head-threshold", "3"], 3, "tete.cles"),
        (["--head-threshold", "0"], 3, "tete.cles"),
        (["--head-key", "temoin2=temoin.pem"], 3, "tete.cles"),
        (["--head-key", "autre=absent.pem"], 3, "fichier.illisible"),
        (["--head-key", "autre=tete.json"], 3, "tete.cles"),
        (["--head-key", "coffre=coffre.pem"], 1, "tete.peu_signee"),
        (["--head-key", "coffre=coffre.pem", "--head-threshold", "2"], 0, ""),
    ],
)
def test_the_keys_decide(
    desk: Desk,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
    options: list[str],
    code: int,
    expected: str,
) -> None:
    monkeypatch.chdir(desk.folder)
    desk.write("coffre.pem", pem_of("coffre"))
    assert _verify(desk, *_head(desk), *options) == code
    assert expected in capsys.readouterr().err


def test_a_head_without_a_key_is_not_believed(desk: Desk, capsys: pytest.CaptureFixture[str]) -> None:
    assert _verify(desk, "--head", str(desk.folder / "tete.json")) == 3
    assert "--head-key" in capsys.readouterr().err


def test_a_late_head_is_refused_when_given(desk: Desk, capsys: pytest.CaptureFixture[str]) -> None:
    assert _verify(desk, *_head(desk), at="2026-11-04T12:00:00Z") == 1
    assert "tete.expiree" in capsys.readouterr().err


def test_the_memory_of_heads_refuses_what_one_file_cannot_show(desk: Desk, capsys: pytest.CaptureFixture[str]) -> None:
    state = ["--head-state", str(desk.folder / "tete.etat"), "--state", str(desk.folder / "liste.etat")]
    liar = desk.publication.fork()
    assert _verify(desk, *_head(desk), *state) == 0
    assert "freshness          : fresh" in capsys.readouterr().out
    desk.write("neuve.xml", liste_at(1))
    desk.publication.publish(liste_at(1), at=NOW)
    desk.write("neuve.json", desk.publication.tete(NOW))
    assert _verify(desk, *_head(desk, "neuve.json"), *state, liste="neuve.xml") == 1
    assert "tete.consistance" in capsys.readouterr().err
    proof = ["--consistency", desk.write("preuve.json", desk.publication.consistency(1))]
    assert _verify(desk, *_head(desk, "neuve.json"), *state, *proof, liste="neuve.xml") == 0
    assert _verify(desk, *_head(desk), *state, liste="neuve.xml") == 1
    assert "tete.retour_arriere" in capsys.readouterr().err
    desk.write("mensonge.json", liar.tete(NOW, previous="ab" * 32))
    assert _verify(desk, *_head(desk, "mensonge.json"), *state, liste="neuve.xml") == 1
    assert "tete.equivoque" in capsys.readouterr().err
    assert store.load(desk.folder / "tete.etat", desk.publication.policy).equivoque is not None
    assert _verify(desk, *desk.keys, *state, "--json", liste="neuve.xml") == 0
    answer = _json(capsys)
    assert (answer["tete"]["etat"], answer["tete"]["alarm"], answer["freshness"]) == ("equivoque", True, "stale-warn")


def test_a_memory_that_was_changed_is_unreadable(desk: Desk, capsys: pytest.CaptureFixture[str]) -> None:
    assert _verify(desk, *_head(desk), "--head-state", desk.write("tete.etat", b"x")) == 3
    assert "tete.etat" in capsys.readouterr().err


# proofs


@pytest.fixture
def log(desk: Desk) -> Desk:
    """Five lists, and the files that a publisher shows of them."""
    for minutes in range(1, 5):
        desk.publication.publish(liste_at(minutes), at=NOW)
    desk.write("neuve.json", desk.publication.tete(NOW))
    desk.write("inclusion.json", desk.publication.inclusion(1))
    desk.write("consistance.json", desk.publication.consistency(1))
    return desk


def _log(desk: Desk, kind: str, *options: str) -> int:
    return main(["log", kind, str(desk.folder / ("inclusion.json" if kind == "inclusion" else "consistance.json")), *options])


def test_an_inclusion_is_checked_against_a_head_or_a_root(log: Desk, capsys: pytest.CaptureFixture[str]) -> None:
    liste = ["--list", str(log.folder / "liste.xml")]
    assert _log(log, "inclusion", *_head(log, "neuve.json"), *liste) == 0
    assert "Preuve acceptée." in capsys.readouterr().out
    top = root(log.publication.noeuds, 5).hex()
    assert _log(log, "inclusion", "--root", top.upper(), "--json") == 0
    answer = _json(capsys)
    assert (answer["accepted"], answer["sequence"], answer["taille"], answer["racine"]) == (True, 1, 5, top)
    assert _log(log, "inclusion", "--root", "ab" * 32) == 1
    assert _log(log, "inclusion", *_head(log)) == 1
    assert _log(log, "inclusion", "--root", top, "--list", str(log.folder / "tete.json")) == 1
    assert "journal_listes.inclusion_fausse" in capsys.readouterr().err


def test_a_consistency_is_checked_between_two_heads_or_two_roots(log: Desk, capsys: pytest.CaptureFixture[str]) -> None:
    old, new = (str(log.folder / name) for name in ("tete.json", "neuve.json"))
    assert _log(log, "consistency", "--head", old, "--head", new, *log.keys) == 0
    roots = [root(log.publication.noeuds, size).hex() for size in (1, 5)]
    assert _log(log, "consistency", "--root", roots[0], "--root", roots[1], "--json") == 0
    capsys.readouterr()
    assert _log(log, "consistency", "--root", roots[1], "--root", roots[0], "--json") == 1
    assert _json(capsys)["code"] == "journal_listes.consistance_fausse"
    assert _log(log, "consistency", "--head", new, "--head", old, *log.keys) == 1


@pytest.mark.parametrize("options", [[], ["--root", "ab" * 32], ["--root", "ab" * 32] * 3])
def test_the_roots_must_be_as_many_as_asked(log: Desk, options: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    assert _log(log, "consistency", *options) == 1
    assert "2 fois --root" in capsys.readouterr().err


def test_heads_of_a_proof_need_keys_and_their_age_does_not_matter(log: Desk, capsys: pytest.CaptureFixture[str]) -> None:
    assert _log(log, "inclusion", "--head", str(log.folder / "neuve.json")) == 3
    assert _log(log, "inclusion", "--head", str(log.folder / "neuve.json"), *log.keys) == 0


def test_what_is_no_proof_is_refused(log: Desk, capsys: pytest.CaptureFixture[str]) -> None:
    log.write("inclusion.json", b"{}")
    assert _log(log, "inclusion", "--root", "ab" * 32, "--json") == 1
    assert _json(capsys)["code"] == "journal_listes.preuve_illisible"


@pytest.mark.parametrize(
    ("argv", "expected"),
    [
        (["verify", "x", "--anchors", "y", "--head-key", "temoin.pem"], "clé mal désignée"),
        (["verify", "x", "--anchors", "y", "--head-key", "a b=x"], "clé mal désignée"),
        (["verify", "x", "--anchors", "y", "--head-threshold", "deux"], "valeur incorrecte"),
        (["log", "autre", "x"], "valeur inconnue"),
        (["log", "inclusion", "x", "--root", "ab"], "racine illisible"),
    ],
)
def test_wrong_usage_is_said_in_french_with_two(argv: list[str], expected: str, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as end:
        main(argv)
    assert end.value.code == 2
    assert expected in capsys.readouterr().err
