# SPDX-FileCopyrightText: 2026 drimm contributors
# SPDX-License-Identifier: EUPL-1.2
"""What nobody foresaw in a message or in the words of a PACS stops one message or one exam, tells a person, and holds back no other."""

from __future__ import annotations

import errno
from dataclasses import replace
from uuid import UUID

import pytest
from django.db import DataError, IntegrityError, InterfaceError, OperationalError, ProgrammingError
from django.utils import timezone

from confiance.exploitation.coffre.scelle import CoffreFerme
from drimbox.socle.pacs import questions
from drimbox.source.pointeur import jobs
from drimbox.source.pointeur.jobs import pointer, traiter
from drimbox.source.pointeur.models import Examen, Kos
from drimbox.source.reception import actions as reception
from drimbox.source.reception.actions import receive
from drimbox.source.reception.models import MessageRecu
from tests.drimbox_chemin import NOW, Chemin, pacs_of
from tests.drimbox_world import Monde, sample_message

CANCELLATION = (
    "MSH|^~\\&|RIS-BANC|CENTRE-BANC|DRIMBOX|X|20261122090000||OMI^O23^OMI_O23|000009|P|2.5|||||FRA|UNICODE UTF-8\r"
    "ORC|CA|1\rOBR|1|1\rIPC|{accession}||\r"
)


def keep(monde: Monde, *bodies: bytes) -> list[UUID]:
    """Receive messages, none of which is read yet."""
    with monde.drimbox.role("reception"):
        for body in bodies:
            assert b"MSA|AA|" in receive(body, peer="127.0.0.1", now=NOW)
    return [row.id for row in MessageRecu.objects.order_by("control_id")]


def outcomes() -> list[tuple[str, str]]:
    return list(MessageRecu.objects.order_by("control_id").values_list("state", "code"))


def failing_on(message_id: UUID, error: Exception, monkeypatch: pytest.MonkeyPatch) -> None:
    interpret = jobs.interpret

    def surprising(pk, body):
        if pk == message_id:
            raise error
        return interpret(pk, body)

    monkeypatch.setattr(jobs, "interpret", surprising)


def test_a_number_that_no_database_takes_is_refused_at_the_door(monde: Monde) -> None:
    with monde.drimbox.role("reception"):
        answer = receive(CANCELLATION.format(accession="A\\X00\\B").encode(), peer="127.0.0.1", now=NOW)
    assert b"MSA|AE|" in answer
    assert b"reception.caractere_interdit" in answer


def test_what_an_earlier_version_acknowledged_and_this_one_refuses_waits_for_a_person(
    monde: Monde, monkeypatch: pytest.MonkeyPatch
) -> None:
    with monkeypatch.context() as earlier:
        earlier.setattr(reception, "_examine", lambda *_arguments: None)
        keep(monde, sample_message("000001"), CANCELLATION.format(accession="A\\X00\\B").encode())
    for pk in MessageRecu.objects.values_list("pk", flat=True):
        traiter(message_id=str(pk))
    assert outcomes() == [("lu", ""), ("attente_personne", "reception.caractere_interdit")]


@pytest.mark.parametrize(
    "error", [DataError(), IntegrityError(), ProgrammingError(), ValueError(), ZeroDivisionError()], ids=lambda error: type(error).__name__
)
def test_a_message_that_no_reader_or_database_foresaw_calls_a_person_and_holds_back_no_other(
    monde: Monde, monkeypatch: pytest.MonkeyPatch, error: Exception
) -> None:
    first, second = keep(monde, sample_message("000001"), sample_message("000002"))
    failing_on(first, error, monkeypatch)
    traiter(message_id=str(second))
    assert outcomes() == [("attente_personne", "reception.defaut_interne"), ("lu", "")]


@pytest.mark.parametrize("error", [OperationalError(), InterfaceError()], ids=lambda error: type(error).__name__)
def test_messages_wait_in_their_order_while_the_database_is_away(monde: Monde, monkeypatch: pytest.MonkeyPatch, error: Exception) -> None:
    first, second = keep(monde, sample_message("000001"), sample_message("000002"))
    failing_on(first, error, monkeypatch)
    with pytest.raises(type(error)):
        traiter(message_id=str(second))
    assert outcomes() == [("recu", ""), ("recu", "")]


def test_a_message_whose_key_left_the_ring_waits_for_a_person_and_holds_back_no_other(monde: Monde) -> None:
    first, second = keep(monde, sample_message("000001"), sample_message("000002"))
    monde.drimbox.sql(f"UPDATE reception_message SET corps = set_byte(corps, 40, get_byte(corps, 40) # 255) WHERE id = '{first}'")
    traiter(message_id=str(second))
    assert outcomes() == [("attente_personne", "coffre.ferme"), ("lu", "")]


def test_an_exam_that_nobody_foresaw_is_told_to_a_person_who_may_try_again(monde: Monde, monkeypatch: pytest.MonkeyPatch) -> None:
    chemin = Chemin(monde)
    chemin.take(sample_message())
    with monkeypatch.context() as surprised:
        surprised.setattr(jobs, "construct", lambda *_arguments: {}["PAT-BANC"])
        pointer(examen_id=str(Examen.objects.get().id))
    examen = Examen.objects.get()
    assert (examen.state, examen.code) == ("a_verifier", "pointeur.defaut_interne")
    assert chemin.journal("source:examen:stopped") == [("pointeur.defaut_interne",)]
    with monde.drimbox.role("pages"):
        jobs.actions.retry(examen.id, timezone.now())
    with pacs_of(monde, monde.images):
        chemin.advance()
    assert Examen.objects.get().state == "depose"


def test_an_exam_whose_message_no_key_opens_is_told_to_a_person(monde: Monde, monkeypatch: pytest.MonkeyPatch) -> None:
    chemin = Chemin(monde)
    chemin.take(sample_message())

    def shut(*_arguments):
        raise CoffreFerme

    monkeypatch.setattr(jobs, "construct", shut)
    pointer(examen_id=str(Examen.objects.get().id))
    assert (Examen.objects.get().state, Examen.objects.get().code) == ("a_verifier", "coffre.ferme")


@pytest.mark.parametrize("error", [OperationalError(), OSError(errno.EMFILE, "full"), MemoryError()], ids=["database", "files", "memory"])
def test_an_exam_waits_while_the_database_is_away_or_the_machine_short_of_something(
    monde: Monde, monkeypatch: pytest.MonkeyPatch, error: Exception
) -> None:
    Chemin(monde).take(sample_message())

    def away(*_arguments):
        raise error

    monkeypatch.setattr(jobs, "construct", away)
    with pytest.raises(type(error)):
        pointer(examen_id=str(Examen.objects.get().id))
    assert Examen.objects.get().state == "a_traiter"


@pytest.mark.parametrize(
    "said", [{"issuer_of_patient_id": "\udce9"}, {"patient_id": "\udce9"}, {"series": "C\x00T"}], ids=lambda said: next(iter(said))
)
def test_words_of_the_pacs_that_cannot_be_kept_stop_the_exam_and_not_the_worker(
    monde: Monde, monkeypatch: pytest.MonkeyPatch, said: dict[str, str]
) -> None:
    chemin, find = Chemin(monde), questions.find_etude

    def strange(*arguments, **options):
        etude = find(*arguments, **options)
        if etude is None or "series" not in said:
            return etude and replace(etude, **said)
        return replace(etude, series=tuple(replace(serie, modality=said["series"]) for serie in etude.series))

    monkeypatch.setattr(questions, "find_etude", strange)
    chemin.take(sample_message())
    with pacs_of(monde, monde.images):
        pointer(examen_id=str(Examen.objects.get().id))
    assert (Examen.objects.get().state, Kos.objects.count()) == ("a_verifier", 0)
