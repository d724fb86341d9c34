# SPDX-FileCopyrightText: 2026 drimm contributors
# SPDX-License-Identifier: EUPL-1.2
"""The publisher under its rules: daily signature, two persons, exclusions, alarms, and what its lists said in the past."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from confiance.liste_blanche import RemovalGuard, read_unverified
from espace.alarmes.actions import close, raise_alarm, settle
from espace.alarmes.errors import AlarmeInconnue
from espace.alarmes.models import Alarme
from espace.alarmes.queries import open_alarms
from espace.journal.models import Evenement
from espace.liste_blanche import actions, historique, queries
from espace.liste_blanche.errors import ApprobationRefusee, ContenuAltere, SansSuccesseur, SignataireExpire
from espace.liste_blanche.models import Publication
from espace.liste_blanche.states import Avis, Etat, Origine
from espace.registre.states import Motif
from tests.espace_donnees import declare, dn, integrate
from tests.espace_tetes import Editeur, editeur

NOW = datetime.now(UTC)
DB1, DB2 = "db1.1.mesimagesmedicales.fr", "db2.1.mesimagesmedicales.fr"


@pytest.fixture
def monde(espace: Any) -> Editeur:
    """A publisher with two rows in its Registre."""
    integrate(2, now=NOW)
    return editeur(espace, NOW)


def names(monde: Editeur) -> set[str]:
    """Names of the list that readers find."""
    return {row.db for row in read_unverified(monde.liste()).domaines}


def exclude(monde: Editeur, db: str) -> Any:
    return actions.exclude_and_publish(db, Motif.CYBER, auteur="agent", now=monde.time.now)[1]


def test_the_list_is_signed_again_each_day_without_change_and_its_date_moves(monde: Editeur) -> None:
    monde.publish()
    dates = []
    for _ in range(3):
        monde.time.sleep(24 * 3600)
        monde.signataire()
        monde.signataire()
        dates.append(queries.current().date_generation)  # type: ignore[union-attr]
    assert dates == sorted(set(dates))
    assert [p.demande.origine for p in Publication.objects.order_by("sequence")] == ["personne"] + ["quotidienne"] * 3
    assert (Publication.objects.get(sequence=2).ajouts, Publication.objects.get(sequence=2).modifications) == (0, 0)


def test_nothing_is_published_before_a_person_asks_for_the_first_list(monde: Editeur) -> None:
    monde.time.sleep(3 * 24 * 3600)
    monde.signataire()
    assert queries.current() is None


def test_a_refused_daily_signature_is_asked_again_later_and_its_alarm_is_closed_by_the_next_list(monde: Editeur) -> None:
    monde.publish()
    monde.time.sleep(24 * 3600)
    signer = monde.settings.signer
    monde.renew(signer=signer.model_copy(update={"key": monde.espace.pki.other_signer.key}))
    for _ in range(3):
        monde.signataire()
    assert [(one.code, one.occurrences) for one in open_alarms()] == [("signature.cle", 1)]
    monde.time.sleep(15 * 60)
    monde.signataire()
    assert [(one.code, one.occurrences) for one in open_alarms()] == [("signature.cle", 2)]
    monde.renew(signer=signer)
    monde.time.sleep(15 * 60)
    monde.signataire()
    assert queries.current().sequence == 2  # type: ignore[union-attr]
    assert list(open_alarms()) == []


def test_under_the_rule_a_change_waits_for_a_second_person_and_freshness_does_not(monde: Editeur) -> None:
    monde.publish()
    monde.renew(deux_personnes="always")
    integrate(now=monde.time.now)
    waiting = monde.publish()
    assert (waiting.etat, waiting.ajouts) == (Etat.A_APPROUVER, 1)
    assert [one.db for one in queries.pending_change().added] == ["db1.2.mesimagesmedicales.fr"]
    assert queries.oldest_waiting() is None
    monde.time.sleep(24 * 3600)
    monde.signataire()
    assert queries.current().sequence == 2  # type: ignore[union-attr]
    assert names(monde) == {DB1, DB2}
    assert [one.code for one in open_alarms()] == ["publication.changements_en_attente"]
    actions.answer(waiting.demande.pk, Avis.APPROUVE, lignes_sha256=waiting.lignes_sha256, auteur="autre", now=monde.time.now)
    monde.signataire()
    assert queries.outcome(waiting.demande.pk).etat == Etat.PUBLIEE  # type: ignore[union-attr]
    assert names(monde) == {DB1, DB2, "db1.2.mesimagesmedicales.fr"}
    assert list(open_alarms()) == []


def test_an_approval_does_not_carry_what_came_after_it(monde: Editeur) -> None:
    monde.renew(deux_personnes="always")
    waiting = monde.publish()
    actions.answer(waiting.demande.pk, Avis.APPROUVE, lignes_sha256=waiting.lignes_sha256, auteur="autre", now=monde.time.now)
    integrate(now=monde.time.now)
    monde.signataire()
    assert queries.outcome(waiting.demande.pk).code == "publication.approbation_perimee"  # type: ignore[union-attr]
    assert queries.current() is None


def test_a_rejected_demande_is_refused_without_an_alarm(monde: Editeur) -> None:
    monde.renew(deux_personnes="always")
    waiting = monde.publish()
    actions.answer(waiting.demande.pk, Avis.REJETE, lignes_sha256=waiting.lignes_sha256, auteur="autre", now=monde.time.now)
    monde.signataire()
    assert queries.outcome(waiting.demande.pk).code == "publication.rejetee"  # type: ignore[union-attr]
    assert list(open_alarms()) == []


def test_nobody_answers_for_itself_nor_twice_nor_for_other_rows_nor_for_what_does_not_wait(monde: Editeur) -> None:
    published = monde.publish()
    monde.renew(deux_personnes="always")
    integrate(now=monde.time.now)
    waiting = monde.publish(auteur="agent")
    number, rows = waiting.demande.pk, waiting.lignes_sha256

    def answer(**changes: Any) -> None:
        values = {"demande_id": number, "lignes_sha256": rows, "auteur": "autre", **changes}
        actions.answer(values.pop("demande_id"), Avis.APPROUVE, now=monde.time.now, **values)

    for wrong in ({"auteur": "Agent"}, {"lignes_sha256": "0" * 64}, {"demande_id": published.demande.pk}, {"demande_id": 999}):
        with pytest.raises(ApprobationRefusee):
            answer(**wrong)
    answer()
    with pytest.raises(ApprobationRefusee):
        answer(auteur="encore un autre")


def test_the_base_refuses_an_approval_by_the_author(espace: Any, monde: Editeur) -> None:
    monde.renew(deux_personnes="always")
    waiting = monde.publish()
    insert = (
        "INSERT INTO liste_blanche_approbation (demande_id, avis, auteur, demandeur, lignes_sha256, donnee_le)"
        " VALUES (%s, 'approuve', 'agent', 'agent', '', now())"
    )
    with pytest.raises(Exception, match="approbation_par_un_autre"):
        espace.sql(insert, waiting.demande.pk, role="pages")


def test_one_person_excludes_at_once_and_carries_no_other_change(monde: Editeur) -> None:
    monde.publish()
    monde.renew(deux_personnes="always")
    integrate(now=monde.time.now)
    demande = exclude(monde, DB1)
    monde.signataire()
    assert queries.outcome(demande.pk).etat == Etat.PUBLIEE  # type: ignore[union-attr]
    assert names(monde) == {DB2}
    assert [one.code for one in open_alarms()] == ["publication.changements_en_attente"]


def test_an_exclusion_waits_too_when_the_settings_say_so(monde: Editeur) -> None:
    monde.publish()
    monde.renew(deux_personnes="removals", urgence_seule=False)
    exclude(monde, DB1)
    monde.signataire()
    assert names(monde) == {DB1, DB2}
    assert queries.to_approve().count() == 1


def test_an_exclusion_goes_before_the_demandes_that_wait(monde: Editeur) -> None:
    for _ in range(3):
        actions.demander_publication(auteur="agent", now=monde.time.now)
    urgent = exclude(monde, DB1)
    assert queries.oldest_waiting() == urgent
    assert urgent.origine == Origine.EXCLUSION
    monde.signataire()
    assert Publication.objects.get(sequence=1).demande == urgent


def test_the_history_answers_for_any_second(monde: Editeur) -> None:
    before = monde.time.now
    monde.time.sleep(10)
    first = monde.publish()
    published = first.terminee_le
    assert published is not None
    monde.time.sleep(3600)
    exclude(monde, DB1)
    monde.signataire()
    gone = monde.time.now
    assert historique.at(DB1, before) is None
    for instant in (published, gone - timedelta(seconds=1)):
        found = historique.at(DB1.upper() + ".", instant)
        assert found is not None
        assert (found.sequence, found.sha256, found.dns) == (1, first.sha256, (dn(DB1),))
    after = historique.at(DB1, gone)
    assert after is not None
    assert (after.sequence, after.dns) == (2, ())
    assert historique.at("db9.9.mesimagesmedicales.fr", gone).dns == ()  # type: ignore[union-attr]


def test_what_changed_since_the_last_list_is_told_row_by_row(monde: Editeur) -> None:
    monde.publish()
    integrate(now=monde.time.now)
    exclude(monde, DB2)
    monde.signataire()
    change = historique.changes(2)
    assert change is not None
    assert ([row.db for row in change.added], [row.db for row in change.removed]) == (["db1.2.mesimagesmedicales.fr"], [DB2])
    last = Publication.objects.get(sequence=2)
    assert (last.ajouts, last.retraits, last.modifications) == (1, 1, 0)
    assert historique.changes(1) is None
    assert historique.changes(9) is None


def test_a_list_whose_bytes_were_changed_in_the_base_is_no_evidence(espace: Any, monde: Editeur) -> None:
    monde.publish()
    historique.forget()
    espace.sql("DROP TRIGGER liste_blanche_publication_jamais_change ON liste_blanche_publication")
    espace.sql("UPDATE liste_blanche_publication SET contenu = %s", b"<autre/>")
    with pytest.raises(ContenuAltere):
        historique.at(DB1, monde.time.now)


def test_an_alarm_is_open_once_counts_and_is_closed_by_a_person_or_by_success(monde: Editeur) -> None:
    now = monde.time.now
    with monde.espace.role("signataire"):
        for _ in range(3):
            raise_alarm(SansSuccesseur(), now=now)
        raise_alarm(SignataireExpire(), objet="un", now=now)
        raise_alarm(SignataireExpire(), objet="deux", now=now)
        assert settle([SignataireExpire.code], objet="un", now=now) == 1
        assert settle(now=now) == 0
    assert [(one.code, one.objet, one.occurrences) for one in open_alarms()] == [
        ("signataire.sans_successeur", "", 3),
        ("signataire.fin_proche", "deux", 1),
    ]
    first = open_alarms()[0]
    close(first.pk, auteur="agent", now=now)
    with pytest.raises(AlarmeInconnue):
        close(first.pk, auteur="agent", now=now)
    assert Alarme.objects.get(pk=first.pk).fermee_par == "agent"
    events = Evenement.objects.filter(event__startswith="alarmes:").order_by("id").values_list("event", "auteur")
    assert list(events)[-1] == ("alarmes:alarme:closed", "agent")


def test_the_calendar_of_signers_raises_and_closes_its_alarms(monde: Editeur) -> None:
    monde.signataire()
    assert list(open_alarms()) == []  # the certificate of the banc is good for three years
    end = monde.time.now + timedelta(days=20)
    monde.renew(signer=monde.settings.signer.model_copy(update={"until": end}))
    monde.signataire()
    assert {one.code for one in open_alarms()} == {"signataire.fin_proche", "signataire.sans_successeur"}
    monde.time.sleep(7 * 24 * 3600)
    monde.signataire()
    assert sorted(one.objet.rpartition(":")[2] for one in open_alarms() if one.code == "signataire.fin_proche") == ["14"]
    monde.renew(signer=monde.settings.signer.model_copy(update={"until": None}))
    monde.signataire()
    assert list(open_alarms()) == []


def test_the_guard_of_the_settings_is_the_one_of_readers(monde: Editeur) -> None:
    assert RemovalGuard(monde.settings.removal_fraction, monde.settings.removal_floor) == RemovalGuard()


def test_a_declared_drimbox_is_no_change(monde: Editeur) -> None:
    monde.publish()
    declare(now=monde.time.now)
    assert not queries.pending_change()
