# SPDX-FileCopyrightText: 2026 drimm contributors
# SPDX-License-Identifier: EUPL-1.2
"""Integration, document de VA and exclusion: what may go wrong, and what the other rooms hold afterwards."""

from __future__ import annotations

import json
from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone

from espace.calendrier.rules import echeance
from espace.courrier.models import Courrier
from espace.guichet import actions as guichet
from espace.guichet import queries as guichet_queries
from espace.guichet.models import Dossier, Verification
from espace.guichet.natures import Nature, Verdict
from espace.instruction import actions, queries
from espace.instruction.echeances import relancer
from espace.instruction.errors import ControlesNonConformes, EtapeImpossible, MotifManquant, NonHabilite, PrecisionRefusee
from espace.instruction.models import Exclusion
from espace.liste_blanche.models import Demande
from espace.liste_blanche.states import Origine
from espace.meteo.models import Cible
from espace.meteo.queries import watched
from espace.registre.errors import Inconnu
from espace.registre.models import CoupleFqdn, Drimbox
from espace.registre.queries import zone_names
from espace.registre.recherche import Criteres, search_couples
from espace.registre.states import Motif, Statut, TransitionRefusee
from tests.espace_donnees import CLIENT_CANARY, SIREN, SITE_CANARY
from tests.espace_dossiers import (
    AUTRE_SIRET,
    NOW,
    PDF,
    agent,
    declarer,
    deposer_declaration,
    deposer_integration,
    dn,
    integrer,
    operateur,
    personne,
    publier_liste,
    va_de,
)

DB = "db1.1.mesimagesmedicales.fr"


def _published(dossier: Any) -> Any:
    """Notify an integration as the process ouvrier does once the list is published."""
    return actions.avancer(dossier.pk, "publish", actions.SYSTEME, at=NOW)


def _give_va(va: Any, made: Any, at: Any = NOW) -> Any:
    guichet.deposer_piece(va.pk, Nature.DOCUMENT_VA, "va.pdf", PDF + at.isoformat().encode(), personne(made), at=at)
    return actions.avancer(va.pk, "submit", personne(made), at=at)


def _checks(dossier: Any) -> dict[tuple[str, str], Verdict]:
    rows = Verification.objects.filter(dossier=dossier, tour=guichet_queries.last_round(dossier))
    return {(row.code, row.sujet): Verdict(row.verdict) for row in rows}


def test_a_typo_in_the_cn_is_shown_beside_what_was_expected_and_stops_the_acceptance(espace: Any) -> None:
    made = operateur()
    commande = declarer(made).commande
    wrong = DB.replace("mesimages", "mesimagse")
    dossier = deposer_integration(made, commande, certificats=[{"db": DB, "dn": dn(wrong)}])
    row = Verification.objects.get(dossier=dossier, code="dn_cn")
    assert (row.verdict, DB in row.detail, wrong in row.detail) == (Verdict.NON_CONFORME, True, True)
    actions.avancer(dossier.pk, "validate", agent(), at=NOW)
    with pytest.raises(ControlesNonConformes, match="CN"):
        actions.avancer(dossier.pk, "accept", agent(), at=NOW)
    assert Drimbox.objects.get().statut == Statut.DECLAREE
    actions.avancer(dossier.pk, "ask_correction", agent(), at=NOW, motif="CN à corriger.")
    guichet.enregistrer(dossier.pk, {"certificats": [{"db": DB, "dn": dn(DB, ST="paris")}]}, personne(made), at=NOW)
    actions.avancer(dossier.pk, "correct", personne(made), at=NOW)
    actions.avancer(dossier.pk, "validate", agent(), at=NOW)
    actions.avancer(dossier.pk, "accept", agent(), at=NOW)
    assert Drimbox.objects.get().dn_serv_ssl == f"CN={DB},OU=373282932000074,O=Opérateur d'Essai,ST=Paris (75),C=FR"


def test_an_integration_is_not_accepted_before_its_conditions_are_judged_valid(espace: Any) -> None:
    made = operateur()
    dossier = deposer_integration(made, declarer(made).commande)
    with pytest.raises(EtapeImpossible):
        actions.avancer(dossier.pk, "accept", agent(), at=NOW)


def test_a_name_of_another_commande_is_refused_by_the_machine(espace: Any) -> None:
    made, other = operateur(), operateur(AUTRE_SIRET, "Autre")
    declarer(made)
    theirs = declarer(other, prefix="x")
    dossier = deposer_integration(other, theirs.commande, certificats=[{"db": DB, "dn": dn(DB)}])
    assert _checks(dossier)[("nom", DB)] is Verdict.NON_CONFORME
    actions.avancer(dossier.pk, "validate", agent(), at=NOW)
    with pytest.raises(ControlesNonConformes):
        actions.avancer(dossier.pk, "accept", agent(), at=NOW)


def test_one_couple_may_be_integrated_before_the_others(espace: Any) -> None:
    made = operateur()
    commande = declarer(made, 3).commande
    dossier = deposer_integration(made, commande, certificats=[{"db": DB, "dn": dn(DB)}])
    assert _checks(dossier)[("couples", "")] is Verdict.A_VERIFIER
    actions.avancer(dossier.pk, "validate", agent(), at=NOW)
    actions.avancer(dossier.pk, "accept", agent(), at=NOW)
    _published(dossier)
    assert va_de(dossier).donnees["couples"] == [DB]
    assert [cible.couple.db for cible in watched()] == [DB]


def test_the_acceptance_writes_the_registre_the_meteo_and_asks_for_the_list_at_once_or_not_at_all(espace: Any) -> None:
    made = operateur()
    commande = declarer(made, 2).commande
    dossier = deposer_integration(made, commande)
    actions.avancer(dossier.pk, "validate", agent(), at=NOW)
    Drimbox.objects.filter(couple__number=2).update(statut=Statut.RETIREE)  # somebody else's act, meanwhile
    with pytest.raises(TransitionRefusee):
        actions.avancer(dossier.pk, "accept", agent(), at=NOW)
    assert Drimbox.objects.get(couple__number=1).statut == Statut.DECLAREE
    assert not Cible.objects.exists()
    assert not Demande.objects.exists()
    assert Dossier.objects.get(pk=dossier.pk).etat == "controlee"


def test_a_document_refused_is_to_be_done_again_with_its_reason_and_a_date(espace: Any) -> None:
    made = operateur()
    integrated = integrer(made, declarer(made).commande)
    _published(integrated)
    va = _give_va(va_de(integrated), made)
    refused = actions.avancer(va.pk, "refuse", agent(), at=NOW, motif="Page 2 illisible.", jours=4)
    assert (refused.etat, refused.echeance) == ("a_refaire", echeance(NOW, 4))
    _give_va(va, made, NOW + timedelta(days=1))
    assert len(guichet_queries.pieces(va)) == 2
    assert len(guichet_queries.current_pieces(va)) == 1
    assert actions.avancer(va.pk, "accept", agent(), at=NOW).etat == "accepte"
    assert Drimbox.objects.get().statut == Statut.ACTIVE
    assert watched().get().couple == CoupleFqdn.objects.get()


def test_a_document_too_late_is_reminded_then_exclusion_is_proposed_and_decided_by_a_person(espace: Any) -> None:
    made = operateur()
    integrated = integrer(made, declarer(made, 2).commande)
    _published(integrated)
    va = va_de(integrated)
    with espace.role("ouvrier"):
        relancer(NOW + timedelta(days=3))
        assert not Courrier.objects.filter(evenement="va:remind").exists()
        for _ in range(3):
            relancer(va.echeance - timedelta(days=1))
        assert Courrier.objects.filter(evenement="va:remind").count() == 1
        relancer(va.echeance)
        assert Dossier.objects.get(pk=va.pk).etat == "attendu"
        relancer(va.echeance + timedelta(seconds=1))
    assert Dossier.objects.get(pk=va.pk).etat == "en_retard"
    assert set(Drimbox.objects.values_list("statut", flat=True)) == {Statut.PROVISOIRE}
    after = va.echeance + timedelta(hours=10)
    with pytest.raises(MotifManquant):
        actions.avancer(va.pk, "exclude", agent(), at=after)
    actions.avancer(va.pk, "exclude", agent("anne"), at=after, motif="Aucun document reçu.", remediation_jours=20)
    assert set(Drimbox.objects.values_list("statut", "motif")) == {(Statut.EXCLUE, Motif.VA_EN_RETARD)}
    assert not watched().exists()
    told = Exclusion.objects.order_by("id").first()
    assert (told.auteur, told.remediation_le, told.dossier_id) == ("anne", after + timedelta(days=20), va.pk)  # type: ignore[union-attr]
    assert Demande.objects.filter(origine=Origine.EXCLUSION).count() == 2
    assert {name.fqdn for name in zone_names() if not name.retire} >= {DB, "vi1.1.mesimagesmedicales.fr"}
    notice = Courrier.objects.filter(evenement="registre:exclude", objet=DB).values_list("texte", flat=True)
    assert notice
    assert all("Aucun document reçu." in text for text in notice)


def test_a_late_document_may_still_come_and_more_time_be_granted(espace: Any) -> None:
    made = operateur()
    integrated = integrer(made, declarer(made).commande)
    _published(integrated)
    va = va_de(integrated)
    late = va.echeance + timedelta(days=1)
    actions.avancer(va.pk, "late", actions.SYSTEME, at=late)
    more = actions.avancer(va.pk, "extend", agent(), at=late, motif="Panne du PACS.", jours=3)
    assert (more.etat, more.echeance) == ("attendu", echeance(late, 3))
    actions.avancer(va.pk, "late", actions.SYSTEME, at=more.echeance + timedelta(days=1))
    given = _give_va(va, made, more.echeance + timedelta(days=1))
    assert given.etat == "depose"
    assert _checks(given)[("delai", "")] is Verdict.CONFORME  # no due date stands against a dossier that is late already


def test_an_exclusion_leaves_the_names_closes_the_meteo_and_ends_what_was_awaited(espace: Any) -> None:
    made = operateur()
    integrated = integrer(made, declarer(made).commande)
    _published(integrated)
    for who, error in ((personne(made), NonHabilite), (agent(), MotifManquant)):
        with pytest.raises(error):
            actions.exclure(DB, Motif.CYBER, "  ", who, at=NOW)
    with pytest.raises(Inconnu):
        actions.exclure("db9.9.mesimagesmedicales.fr", Motif.CYBER, "Compromission.", agent(), at=NOW)
    actions.exclure(DB, Motif.CYBER, "Compromission signalée.", agent(), at=NOW)
    assert Drimbox.objects.get().statut == Statut.EXCLUE
    assert Cible.objects.get().jusqu_a == NOW
    assert va_de(integrated).etat == "sans_objet"
    assert queries.exclusions(CoupleFqdn.objects.get())[0].motif == Motif.CYBER
    with pytest.raises(TransitionRefusee):
        actions.exclure(DB, Motif.CYBER, "Encore.", agent(), at=NOW)


def test_the_command_excludes_as_the_console_does(espace: Any) -> None:
    then = timezone.now() - timedelta(minutes=1)
    made = operateur(now=then)
    integrated = integrer(made, declarer(made, now=then).commande, now=then)
    actions.avancer(integrated.pk, "publish", actions.SYSTEME, at=then)
    assert espace.run("exclure", DB, "--motif", "cyber").returncode == 2  # nobody is excluded without words
    done = espace.run("exclure", DB.upper(), "--motif", "cyber", "--expose", "Compromission signalée.", "--remediation", "30", "--json")
    assert done.returncode == 0, done.stderr
    assert json.loads(done.stdout)["statut"] == "exclue"
    assert Cible.objects.get().jusqu_a is not None
    assert va_de(integrated).etat == "sans_objet"
    notices = list(Courrier.objects.filter(evenement="registre:exclude").values_list("texte", flat=True))
    assert ["Compromission signalée." in one for one in notices] == [True, True]  # the Operateur and the agents
    assert Demande.objects.filter(origine=Origine.EXCLUSION).count() == 1


def test_what_the_command_lets_in_is_watched_by_the_meteo(espace: Any) -> None:
    declarer(operateur())
    done = espace.run("integrer", DB, "--dn", dn(DB))
    assert done.returncode == 0, done.stderr
    assert watched().get().couple == CoupleFqdn.objects.get()


@pytest.mark.parametrize("words", ["Compromis\x07sion", "Nul\x00", "C1\x9b31m", "x" * 4001])
def test_words_that_no_notice_can_carry_exclude_nobody(espace: Any, words: str) -> None:
    made = operateur()
    integrer(made, declarer(made).commande)
    with pytest.raises(PrecisionRefusee):
        actions.exclure(DB, Motif.CYBER, words, agent(), at=NOW)
    assert Drimbox.objects.get().statut == Statut.PROVISOIRE


def test_one_drimbox_excluded_meanwhile_leaves_the_document_of_the_others_acceptable(espace: Any) -> None:
    made = operateur()
    integrated = integrer(made, declarer(made, 2).commande)
    _published(integrated)
    actions.exclure(DB, Motif.CYBER, "Compromission signalée.", agent(), at=NOW)
    va = _give_va(va_de(integrated), made)
    assert actions.avancer(va.pk, "accept", agent(), at=NOW).etat == "accepte"
    assert dict(Drimbox.objects.values_list("couple__number", "statut")) == {1: Statut.EXCLUE, 2: Statut.ACTIVE}


def test_a_drimbox_is_found_under_the_name_that_its_integration_brings(espace: Any) -> None:
    made = operateur()
    dossier = deposer_integration(made, declarer(made).commande, denomination="Nouvelle Raison")
    actions.avancer(dossier.pk, "validate", agent(), at=NOW)
    actions.avancer(dossier.pk, "accept", agent(), at=NOW)
    assert [couple.db for couple in search_couples(criteres=Criteres(mots="raison"))] == [DB]


def test_a_shorter_name_ends_the_former_one_in_the_search(espace: Any) -> None:
    made = operateur()
    dossier = deposer_integration(made, declarer(made).commande, denomination="d'Essai")
    actions.avancer(dossier.pk, "validate", agent(), at=NOW)
    actions.avancer(dossier.pk, "accept", agent(), at=NOW)
    assert [couple.db for couple in search_couples(criteres=Criteres(mots="essai"))] == [DB]
    assert not search_couples(criteres=Criteres(mots="opérateur")).exists()


def _excluded_before_its_list(espace: Any, pacs: int) -> Any:
    """Integrate N Drimboxes, exclude the first, publish the list; what the Espace then does."""
    then = timezone.now() - timedelta(minutes=1)
    made = operateur(now=then)
    integrated = integrer(made, declarer(made, pacs, now=then).commande, now=then)
    actions.exclure(DB, Motif.CYBER, "Compromission signalée.", agent(), at=then)
    publier_liste(espace, timezone.now())
    with espace.role("ouvrier"):
        relancer(timezone.now())
    return Dossier.objects.get(pk=integrated.pk)


def test_one_drimbox_excluded_before_its_list_leaves_the_notice_of_the_others_to_go(espace: Any) -> None:
    integrated = _excluded_before_its_list(espace, 2)
    assert integrated.etat == "provisoire"
    assert va_de(integrated).donnees["couples"] == ["db2.1.mesimagesmedicales.fr"]
    told = Courrier.objects.get(evenement="integration:publish").texte
    assert ("db2.1." in told, DB in told) == (True, False)  # nobody is told that an excluded one is integrated


def test_an_integration_whose_every_drimbox_is_excluded_is_closed_and_notifies_no_entry(espace: Any) -> None:
    integrated = _excluded_before_its_list(espace, 1)
    assert integrated.etat == "sans_objet"
    assert DB in Courrier.objects.get(evenement="integration:close").texte
    assert not Dossier.objects.filter(parcours="va").exists()


def test_an_exclusion_made_elsewhere_closes_what_was_awaited_at_the_next_turn(espace: Any) -> None:
    from espace.liste_blanche.actions import exclude_and_publish

    made = operateur()
    integrated = integrer(made, declarer(made).commande)
    _published(integrated)
    exclude_and_publish(DB, Motif.SANCTION, auteur="agent", now=NOW)
    with espace.role("ouvrier"):
        relancer(NOW)
    assert va_de(integrated).etat == "sans_objet"


def test_no_mail_says_anything_of_a_client(espace: Any) -> None:
    made = operateur()
    integrated = integrer(made, declarer(made).commande)
    _published(integrated)
    va = _give_va(va_de(integrated), made)
    actions.avancer(va.pk, "accept", agent(), at=NOW)
    said = "\n".join(f"{row.sujet}\n{row.texte}\n{row.html}" for row in Courrier.objects.all())
    assert DB in said
    assert not any(secret in said for secret in (SIREN, SITE_CANARY, CLIENT_CANARY))


def test_what_is_said_of_another_operateur_is_for_agents_only(espace: Any) -> None:
    made, other = operateur(), operateur(AUTRE_SIRET, "Autre")
    declarer(made)
    dossier = deposer_declaration(other)  # same hosts, same SIREN
    codes = {row.code for row in guichet_queries.verifications(dossier, agent())}
    assert {"hote_etranger", "siren_ailleurs"} <= codes
    seen = guichet_queries.verifications(dossier, personne(other))
    assert not {"hote_etranger", "siren_ailleurs"} & {row.code for row in seen}
    assert not any(DB in row.detail for row in seen)
