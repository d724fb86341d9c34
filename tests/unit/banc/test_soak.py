# SPDX-FileCopyrightText: 2026 drimm contributors
# SPDX-License-Identifier: EUPL-1.2
"""The command of the soak tests: what it is asked reaches them, and what it cannot do is told in French."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from banc.cli import app
from banc.soak import fuzz_images, fuzz_reception
from banc.soak.choix import PorteInconnue
from banc.soak.tempete import epreuve
from banc.soak.tempete.manques import DISQUE, HORLOGE, INCOMPLET, PACS_MUET

ALL = {"--sans-disque": DISQUE, "--sans-horloge": HORLOGE, "--sans-pacs-muet": PACS_MUET}


@pytest.mark.parametrize("options", [[], ["--sans-disque"], ["--sans-horloge", "--sans-pacs-muet"], list(ALL)], ids="-".join)
def test_a_storm_does_without_what_was_said_and_its_exit_code_is_that_of_the_command(
    options: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[Any] = []

    def storm(*given: Any) -> int:
        asked.append(given)
        return INCOMPLET

    monkeypatch.setattr(epreuve, "run", storm)
    assert CliRunner().invoke(app, ["soak", "tempete", "--reports", "7", "--graine", "3", *options]).exit_code == INCOMPLET
    assert asked == [(7, 3, frozenset(ALL[option] for option in options))]


@pytest.mark.parametrize(("nom", "door"), [("fuzz-reception", fuzz_reception), ("fuzz-images", fuzz_images)])
def test_one_door_is_asked_of_the_fuzzers_that_have_several(nom: str, door: Any, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    asked: list[Any] = []
    monkeypatch.setattr(door, "run", lambda *given: asked.append(given) or 1)
    assert CliRunner().invoke(app, ["soak", nom, "--minutes", "2", "--corpus", str(tmp_path), "--porte", "x"]).exit_code == 1
    assert asked == [(2.0, tmp_path, "x")]


@pytest.mark.parametrize("run", [fuzz_reception.run, fuzz_images.run])
def test_a_door_that_no_fuzzer_has_is_refused_before_anything_is_tried(run: Any, tmp_path: Path) -> None:
    with pytest.raises(PorteInconnue, match="Porte « xyz » inconnue : "):
        run(1.0, tmp_path, "xyz")


def test_one_door_of_a_whole_server_or_reader_of_the_images_is_fuzzed_alone(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    for name in ("http", "accept"):
        assert fuzz_images.run(0.002, tmp_path, name) == 0
        assert [line.partition(" : ")[0] for line in capsys.readouterr().out.splitlines() if " essais, " in line] == [name]


def test_a_fuzzer_of_one_door_takes_no_name_of_a_door() -> None:
    result = CliRunner().invoke(app, ["soak", "fuzz-liste", "--porte", "x"])
    assert result.exit_code == 2
    assert "n'a qu'une porte" in result.output
