# SPDX-FileCopyrightText: 2026 drimm contributors
# SPDX-License-Identifier: EUPL-1.2
"""What the official schema says of a report."""

from __future__ import annotations

from pathlib import Path

import pytest

from banc.jeux import make_report
from drimbox.source.compte_rendu.controle import MOST, validate
from drimbox.source.compte_rendu.errors import CompteRenduIllisible

REPORT = make_report()


@pytest.fixture
def schema(shared_data: Path) -> Path:
    return shared_data / "cda" / "infrastructure" / "cda" / "CDA_extended.xsd"


@pytest.mark.donnees
def test_our_sample_and_every_public_report_are_valid(schema: Path, shared_data: Path) -> None:
    assert validate(REPORT, schema).ecarts == ()
    reports = [path for path in (shared_data / "cda").iterdir() if path.suffix.lower() == ".xml"]
    assert len(reports) >= 6
    for path in reports:
        assert validate(path.read_bytes(), schema).ecarts == (), path.name


@pytest.mark.donnees
def test_a_report_that_the_schema_does_not_allow_is_told_line_by_line(schema: Path) -> None:
    wrong = REPORT.replace(b"<languageCode", b"<intrus/><languageCode").replace(b'code="fr-FR"', b'code=" "')
    ecarts = validate(wrong, schema).ecarts
    assert any("intrus" in ecart.texte for ecart in ecarts)
    assert 0 < len(ecarts) <= MOST


def test_a_schema_that_cannot_be_read_is_said_and_stops_nothing(tmp_path: Path) -> None:
    wrong = tmp_path / "CDA.xsd"
    assert "ne peut pas être lu" in validate(REPORT, wrong).impossible
    wrong.write_text("<not-a-schema/>")
    assert "ne peut pas être lu" in validate(REPORT, wrong).impossible


def test_what_is_no_cda_is_refused(tmp_path: Path) -> None:
    with pytest.raises(CompteRenduIllisible):
        validate(b"<a/>", tmp_path / "CDA.xsd")
