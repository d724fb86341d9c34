# SPDX-FileCopyrightText: 2026 drimm contributors
# SPDX-License-Identifier: EUPL-1.2
"""The measure of a PACS, and the question that goes before a retrieval."""

from __future__ import annotations

import asyncio
import json
import time
from pathlib import Path
from types import SimpleNamespace

import pytest
from typer.testing import CliRunner

from banc.jeux import IDENTITE
from banc.pacs import PacsSimulator
from banc.pacs.orthanc import OrthancPacs
from drimbox.cli import pacs as cli_pacs
from drimbox.config import Pacs
from drimbox.socle.pacs import flux, mesure
from drimbox.socle.pacs.classes import classes_of
from drimbox.socle.pacs.errors import PacsAbsent
from drimbox.socle.pacs.flux import DemandeImages
from drimbox.socle.pacs.mesure import mesurer
from tests.integration.drimbox.pacs.conftest import kept, settings_of

STUDY = IDENTITE.examens[0].study_instance_uid
CT = "1.2.840.10008.5.1.4.1.1.2"


class Settings:
    """The only part of the settings that these commands read."""

    def __init__(self, *pacs):
        self.pacs = pacs


def run(monkeypatch: pytest.MonkeyPatch, settings: Settings, *arguments: str):
    monkeypatch.setattr(cli_pacs, "use", lambda _config: settings)
    return CliRunner().invoke(cli_pacs.app, ["speedtest", *arguments])


def test_a_measure_counts_what_came(pacs_a: PacsSimulator):
    mesure = mesurer(settings_of(pacs_a), STUDY)
    assert (mesure.instances, mesure.octets) == (8, sum(map(len, kept(pacs_a).values())))
    assert mesure.syntaxes == {"1.2.840.10008.1.2.1": 4, "1.2.840.10008.1.2.4.80": 4}
    assert 0 < mesure.premiere_image <= mesure.duree
    assert mesure.mbit_par_seconde == pytest.approx(8 * mesure.octets / mesure.duree / 1e6)


def test_what_the_mesh_does_not_ask_is_not_in_the_measure(pacs_a: PacsSimulator, monkeypatch: pytest.MonkeyPatch):
    said = list[str]()

    async def asked(pacs: Pacs, demande: DemandeImages) -> tuple[str, ...]:
        said.append("question")
        return await classes_of(pacs, demande)

    def clock() -> float:
        said.append("clock")
        return time.perf_counter()

    monkeypatch.setattr(mesure, "classes_of", asked)
    monkeypatch.setattr(mesure, "time", SimpleNamespace(perf_counter=clock))
    monkeypatch.setattr(mesure, "_seconds_of_echo", lambda _pacs: 0.0)
    monkeypatch.setattr(flux, "classes_of", asked)
    assert mesurer(settings_of(pacs_a), STUDY).instances == 8
    assert said == ["question", "clock", "clock", "clock"]  # the beginning, the first image, the end


def test_the_command_shows_each_pacs_and_gives_json(pacs_a: PacsSimulator, monkeypatch):
    settings = Settings(settings_of(pacs_a))
    shown = run(monkeypatch, settings, "--study", STUDY)
    assert shown.exit_code == 0
    assert "Mbit/s" in shown.stdout
    assert "syntaxe 1.2.840.10008.1.2.4.80 : 4 images" in shown.stdout
    given = json.loads(run(monkeypatch, settings, "--study", STUDY, "--json", "--pacs", "PACSA").stdout)
    assert given["mesures"][0]["instances"] == 8


def test_a_pacs_that_cannot_be_measured_is_told_and_fails(pacs_a: PacsSimulator, monkeypatch):
    absent = run(monkeypatch, Settings(settings_of(pacs_a)))
    assert absent.exit_code == 1  # the reference study is not there
    assert "ne détient pas" in absent.stderr
    assert run(monkeypatch, Settings(settings_of(pacs_a)), "--pacs", "OTHER").exit_code == 2


async def test_a_pacs_that_does_not_say_its_classes_is_asked_for_each_instance(pacs_a: PacsSimulator):
    assert await classes_of(settings_of(pacs_a), DemandeImages(STUDY)) == (CT,)
    with pytest.raises(PacsAbsent):
        await classes_of(settings_of(pacs_a), DemandeImages("1.2.3"))


@pytest.mark.peer("orthanc")
def test_a_pacs_that_says_its_classes_is_asked_once(orthanc: OrthancPacs, exam: Path, monkeypatch):
    orthanc.upload(sorted(exam.glob("*.dcm")))
    monkeypatch.setattr("drimbox.socle.pacs.classes.find_etude", lambda *_a, **_k: pytest.fail("every instance was listed"))
    assert asyncio.run(classes_of(settings_of(orthanc), DemandeImages(STUDY))) == (CT,)
    with pytest.raises(PacsAbsent):
        asyncio.run(classes_of(settings_of(orthanc), DemandeImages("1.2.3")))
