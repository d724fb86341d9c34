# SPDX-FileCopyrightText: 2026 drimm contributors
# SPDX-License-Identifier: EUPL-1.2
"""Which report may take the place of the one that an exam follows: no older one, no other patient's; and none shows more by itself."""

from __future__ import annotations

from dataclasses import replace

import pytest
from django.utils import timezone

from banc.jeux import IDENTITE
from drimbox.source.pointeur import construction, jobs
from drimbox.source.pointeur.actions import rapports
from drimbox.source.pointeur.jobs import pointer, traiter
from drimbox.source.pointeur.models import Examen, Kos
from drimbox.source.reception import actions as reception
from drimbox.source.reception.models import MessageRecu
from tests.drimbox_chemin import Chemin, message, pacs_of
from tests.drimbox_world import Monde, sample_message

SECOND, THIRD = (replace(IDENTITE, version=version) for version in (2, 3))
_PATIENT = IDENTITE.patient
STRANGER = replace(
    IDENTITE,
    document=f"{IDENTITE.document[:-1]}7",
    patient=replace(
        _PATIENT,
        ins=replace(_PATIENT.ins, value="279035121518989"),
        ipp=replace(_PATIENT.ipp, value="IPP-000077"),
        traits=replace(_PATIENT.traits, nom_naissance="PAT-AUTRE"),
    ),
)
CORRECTED = replace(IDENTITE, document=STRANGER.document, patient=_PATIENT)


def outcome(row: MessageRecu) -> tuple[str, str]:
    return row.state, row.code


def shown(chemin: Chemin) -> set[str]:
    """Return the confidentiality codes of the pointer in force, in the DMP."""
    return set(chemin.entry(Kos.objects.get(state="en_vigueur")).confidentialities)


def replay(chemin: Chemin, row: MessageRecu) -> None:
    """Read a message again, as a person asks it in the console."""
    with chemin.monde.drimbox.role("pages"):
        reception.retry(row.id, timezone.now())
    traiter(message_id=str(row.id))
    row.refresh_from_db()


def test_the_report_of_another_patient_does_not_displace_one_that_waits_for_its_images(monde: Monde) -> None:
    chemin = Chemin(monde)
    first = chemin.take(sample_message())
    other = chemin.take(message(STRANGER))
    assert outcome(first) == ("lu", "")
    assert outcome(other) == ("attente_personne", "pointeur.compte_rendu_autre_patient")
    with pacs_of(monde, monde.images):
        chemin.advance()
    assert (Examen.objects.get().state, Examen.objects.get().message_id) == ("depose", first.id)


def test_a_replacement_of_something_else_does_not_displace_the_report_of_another_patient(chemin: Chemin) -> None:
    chemin.publish(sample_message())
    row = chemin.take(message(replace(STRANGER, version=2), event="T10"))
    assert outcome(row) == ("attente_personne", "pointeur.compte_rendu_autre_patient")
    assert (chemin.faits, chemin.states()) == (["depot"], [(1, "en_vigueur")])


def test_the_report_that_replaces_the_one_of_a_wrong_patient_is_taken(monde: Monde) -> None:
    chemin = Chemin(monde)
    wrong = replace(IDENTITE, patient=STRANGER.patient)
    chemin.take(message(wrong, "000001"))
    row = chemin.take(message(SECOND, event="T10"))
    assert outcome(row) == ("lu", "")
    assert Examen.objects.get().message_id == row.id


def test_once_the_first_report_is_withdrawn_the_other_patient_s_message_can_be_read_again(chemin: Chemin) -> None:
    chemin.take(message(STRANGER, "000001"))
    right = chemin.take(sample_message("000002"))
    assert right.state == "attente_personne"
    chemin.take(message(STRANGER, "000003", "T04"))
    replay(chemin, right)
    chemin.advance()
    assert outcome(right) == ("lu", "")
    assert Examen.objects.get().state == "depose"


def test_another_report_of_the_same_patient_takes_the_place_of_one_that_waits(monde: Monde) -> None:
    chemin = Chemin(monde)
    chemin.take(sample_message())
    row = chemin.take(message(CORRECTED))
    assert (outcome(row), Examen.objects.get().message_id) == (("lu", ""), row.id)


def test_two_reports_that_are_known_at_the_same_instant_are_compared_too(monde: Monde, monkeypatch: pytest.MonkeyPatch) -> None:
    chemin = Chemin(monde)
    first, looked, known = chemin.take(sample_message()), [], rapports._known

    def late(evenement):
        looked.append(evenement)
        return known(evenement) if len(looked) > 1 else None

    monkeypatch.setattr(rapports, "_known", late)
    row = chemin.take(message(STRANGER))
    assert outcome(row) == ("attente_personne", "pointeur.compte_rendu_autre_patient")
    assert Examen.objects.get().message_id == first.id


def test_a_version_that_comes_after_a_newer_one_waits_for_a_person(chemin: Chemin) -> None:
    chemin.publish(sample_message())
    chemin.take(message(THIRD, "000003", "T10", INVISIBLE_PATIENT=True))
    chemin.advance()
    row = chemin.take(message(SECOND, event="T10"))
    chemin.advance()
    assert outcome(row) == ("attente_personne", "pointeur.compte_rendu_depasse")
    assert Examen.objects.get().compte_rendu == THIRD.document_id
    assert shown(chemin) == {"N", "INVISIBLE_PATIENT"}


def test_an_old_message_read_again_undoes_nothing_that_came_since(chemin: Chemin) -> None:
    chemin.publish(sample_message())
    second = chemin.take(message(SECOND, event="T10"))
    chemin.advance()
    chemin.take(message(THIRD, "000003", "T10", MASQUE_PS=True))
    chemin.advance()
    replay(chemin, second)
    chemin.advance()
    assert outcome(second) == ("attente_personne", "pointeur.compte_rendu_depasse")
    assert shown(chemin) == {"N", "MASQUE_PS"}
    assert chemin.faits == ["depot", "remplacement", "remplacement"]


def test_a_first_sending_read_again_does_not_take_back_a_change_of_visibility(chemin: Chemin) -> None:
    chemin.publish(message(control_id="000001", MODIF_CONF_CODE=True))
    first = MessageRecu.objects.get()
    chemin.take(message(MASQUE_PS=True))
    chemin.send()
    replay(chemin, first)
    chemin.send()
    assert outcome(first) == ("attente_personne", "pointeur.compte_rendu_depasse")
    assert shown(chemin) == {"N", "MASQUE_PS"}


def test_the_message_that_the_exam_follows_can_be_read_again(chemin: Chemin) -> None:
    chemin.publish(sample_message())
    row = MessageRecu.objects.get()
    replay(chemin, row)
    assert outcome(row) == ("lu", "")
    assert chemin.faits == ["depot"]


def test_a_replacement_that_came_before_what_it_replaces_is_taken_once_it_is_read_again(chemin: Chemin) -> None:
    early = chemin.take(message(SECOND, event="T10"))
    assert early.code == "pointeur.examen_introuvable"
    chemin.publish(sample_message())
    replay(chemin, early)
    chemin.advance()
    assert outcome(early) == ("lu", "")
    assert chemin.faits == ["depot", "remplacement"]


@pytest.mark.parametrize(("identite", "event"), [(IDENTITE, "T02"), (SECOND, "T10")], ids=["resent", "replaced"])
def test_a_message_that_does_not_say_that_it_changes_the_visibility_shows_nothing_more(
    chemin: Chemin, identite: object, event: str
) -> None:
    chemin.publish(message(control_id="000001", INVISIBLE_PATIENT=True, MASQUE_PS=True))
    chemin.take(message(identite, event=event))
    chemin.advance()
    assert shown(chemin) == {"N", "INVISIBLE_PATIENT", "MASQUE_PS"}
    assert ("pointeur.visibilite_gardee",) in chemin.journal("source:examen:warned")


def test_a_message_that_says_so_shows_what_was_hidden(chemin: Chemin) -> None:
    chemin.publish(message(control_id="000001", INVISIBLE_PATIENT=True, MASQUE_PS=True))
    chemin.take(message(SECOND, event="T10", MASQUE_PS=True, MODIF_CONF_CODE=True))
    chemin.advance()
    assert shown(chemin) == {"N", "MASQUE_PS"}


def test_a_message_hides_more_without_saying_so(chemin: Chemin) -> None:
    chemin.publish(message(control_id="000001", MASQUE_PS=True))
    chemin.take(message(INVISIBLE_PATIENT=True))
    chemin.send()
    assert shown(chemin) == {"N", "INVISIBLE_PATIENT", "MASQUE_PS"}


def test_what_hides_an_exam_is_kept_while_it_waits_and_when_its_messages_are_erased(monde: Monde) -> None:
    chemin = Chemin(monde)
    first = chemin.take(message(control_id="000001", MASQUE_PS=True))
    chemin.take(message())
    with pacs_of(monde, monde.images):
        chemin.advance()
        assert shown(chemin) == {"N", "MASQUE_PS"}
        monde.drimbox.sql(f"UPDATE reception_message SET corps = NULL, body = NULL WHERE id = '{first.id}'")
        chemin.take(message(SECOND, "000003", "T10"))
        chemin.advance()
    assert shown(chemin) == {"N", "MASQUE_PS"}


def test_a_withdrawn_exam_that_is_published_anew_is_shown_as_its_report_says(chemin: Chemin) -> None:
    chemin.publish(message(control_id="000001", MASQUE_PS=True))
    chemin.take(message(event="T04"))
    chemin.send()
    chemin.take(message(control_id="000003"))
    chemin.advance()
    assert shown(chemin) == {"N"}


def test_what_was_hidden_while_the_pacs_was_asked_leaves_hidden(chemin: Chemin, monkeypatch: pytest.MonkeyPatch) -> None:
    chemin.take(sample_message())
    build = construction.construct

    def slow(*arguments):
        construit = build(*arguments)
        chemin.take(message(MASQUE_PS=True))
        return construit

    with monkeypatch.context() as meanwhile:
        meanwhile.setattr(jobs, "construct", slow)
        pointer(examen_id=str(Examen.objects.get().id))
    assert not Kos.objects.exists()
    chemin.advance()
    assert shown(chemin) == {"N", "MASQUE_PS"}


def test_what_an_earlier_version_published_is_shown_no_more_either(chemin: Chemin) -> None:
    chemin.publish(message(control_id="000001", MASQUE_PS=True))
    chemin.monde.drimbox.sql("UPDATE pointeur_examen SET visibilite = NULL")
    chemin.take(message())
    chemin.send()
    assert shown(chemin) == {"N", "MASQUE_PS"}


def test_what_an_earlier_version_published_and_whose_message_is_erased_is_hidden_when_asked(chemin: Chemin) -> None:
    chemin.publish(message(control_id="000001"))
    chemin.monde.drimbox.sql("UPDATE pointeur_examen SET visibilite = NULL")
    chemin.monde.drimbox.sql("UPDATE reception_message SET corps = NULL, purged_at = now()")
    chemin.take(message(MASQUE_PS=True))
    chemin.send()
    assert shown(chemin) == {"N", "MASQUE_PS"}


def test_what_was_hidden_before_any_deposit_was_asked_is_deposited_hidden(chemin: Chemin) -> None:
    chemin.publish(message(control_id="000001", DESTDMP=False))
    chemin.take(message(DESTDMP=False, MASQUE_PS=True))
    assert (Examen.objects.get().state, chemin.faits) == ("sans_depot", [])
    chemin.take(message(control_id="000003"))
    chemin.advance()
    assert shown(chemin) == {"N", "MASQUE_PS"}
