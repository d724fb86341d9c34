# SPDX-FileCopyrightText: 2026 drimm contributors
# SPDX-License-Identifier: EUPL-1.2
"""The description text, in the forms that were met."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from drimbox.socle.kos.description import SerieDecrite, parse_description


@pytest.mark.parametrize(
    ("text", "examen", "acte", "series"),
    [
        ("Examen : A\nActe = B\nSérie-1.2 : MR @ : T2\n", "A", "B", {"1.2": ("MR", "T2")}),
        ("Examen : A\nActe =  : B\nSérie-1.2 : MR @  : T2 : ax\n", "A", "B", {"1.2": ("MR", "T2 : ax")}),
        ("Examen : A\r\nSerie-1.2 : CT : Dentascan  0.75\r\n", "A", "", {"1.2": ("CT", "Dentascan 0.75")}),
        (
            "Examen :\n   Exam\n   A\rSérie-1.2\n    : MR @ : T2\n    RT\rSérie-1.3 : MR @ : ",
            "Exam A",
            "",
            {"1.2": ("MR", "T2 RT"), "1.3": ("MR", "")},
        ),
        ("S\xc3\xa9rie-1.2 : MR @ : T2", "", "", {"1.2": ("MR", "T2")}),
        ("", "", "", {}),
        ("Of Interest", "", "", {}),
    ],
)
def test_the_text_is_read_in_every_form_met(text, examen, acte, series):
    description = parse_description(text)
    assert (description.examen, description.acte) == (examen, acte)
    assert description.series == {uid: SerieDecrite(*values) for uid, values in series.items()}


@given(st.text())
def test_any_text_is_read(text):
    parse_description(text)
