# SPDX-FileCopyrightText: 2026 drimm contributors
# SPDX-License-Identifier: EUPL-1.2
"""What a fuzzer knows of the database is what the models say, and a door that accepts more than the database takes is caught."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any
from uuid import UUID

import pytest
from django.apps import apps

from banc.jeux import IDENTITE, make_cancellation, make_message, make_report
from banc.soak import portes_reception
from banc.soak.colonnes import LARGEURS, check_event, check_header, check_rejet, check_report
from banc.soak.fuzz import Surprise
from banc.soak.portes_reception import ACCEPTED, check_cda, check_hl7, check_note
from drimbox.socle.personnes import Identifiant
from drimbox.source.compte_rendu.reader import read_cda
from drimbox.source.pointeur.evenements import Reperes
from drimbox.source.pointeur.interpretation import interpret
from drimbox.source.reception.iocm import Rejet
from drimbox.source.reception.reader import read_header
from drimbox.source.reception.segments import parse
from tests.drimbox_env import django_ready

REPORT = make_report()
MESSAGE = make_message(REPORT)
UNSTORABLE = ["a\0", "\ud800", "\udfff fin"]


@pytest.mark.parametrize("column", sorted(LARGEURS))
def test_the_widths_that_the_fuzzer_knows_are_those_of_the_models(column: str) -> None:
    django_ready()
    label, _, field = column.rpartition(".")
    assert apps.get_model(label)._meta.get_field(field).max_length == LARGEURS[column]


def test_what_the_banc_sends_fits() -> None:
    check_report(read_cda(REPORT))
    check_header(read_header(parse(MESSAGE)))
    for message in (MESSAGE, make_cancellation()):
        for event in interpret(UUID(int=1), message):
            check_event(event)
    check_rejet(Rejet("2.25.1", "2.25.2", "iocm.113001", ("2.25.3",)))


@pytest.mark.parametrize("name", ["sending_application", "sending_facility", "control_id"])
@pytest.mark.parametrize("text", [*UNSTORABLE, "x" * 228])
def test_a_header_that_no_column_takes_is_caught(name: str, text: str) -> None:
    with pytest.raises(Surprise, match=name):
        check_header(replace(read_header(parse(MESSAGE)), **{name: text}))


@pytest.mark.parametrize("text", UNSTORABLE)
@pytest.mark.parametrize(
    "change",
    [
        lambda text: Reperes(study_uid=text),
        lambda text: Reperes(documents=("2.25.1", text)),
        lambda text: Reperes(accession=Identifiant(text, "")),
        lambda text: Reperes(order=Identifiant(text, "")),
        lambda text: Reperes(set_id=text),
    ],
    ids=["study", "document", "accession", "order", "set_id"],
)
def test_what_an_exam_is_looked_for_with_is_caught_when_the_database_would_refuse_it(change: Callable[[str], Reperes], text: str) -> None:
    (event,) = interpret(UUID(int=1), make_cancellation())
    event = replace(event, reperes=change(text))  # type: ignore[arg-type,call-arg]  # every event of a message has it
    with pytest.raises(Surprise, match="no column takes"):
        check_event(event)


@pytest.mark.parametrize("rejet", [Rejet("1" * 65, "1.2", "m", ()), Rejet("1.2", "1" * 65, "m", ()), Rejet("1.2", "1.2", "m", ("1" * 65,))])
def test_a_rejection_whose_uid_is_too_long_is_caught(rejet: Rejet) -> None:
    with pytest.raises(Surprise, match="65 characters"):
        check_rejet(rejet)


@pytest.mark.parametrize(
    ("door", "reader", "given"),
    [
        (check_cda, "read_cda", replace(read_cda(REPORT), identifiant="\0")),
        (check_hl7, "interpret", [replace(interpret(UUID(int=1), MESSAGE)[0], reperes=Reperes(study_uid="1" * 65))]),
        (check_note, "read_note", [Rejet("1" * 65, "1.2", "m", ("1.2",))]),
    ],
    ids=["cda", "hl7", "note"],
)
def test_a_door_that_accepts_more_than_the_database_takes_is_caught(
    door: Callable[[bytes], str], reader: str, given: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    sound = {check_cda: REPORT, check_hl7: MESSAGE}.get(door, b"")
    if sound:
        assert door(sound) == ACCEPTED
    monkeypatch.setattr(portes_reception, reader, lambda *_values: given)
    with pytest.raises(Surprise, match=r"column|characters"):
        door(sound)


def test_an_accession_number_longer_than_dicom_allows_is_for_the_builder_to_refuse() -> None:
    examen = replace(IDENTITE.examens[0], accession=Identifiant("A" * 80, "2.25.1"))
    assert check_cda(make_report(IDENTITE.with_examens(examen))) == ACCEPTED
