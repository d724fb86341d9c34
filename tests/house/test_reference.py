# SPDX-FileCopyrightText: 2026 drimm contributors
# SPDX-License-Identifier: EUPL-1.2
"""The generated pages are current, every setting is described, every error has its code, its French sentence and its cure."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

import pytest

from confiance.exploitation.settings import reference
from tests.house import errors
from tests.house.forms import forms
from tests.house.reference import pages
from tests.house.sources import where

ROWS = errors.rows()


@pytest.mark.parametrize("page", pages(), ids=where)
def test_the_generated_page_is_current(page: Path) -> None:
    assert page.read_text(encoding="utf-8") == pages()[page](), "python -m tests.house.reference writes it again"


def test_every_setting_has_a_french_description_that_ends_as_a_sentence() -> None:
    from drimbox.config import DrimboxSettings
    from espace.config import EspaceSettings

    settings = {f"{cls.program}: {key}": text for cls in (EspaceSettings, DrimboxSettings) for key, _, _, text in reference(cls)}
    assert len(settings) > 50
    assert [key for key, text in settings.items() if not text.rstrip('"»)').endswith(".")] == []


def test_every_setting_has_a_form_in_french() -> None:
    from drimbox.config import DrimboxSettings
    from espace.config import EspaceSettings

    for cls in (EspaceSettings, DrimboxSettings):
        found = dict(forms(cls))
        assert list(found) == [key for key, *_ in reference(cls)]
        assert [key for key, kind in found.items() if not kind or "<" in kind or "." in kind] == []


def test_errors_of_the_four_packages_are_found() -> None:
    assert {row.package for row in ROWS} >= {"confiance", "drimbox"}
    assert {"configuration.invalide", "liste_blanche.refusee", "pacs.indisponible"} <= {row.code for row in ROWS}


# codes that two classes say on purpose: code → reason
SAID_TWICE = {
    "compte_rendu.illisible": "the reception answers under the code of the report's reader",
    "journal.ligne_refusee": "each program has its journal, with the same rule",
}


def test_no_two_errors_share_a_code() -> None:
    codes = Counter(row.code for row in ROWS if row.own_code and row.code not in SAID_TWICE)
    assert {code: [row.place for row in ROWS if row.code == code and row.own_code] for code, n in codes.items() if n > 1} == {}


@pytest.mark.parametrize("row", [row for row in ROWS if row.leaf], ids=lambda row: row.name)
def test_the_error_has_a_code_a_french_sentence_and_a_cure(row: errors.Row) -> None:
    assert row.code != "drimm.erreur", f"{row.place}: no code"
    assert row.message not in {"", "Une erreur est survenue."}, f"{row.place}: no message"
    assert row.message.endswith((".", "(calculé)")), f"{row.place}: {row.message}"
    assert row.remede, f"{row.place}: no remede"


@pytest.mark.parametrize("row", [row for row in ROWS if row.own_code], ids=lambda row: row.name)
def test_the_code_is_dotted_lower_case_ascii(row: errors.Row) -> None:
    parts = row.code.split(".")
    assert len(parts) >= 2, row.place
    assert all(part.isascii() and part.replace("_", "a").isalnum() and part.islower() for part in parts), row.place


def test_every_error_belongs_to_one_of_the_three_families() -> None:
    assert [row.place for row in ROWS if not row.family] == []
