# SPDX-FileCopyrightText: 2026 drimm contributors
# SPDX-License-Identifier: EUPL-1.2
"""Who may decide what, once: two clicks, two agents, a page kept open, an account of the wrong kind."""

from __future__ import annotations

import uuid
from datetime import timedelta
from typing import Any

import pytest

from confiance.errors import DrimmError
from espace.acteurs.acteur import Acteur, Qui
from espace.acteurs.models import Commande
from espace.calendrier.rules import echeance
from espace.courrier.models import Courrier
from espace.guichet import actions as guichet
from espace.guichet.errors import DossierAbsent, DossierFige, FormulaireRefuse, GuichetRefus, TropDeBrouillons, VersionPerimee
from espace.guichet.models import Dossier, Etape
from espace.guichet.natures import Nature
from espace.instruction import actions, queries
from espace.instruction.errors import (
    CommandeRequise,
    ConditionsManquantes,
    DejaDecide,
    EtapeImpossible,
    MotifManquant,
    NonHabilite,
    ParcoursInconnu,
    PieceManquante,
    PrecisionRefusee,
)
from espace.instruction.motifs import MotifRefus
from espace.journal.models import Evenement
from espace.registre.models import CoupleFqdn, Drimbox
from espace.registre.states import Motif, Statut
from tests.espace_dossiers import (
    AUTRE_SIRET,
    NOW,
    PDF,
    ZED,
    agent,
    declaration,
    declarer,
    deposer_declaration,
    integrer,
    operateur,
    personne,
    together,
    va_de,
)


def test_two_agents_deciding_at_once_end_in_one_decision_and_one_clear_answer(espace: Any) -> None:
    dossier = deposer_declaration(operateur())
    told = together(
        lambda: actions.avancer(dossier.pk, "accept", agent("anne"), at=NOW, version=dossier.version),
        lambda: actions.avancer(dossier.pk, "refuse", agent("basile"), at=NOW, version=dossier.version, motif="Illisible."),
    )
    refused = [one for one in told if isinstance(one, DejaDecide)]
    assert len(refused) == 1
    assert dossier.numero in refused[0].message
    assert refused[0].remede
    last = Etape.objects.filter(dossier=dossier).exclude(verb="submit").get()
    assert last.acteur in refused[0].message
    assert CoupleFqdn.objects.count() == (1 if last.verb == "accept" else 0)
    assert Courrier.objects.filter(evenement__in=["declaration:accept", "declaration:refuse"]).count() == 1


def test_the_same_acceptance_sent_four_times_gives_names_once(espace: Any) -> None:
    dossier = deposer_declaration(operateur(), 2)
    told = together(*[lambda: actions.avancer(dossier.pk, "accept", agent(), at=NOW)] * 4)
    assert sum(isinstance(one, DejaDecide) for one in told) == 3
    assert CoupleFqdn.objects.count() == 2
    assert Commande.objects.count() == 1


def test_an_exclusion_and_an_acceptance_at_once_never_lock_one_another(espace: Any) -> None:
    made = operateur()
    integrated = integrer(made, declarer(made).commande)
    actions.avancer(integrated.pk, "publish", actions.SYSTEME, at=NOW)
    va = va_de(integrated)
    guichet.deposer_piece(va.pk, Nature.DOCUMENT_VA, "va.pdf", PDF, personne(made), at=NOW)
    actions.avancer(va.pk, "submit", personne(made), at=NOW)
    told = together(
        lambda: actions.avancer(va.pk, "accept", agent("anne"), at=NOW),
        lambda: actions.exclure("db1.1.mesimagesmedicales.fr", Motif.CYBER, "Compromission.", agent("basile"), at=NOW),
    )
    assert len(told) == 2
    assert Drimbox.objects.get().statut == Statut.EXCLUE  # whoever came first: an active one is excluded too
    assert Dossier.objects.get(pk=va.pk).etat in {"accepte", "sans_objet"}


def test_the_same_submission_sent_twice_is_one(espace: Any) -> None:
    made = operateur()
    who = personne(made)
    dossier = actions.ouvrir("declaration", made, who, at=NOW)
    guichet.enregistrer(dossier.pk, declaration(), who, at=NOW)
    guichet.deposer_piece(dossier.pk, Nature.CGI, "cgi.zed", ZED, who, at=NOW)
    version = Dossier.objects.get(pk=dossier.pk).version
    told = together(*[lambda: actions.avancer(dossier.pk, "submit", who, at=NOW, version=version)] * 2)
    assert sum(isinstance(one, DejaDecide) for one in told) == 1
    assert Etape.objects.filter(dossier=dossier).count() == 1
    assert len({row.rang for row in dossier.verifications.all()}) == dossier.verifications.count()


def test_the_same_form_opens_one_draft(espace: Any) -> None:
    made, jeton = operateur(), uuid.uuid4()
    told = together(*[lambda: actions.ouvrir("declaration", made, personne(made), at=NOW, jeton=jeton)] * 3)
    assert len({one.numero for one in told}) == 1
    assert Dossier.objects.count() == 1


def test_numbers_follow_one_another_even_when_askedtogether(espace: Any) -> None:
    first, second = operateur(), operateur(AUTRE_SIRET, "Autre")
    told = together(*[lambda made=made: actions.ouvrir("declaration", made, personne(made), at=NOW) for made in (first, second)] * 3)
    assert sorted(one.numero for one in told) == [f"DM-2026-{n:06d}" for n in range(1, 7)]


def test_a_jeton_of_somebody_else_opens_nothing_of_theirs(espace: Any) -> None:
    first, second, jeton = operateur(), operateur(AUTRE_SIRET, "Autre"), uuid.uuid4()
    actions.ouvrir("declaration", first, personne(first), at=NOW, jeton=jeton)
    with pytest.raises(GuichetRefus, match="déjà servi"):
        actions.ouvrir("declaration", second, personne(second), at=NOW, jeton=jeton)


def test_a_page_kept_open_decides_nothing(espace: Any) -> None:
    dossier = deposer_declaration(operateur())
    seen = dossier.version
    actions.avancer(dossier.pk, "take", agent("anne"), at=NOW)
    with pytest.raises(DejaDecide, match="anne"):
        actions.avancer(dossier.pk, "accept", agent("basile"), at=NOW, version=seen)


@pytest.mark.parametrize(
    ("verb", "who", "error"),
    [
        ("accept", "personne", NonHabilite),
        ("withdraw", "agent", NonHabilite),
        ("deliver", "agent", EtapeImpossible),
        ("publish", "agent", EtapeImpossible),
        ("complete", "personne", EtapeImpossible),
        ("nothing", "agent", EtapeImpossible),
    ],
)
def test_a_verb_belongs_to_its_state_and_to_its_actor(espace: Any, verb: str, who: str, error: type[DrimmError]) -> None:
    made = operateur()
    dossier = deposer_declaration(made)
    with pytest.raises(error):
        actions.avancer(dossier.pk, verb, personne(made) if who == "personne" else agent(), at=NOW)
    assert Dossier.objects.get(pk=dossier.pk).etat == "deposee"


def test_another_operateur_finds_no_such_dossier(espace: Any) -> None:
    made, other = operateur(), operateur(AUTRE_SIRET, "Autre")
    dossier = deposer_declaration(made)
    with pytest.raises(DossierAbsent) as foreign:
        actions.avancer(dossier.pk, "withdraw", personne(other), at=NOW)
    with pytest.raises(DossierAbsent) as unknown:
        actions.avancer(dossier.pk + 999, "withdraw", personne(other), at=NOW)
    assert foreign.value.as_dict() == unknown.value.as_dict()
    for work in (
        lambda: guichet.enregistrer(dossier.pk, {"site": "x"}, personne(other), at=NOW),
        lambda: guichet.deposer_piece(dossier.pk, Nature.CGI, "c.zed", ZED, personne(other), at=NOW),
        lambda: actions.ouvrir("declaration", made, personne(other), at=NOW),
    ):
        with pytest.raises((DossierAbsent, NonHabilite)):
            work()


def test_an_agent_opens_and_writes_nothing_for_an_operateur(espace: Any) -> None:
    made = operateur()
    dossier = actions.ouvrir("declaration", made, personne(made), at=NOW)
    with pytest.raises(NonHabilite):
        actions.ouvrir("declaration", made, agent(), at=NOW)
    with pytest.raises(DossierAbsent):
        guichet.enregistrer(dossier.pk, {"site": "x"}, agent(), at=NOW)


@pytest.mark.parametrize(
    ("donnees", "motif", "error"),
    [
        ({}, "", MotifManquant),
        ({}, "  \n ", MotifManquant),
        ({"motifs": ["inventé"]}, "x", PrecisionRefusee),
        ({"jours": 3}, "x", PrecisionRefusee),
        ({"couleur": "rouge"}, "x", PrecisionRefusee),
        ({}, "x" * 4001, PrecisionRefusee),
        ({}, "a\x00b", PrecisionRefusee),
    ],
)
def test_a_refusal_is_reasoned_and_in_bounds(espace: Any, donnees: dict[str, Any], motif: str, error: type[DrimmError]) -> None:
    dossier = deposer_declaration(operateur())
    with pytest.raises(error):
        actions.avancer(dossier.pk, "refuse", agent(), at=NOW, motif=motif, **donnees)


@pytest.mark.parametrize("motif", MotifRefus)
def test_the_six_listed_grounds_are_said_in_the_notice(espace_partage: Any, motif: MotifRefus) -> None:
    made = operateur(entitled=not Dossier.objects.exists())
    dossier = deposer_declaration(made, prefix=motif.value)
    actions.avancer(dossier.pk, "refuse", agent(), at=NOW, motifs=[motif.value], motif="Voir la page 3.")
    last = Etape.objects.get(dossier=dossier, verb="refuse")
    assert (last.motifs, last.motif) == ([motif.value], "Voir la page 3.")
    text = Courrier.objects.get(evenement="declaration:refuse", objet=dossier.numero).texte
    assert str(motif.label) in " ".join(text.split())
    assert "Voir la page 3." in text


def test_a_complement_is_a_state_with_a_due_date_and_comes_back_checked_again(espace: Any) -> None:
    made = operateur()
    dossier = deposer_declaration(made)
    asked = actions.avancer(dossier.pk, "ask_more", agent(), at=NOW, motif="Le second hôte ?", jours=5)
    assert (asked.etat, asked.echeance) == ("complement", echeance(NOW, 5))
    assert list(queries.expected_of(made.pk)) == [asked]
    guichet.enregistrer(dossier.pk, {**declaration(), "site": "Autre libellé"}, personne(made), at=NOW)
    later = NOW + timedelta(days=1)
    back = actions.avancer(dossier.pk, "complete", personne(made), at=later)
    assert (back.etat, back.depose_le) == ("deposee", later)
    assert dossier.verifications.values("tour").distinct().count() == 2


def test_a_submitted_dossier_is_out_of_the_hands_of_its_operateur(espace: Any) -> None:
    made = operateur()
    dossier = deposer_declaration(made)
    with pytest.raises(DossierFige):
        guichet.enregistrer(dossier.pk, {"site": "autre"}, personne(made), at=NOW)
    assert actions.avancer(dossier.pk, "withdraw", personne(made), at=NOW).etat == "desistee"


def test_a_missing_condition_blocks_the_declaration_and_says_which(espace: Any) -> None:
    made = operateur(entitled=False)
    with pytest.raises(ConditionsManquantes, match="Référencement"):
        deposer_declaration(made)
    assert Dossier.objects.get().etat == "brouillon"


def test_a_declaration_without_its_cgi_or_its_fields_stays_a_draft(espace: Any) -> None:
    made = operateur()
    dossier = actions.ouvrir("declaration", made, personne(made), at=NOW)
    with pytest.raises(FormulaireRefuse):
        actions.avancer(dossier.pk, "submit", personne(made), at=NOW)
    guichet.enregistrer(dossier.pk, declaration(), personne(made), at=NOW)
    with pytest.raises(PieceManquante, match="Conditions Générales"):
        actions.avancer(dossier.pk, "submit", personne(made), at=NOW)
    assert not Evenement.objects.filter(event="instruction:dossier:moved").exists()


def test_a_draft_is_kept_incomplete_without_fields_of_others_and_by_version(espace: Any) -> None:
    made = operateur()
    dossier = actions.ouvrir("declaration", made, personne(made), at=NOW)
    kept = guichet.enregistrer(dossier.pk, {"site": "S", "couples": ["db1.1.x"], "etat": "acceptee"}, personne(made), at=NOW, version=1)
    assert (kept.donnees, kept.version) == ({"site": "S"}, 2)
    with pytest.raises(VersionPerimee):
        guichet.enregistrer(dossier.pk, {"site": "T"}, personne(made), at=NOW, version=1)
    assert actions.avancer(dossier.pk, "abandon", personne(made), at=NOW).etat == "abandonnee"


def test_drafts_are_counted(espace: Any) -> None:
    made = operateur()
    for _ in range(50):
        actions.ouvrir("declaration", made, personne(made), at=NOW)
    with pytest.raises(TropDeBrouillons):
        actions.ouvrir("declaration", made, personne(made), at=NOW)


def test_an_integration_is_for_a_commande_of_ones_own_and_a_va_is_opened_by_nobody(espace: Any) -> None:
    made, other = operateur(), operateur(AUTRE_SIRET, "Autre")
    declared = declarer(made)
    for commande, who in ((None, made), (declared.commande, other)):
        with pytest.raises(CommandeRequise):
            actions.ouvrir("integration", who, personne(who), at=NOW, commande=commande)
    with pytest.raises(NonHabilite):
        actions.ouvrir("va", made, personne(made), at=NOW, commande=declared.commande)
    with pytest.raises(ParcoursInconnu):
        actions.ouvrir("autre", made, personne(made), at=NOW)


def test_the_form_never_chooses_whose_siret_is_declared(espace: Any) -> None:
    made, other = operateur(), operateur(AUTRE_SIRET, "Autre")
    dossier = deposer_declaration(made, siret=AUTRE_SIRET, denomination="Autre", description="Nouvelle description")
    actions.avancer(dossier.pk, "accept", agent(), at=NOW)
    assert CoupleFqdn.objects.get().operateur_id == made.pk
    made.refresh_from_db()
    other.refresh_from_db()
    assert (made.description, other.description, made.siret) == ("Nouvelle description", "", made.siret)


def test_the_system_is_not_an_account(espace: Any) -> None:
    dossier = deposer_declaration(operateur())
    with pytest.raises(NonHabilite):
        actions.avancer(dossier.pk, "accept", Acteur("espace", Qui.SYSTEME), at=NOW)


def test_the_queue_shows_the_most_urgent_first_and_who_waits_for_whom(espace: Any) -> None:
    made = operateur()
    old = deposer_declaration(made, prefix="a")
    new = deposer_declaration(made, now=NOW + timedelta(days=2), prefix="b")
    asked = deposer_declaration(made, prefix="c")
    actions.avancer(asked.pk, "ask_more", agent(), at=NOW, motif="?")
    assert list(queries.waiting_for(Qui.AGENT)) == [old, new]
    assert list(queries.waiting_for(Qui.OPERATEUR)) == [asked]
    assert [arrow.verb for arrow in queries.possible(old, agent())] == ["take", "ask_more", "accept", "refuse"]
    assert [arrow.verb for arrow in queries.possible(old, personne(made))] == ["withdraw"]
    assert queries.late(NOW + timedelta(days=60)).count() == 3
