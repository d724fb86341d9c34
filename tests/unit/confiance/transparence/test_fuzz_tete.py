# SPDX-FileCopyrightText: 2026 drimm contributors
# SPDX-License-Identifier: Apache-2.0
"""A short run of the fuzzer of heads, always the same, and the proof that its oracle can fail."""

from __future__ import annotations

import random
from pathlib import Path

import pytest

from banc.attaques.terrain import NOW
from banc.soak import fuzz_tete
from banc.soak.fuzz import Surprise
from banc.soak.fuzz_tete import Fuzzer, check, run
from confiance.transparence import TrustedTete, verify_tete
from confiance.transparence.verifier import TetePolicy, TeteVerifiee


def test_four_hundred_mutations_surprise_no_reader(tmp_path: Path) -> None:
    fuzzer = Fuzzer(random.Random(20261101))
    for _ in range(400):
        fuzzer.step(tmp_path)
    assert fuzzer.surprises == 0
    assert sum(fuzzer.verdicts.values()) == 400
    assert len(fuzzer.verdicts) > 6
    assert list(tmp_path.iterdir()) == []


def test_a_run_of_a_moment_ends_well(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(0.005, tmp_path, seed=1) == 0
    assert "0 surprises" in capsys.readouterr().out


def test_a_reader_that_lets_another_error_out_is_caught(monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(data: bytes, policy: TetePolicy, *, at: object) -> TeteVerifiee:
        raise KeyError

    fuzzer = Fuzzer(random.Random(1))
    monkeypatch.setattr(fuzz_tete, "verify_tete", broken)
    with pytest.raises(Surprise, match="KeyError"):
        check(b"{}", fuzzer.held)


def test_a_reader_that_believes_one_signature_is_caught(monkeypatch: pytest.MonkeyPatch) -> None:
    fuzzer = Fuzzer(random.Random(1))
    lax = fuzzer.publication.fork().tete(NOW, signers=fuzzer.publication.cles[:1])

    def believing(data: bytes, policy: TetePolicy, *, at: object) -> TeteVerifiee:
        honest = verify_tete(fuzzer.publication.tetes[0], policy, at=NOW)
        return TeteVerifiee(_seal(), data, honest._parts, honest.tete, frozenset({"temoin"}))

    monkeypatch.setattr(fuzz_tete, "verify_tete", believing)
    with pytest.raises(Surprise, match="too few"):
        check(lax, fuzzer.held)


def test_a_memory_that_goes_back_is_caught(monkeypatch: pytest.MonkeyPatch) -> None:
    fuzzer = Fuzzer(random.Random(1))

    def forgets(self: TrustedTete, data: bytes, **_: object) -> None:
        self.restart()

    monkeypatch.setattr(TrustedTete, "update", forgets)
    with pytest.raises(Surprise, match="back"):
        check(b"{}", fuzzer.held)


def _seal() -> object:
    from confiance.transparence import verifier

    return verifier._SEAL
