# SPDX-FileCopyrightText: 2026 drimm contributors
# SPDX-License-Identifier: EUPL-1.2
"""A short run of the fuzzer of each door, always the same, and the proof that its oracles can fail."""

from __future__ import annotations

import random
import time
from pathlib import Path

import pytest

from banc.soak import fuzz_reception, portes_reception
from banc.soak.choix import PorteInconnue, chosen
from banc.soak.fuzz import Surprise
from banc.soak.fuzz_reception import Fuzzer, check, run, seeds_of
from banc.soak.portes_reception import PORTES, Porte
from drimbox.source.reception.mllp import Framer

STEPS = {"mllp": 25_000, "hl7": 15_000, "cda": 20_000, "note": 25_000}
RUNS = range(20261122, 20261126)
"""Each door in four runs, a minute of one processor together."""


def door(nom: str) -> Porte:
    return next(porte for porte in PORTES if porte.nom == nom)


@pytest.mark.filterwarnings("ignore::UserWarning")  # pydicom says aloud what it thinks of hostile data sets
@pytest.mark.parametrize("nom", sorted(STEPS))
@pytest.mark.parametrize("seed", RUNS)
def test_no_mutation_surprises_a_door(nom: str, seed: int, tmp_path: Path) -> None:
    fuzzer = Fuzzer(random.Random(seed), seeds_of(door(nom)), porte=door(nom))
    for _ in range(STEPS[nom]):
        fuzzer.step(tmp_path)
    assert list(tmp_path.iterdir()) == []
    assert sum(fuzzer.verdicts.values()) == STEPS[nom]
    assert len(fuzzer.verdicts) >= 3


@pytest.mark.filterwarnings("ignore::UserWarning")
def test_a_run_of_a_moment_goes_through_every_door(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(0.002, tmp_path, seed=7) == 0
    shown = capsys.readouterr().out
    assert all(f"porte {porte.nom}" in shown for porte in PORTES)


@pytest.mark.parametrize(
    ("nom", "reader"), [("hl7", "interpret"), ("cda", "read_cda"), ("note", "read_note"), ("mllp", "Framer")], ids=lambda name: name
)
def test_a_reader_that_lets_another_error_out_is_caught_and_kept(
    nom: str, reader: str, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    def broken(*_values: object, **_named: object) -> object:
        raise KeyError

    monkeypatch.setattr(portes_reception, reader, broken)
    with pytest.raises(Surprise, match="KeyError"):
        check(door(nom), seeds_of(door(nom))[0])
    fuzzer = Fuzzer(random.Random(1), seeds_of(door(nom)), porte=door(nom))
    while not fuzzer.surprises:
        fuzzer.step(tmp_path / "plantages")
    assert {path.suffix for path in (tmp_path / "plantages").iterdir()} == {".bin", ".txt"}


def test_one_door_alone_is_fuzzed_by_the_beginning_of_its_name(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(0.001, tmp_path, "ml", seed=7) == 0
    shown = capsys.readouterr().out
    assert [porte.nom for porte in PORTES if f"porte {porte.nom}," in shown] == ["mllp"]


@pytest.mark.parametrize(("asked", "told"), [("xyz", "inconnue : mllp, hl7, cda, note"), ("", ""), ("c", "")])
def test_a_door_that_is_not_there_is_told_with_those_that_are(asked: str, told: str) -> None:
    names = [porte.nom for porte in PORTES]
    if told:
        with pytest.raises(PorteInconnue, match=told):
            chosen(names, asked)
    else:
        assert chosen(names, asked) == ([name for name in names if name.startswith(asked)])
    with pytest.raises(PorteInconnue, match="ambiguë : objet, objets"):
        chosen(["objet", "objets"], "obj")
    assert chosen(["objet", "objets"], "objet") == ["objet"]


def test_a_framer_that_loses_what_came_in_pieces_is_caught(monkeypatch: pytest.MonkeyPatch) -> None:
    class Forgetful(Framer):
        def feed(self, data: bytes) -> list[bytes]:
            return super().feed(data) if len(data) > 60 else []

    monkeypatch.setattr(portes_reception, "Framer", Forgetful)
    with pytest.raises(Surprise, match="pieces"):
        check(door("mllp"), seeds_of(door("mllp"))[1])


def test_a_door_that_takes_too_long_is_caught(monkeypatch: pytest.MonkeyPatch) -> None:
    def slow(_data: bytes) -> str:
        end = time.process_time() + 0.01  # the fuzzer counts processor time
        while time.process_time() < end:
            pass
        return "accepte"

    monkeypatch.setattr(fuzz_reception, "MAX_SECONDS", 0.001)
    with pytest.raises(Surprise, match="too long"):
        check(Porte("lente", slow, ()), b"")
