# SPDX-FileCopyrightText: 2026 drimm contributors
# SPDX-License-Identifier: EUPL-1.2
"""What the clock does to dossiers, under the role of the process ouvrier: it reminds, and decides nothing."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.db import IntegrityError

from espace.alarmes.models import Alarme
from espace.attestation.errors import AttestationSansNom
from espace.attestation.models import Attestation
from espace.calendrier.rules import Region, echeance
from espace.courrier.models import Courrier
from espace.guichet.models import Dossier, Rappel, Verification
from espace.guichet.natures import Verdict
from espace.instruction import actions, echeances
from espace.instruction.apercu import apercu
from espace.instruction.echeances import relancer
from espace.liste_blanche.errors import ContenuAltere
from tests.espace_dossiers import NOW, agent, declaration, declarer, deposer_declaration, operateur, personne, publier_noms

DB = "db1.1.mesimagesmedicales.fr"


@pytest.fixture(autouse=True)
def no_network(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    asked: list[str] = []

    def silent(host: str, _resolver: Any) -> tuple[Verdict, str]:
        asked.append(host)
        return Verdict.EN_ATTENTE, ""

    monkeypatch.setattr(echeances, "look_up", silent)
    return asked


def test_a_reminder_leaves_once_before_and_once_after_a_due_date(espace: Any) -> None:
    dossier = deposer_declaration(operateur())
    asked = actions.avancer(dossier.pk, "ask_more", agent(), at=NOW, motif="Quel hôte ?")
    due = asked.echeance
    with espace.role("ouvrier"):
        for at in (NOW, due - timedelta(days=2), due - timedelta(days=1), due, due + timedelta(days=1), due + timedelta(days=2)):
            relancer(at)
    told = list(Rappel.objects.order_by("id").values_list("evenement", "envoye_le"))
    assert told == [("declaration:remind", due - timedelta(days=2)), ("declaration:overdue", due + timedelta(days=1))]
    assert Dossier.objects.get().etat == "complement"
    assert dossier.numero in Courrier.objects.get(evenement="declaration:remind").texte


def test_agents_are_told_of_a_dossier_that_nobody_answered(espace: Any) -> None:
    dossier = deposer_declaration(operateur())
    with espace.role("ouvrier"):
        relancer(dossier.echeance)
        assert not Rappel.objects.exists()
        relancer(dossier.echeance + timedelta(seconds=1))
        relancer(dossier.echeance + timedelta(days=1))
    assert Courrier.objects.filter(evenement="declaration:unanswered").count() == 1


def test_a_new_due_date_is_reminded_anew(espace: Any) -> None:
    made = operateur()
    dossier = deposer_declaration(made)
    with espace.role("ouvrier"):
        relancer(dossier.echeance + timedelta(days=1))
    taken = actions.avancer(dossier.pk, "take", agent(), at=dossier.echeance + timedelta(days=2))
    with espace.role("ouvrier"):
        relancer(taken.echeance + timedelta(days=1))
    assert Courrier.objects.filter(evenement="declaration:unanswered").count() == 2


def test_due_dates_follow_the_public_holidays_of_the_site(espace: Any) -> None:
    at = NOW.replace(month=5, day=26, year=2027)
    dossier = deposer_declaration(operateur(now=at), now=at, region="guadeloupe")
    assert dossier.echeance == echeance(at, 10, Region.GUADELOUPE) != echeance(at, 10)


def test_the_attestation_is_asked_once_the_names_answer_and_not_before(espace: Any) -> None:
    dossier = declarer(operateur(), 2)
    with espace.role("ouvrier"):
        relancer(NOW)
        assert not Attestation.objects.exists()
    publier_noms(espace)
    with espace.role("ouvrier"):
        relancer(NOW)
        relancer(NOW)
    attestation = Attestation.objects.get()
    assert (attestation.dossier_id, len(attestation.noms)) == (dossier.pk, 4)  # type: ignore[attr-defined]  # column of the key
    assert Dossier.objects.get().etat == "acceptee"
    espace.sql(
        "INSERT INTO attestation_scellee (attestation_id, pdf, sha256, signataire, scellee_le) VALUES (%s, %s, %s, %s, now())",
        attestation.pk,
        b"%PDF-",
        "0" * 64,
        "CN=essai",
        role="signataire",
    )
    with espace.role("ouvrier"):
        relancer(NOW)
    assert Dossier.objects.get().etat == "attestee"
    assert DB in Courrier.objects.get(evenement="declaration:deliver").texte


def test_a_dossier_that_fails_is_an_alarm_and_stops_no_other(espace: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    made = operateur()
    first, second = declarer(made), declarer(made, prefix="x")
    publier_noms(espace)
    deliver = echeances.delivrer

    def fail_once(dossier: Any, at: Any) -> Any:
        if dossier.pk == first.pk:
            raise AttestationSansNom
        return deliver(dossier, at)

    with espace.role("ouvrier"):
        monkeypatch.setattr(echeances, "delivrer", fail_once)
        relancer(NOW)
        relancer(NOW)
        assert list(Attestation.objects.values_list("dossier_id", flat=True)) == [second.pk]
        alarme = Alarme.objects.get(code="instruction.dossier_bloque")
        assert (first.numero in alarme.message, alarme.occurrences) == (True, 2)
        monkeypatch.setattr(echeances, "delivrer", deliver)
        relancer(NOW)
    assert Attestation.objects.count() == 2


def test_any_surprise_about_a_dossier_is_an_alarm_with_its_number_and_stops_no_other(espace: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    made = operateur()
    first, second = declarer(made), declarer(made, prefix="x")
    publier_noms(espace)
    deliver, surprises = echeances.delivrer, [KeyError("secret"), IntegrityError("Key (mail)=(secret)")]

    def fail(dossier: Any, at: Any) -> Any:
        if dossier.pk == first.pk:
            raise surprises.pop(0)
        return deliver(dossier, at)

    monkeypatch.setattr(echeances, "delivrer", fail)
    with espace.role("ouvrier"):
        relancer(NOW)
        relancer(NOW + timedelta(minutes=1))
        assert list(Attestation.objects.values_list("dossier_id", flat=True)) == [second.pk]
        alarme = Alarme.objects.get(code="instruction.dossier_bloque")
        assert (first.numero in alarme.message, "secret" in alarme.message, alarme.occurrences) == (True, False, 2)
        monkeypatch.setattr(echeances, "delivrer", deliver)
        relancer(NOW + timedelta(minutes=2))
    assert not Alarme.objects.filter(fermee_le__isnull=True).exists()  # nothing of it is blocked any more


def test_a_person_who_was_faster_than_the_clock_is_no_alarm(espace: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    made = operateur()
    draft = actions.ouvrir("declaration", made, personne(made), at=NOW)
    later = NOW + timedelta(days=400)
    one = echeances._one

    def faster(dossier: Any, work: Any, now: Any) -> bool:
        actions.avancer(draft.pk, "abandon", personne(made), at=now)
        return one(dossier, work, now)

    monkeypatch.setattr(echeances, "_one", faster)
    relancer(later)
    assert Dossier.objects.get(pk=draft.pk).etat == "abandonnee"
    assert not Alarme.objects.exists()


def test_a_turn_that_cannot_begin_takes_nothing_from_the_others_and_is_told(espace: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    dossier = deposer_declaration(operateur())

    def fail(_now: Any) -> int:
        raise ContenuAltere

    monkeypatch.setattr(echeances, "notify", fail)
    with espace.role("ouvrier"), pytest.raises(ContenuAltere):
        relancer(dossier.echeance + timedelta(days=1))
    assert Rappel.objects.filter(evenement="declaration:unanswered").count() == 1


def test_hosts_are_looked_up_by_the_ouvrier_and_again_while_no_server_answers(
    espace: Any, no_network: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    deposer_declaration(operateur(), 2)
    assert no_network == []  # a page never waits for a name server
    with espace.role("ouvrier"):
        relancer(NOW + timedelta(minutes=1))
        assert len(no_network) == 2  # nobody answers: the turn ends, mails are not kept waiting
        relancer(NOW + timedelta(minutes=2))
        assert sorted(no_network) == ["db1.operateur.test", "db2.operateur.test", "vi1.operateur.test", "vi2.operateur.test"]
        assert Verification.objects.filter(verdict=Verdict.EN_ATTENTE).count() == 4
        monkeypatch.setattr(echeances, "look_up", lambda _host, _resolver: (Verdict.CONFORME, "192.0.2.7"))
        relancer(NOW)
    assert set(Verification.objects.filter(code="hote_resolu").values_list("verdict", "detail")) == {("conforme", "192.0.2.7")}


def test_an_operateur_sees_what_the_machine_would_say_before_it_submits(espace: Any) -> None:
    from espace.guichet import actions as guichet

    made = operateur(entitled=False)
    dossier = actions.ouvrir("declaration", made, personne(made), at=NOW)
    seen = apercu(dossier, NOW)
    assert seen.manques
    assert {one.champ for one in seen.fautes} >= {"site", "sirens", "nombre_pacs"}
    assert (seen.piece, seen.pret) == (False, False)
    dossier = guichet.enregistrer(dossier.pk, declaration(), personne(made), at=NOW)
    seen = apercu(dossier, NOW)
    assert (seen.fautes, seen.pret, Verification.objects.count()) == ((), False, 0)
    assert {one.code for one in seen.constats} >= {"hote_zone", "siren", "noms"}
