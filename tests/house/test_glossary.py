# SPDX-FileCopyrightText: 2026 drimm contributors
# SPDX-License-Identifier: EUPL-1.2
"""The code says the words of docs/glossaire.md."""

from __future__ import annotations

import re

import pytest

from tests.house.glossary import EXEMPT, GLOSSARY, Name, all_names, faults, forbidden, names_of

RULES = forbidden(GLOSSARY.read_text(encoding="utf-8"))

PLANTED = """
from django.db import models
class Vendor(models.Model):
    patient_id = models.TextField()
    study_instance_uid = models.TextField()
    weather_day: models.DateField[date, date] = models.DateField()
    whitelist_entry = models.ForeignKey("x", on_delete=models.PROTECT)
log.info("registre:working_day:counted")
urlpatterns = [path("customers/<int:n>/", v), path("admin/", site.urls), path("examens/", v)]
app.router.add_get("/box/{number}", handler)
values.get("order")
"""


def test_the_table_of_the_glossary_is_read_with_its_forbidden_words() -> None:
    assert {"vendor", "provider", "whitelist", "allowlist", "working day", "url pair", "patient id", "manifest", "study"} <= set(RULES)
    assert RULES["vendor"] == "`Operateur`"


def test_no_model_field_room_event_nor_url_uses_a_forbidden_synonym() -> None:
    assert [fault for name in all_names() for fault in faults(name, RULES)] == []


def test_the_names_of_the_code_are_found() -> None:
    kinds = {name.kind for name in all_names()}
    assert kinds == {"room", "model", "field", "event", "URL segment"}


def test_a_planted_synonym_is_found_wherever_it_hides() -> None:
    found = [fault for name in names_of(PLANTED, "planted.py") for fault in faults(name, RULES)]
    said = [re.search("« ([^»]+) » says", fault).group(1) for fault in found]  # type: ignore[union-attr]  # every fault has this form
    assert sorted(said) == ["Vendor", "box", "customers", "patient_id", "registre:working_day:counted", "weather_day", "whitelist_entry"]


@pytest.mark.parametrize("text", ["study", "study_date", "patient_location", "StudyReport", "liste-whitelists"])
def test_a_word_is_forbidden_whatever_stands_beside_it(text: str) -> None:
    assert faults(Name("field", text, "planted.py:1"), RULES)


@pytest.mark.parametrize("text", ["study_instance_uid", "transfer_syntax_uid", "placer_order_number", "recorded_at", "boxed", "reported"])
def test_words_of_standards_and_longer_words_are_left_alone(text: str) -> None:
    assert faults(Name("field", text, "planted.py:1"), RULES) == []


def test_every_exemption_gives_its_reason() -> None:
    assert all(reason for reason in EXEMPT.values())
