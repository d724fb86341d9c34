# SPDX-FileCopyrightText: 2026 drimm contributors
# SPDX-License-Identifier: EUPL-1.2
"""Conditions of an Operateur, its ZED container and its administrateurs techniques, under the role of the pages."""

from __future__ import annotations

import itertools
import re
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from django.conf import settings
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import DatabaseError, transaction

from espace.acteurs.acteur import Acteur, Qui
from espace.acteurs.queries import acteur_of
from espace.acteurs.rules import DeclarationRefusee
from espace.conditions import actions
from espace.conditions.actions import Constatee, administrateurs, conteneur
from espace.conditions.errors import (
    ConditionInconnue,
    ConditionRefusee,
    ConteneurRefuse,
    NominationRefusee,
    SecretDetruit,
    TropDeNominations,
)
from espace.conditions.models import AdministrateurTechnique, ConteneurZed, Prerequis
from espace.conditions.queries import manquantes
from espace.conditions.rules import TEXTES, CodePrerequis, Preuve
from espace.courrier.models import Courrier
from espace.guichet.pieces import examine
from espace.journal.models import Evenement
from tests.espace_comptes import agent, browser_of, membre
from tests.espace_donnees import integrate
from tests.espace_dossiers import ZED, operateur, together
from tests.espace_env import Environment

NOW = datetime(2026, 11, 23, 9, 0, tzinfo=UTC)
AGENT = Acteur("agent", Qui.AGENT)
PASSWORD = "Mot-de-passe-CANARI-7"
TODAY = date(2026, 11, 23)


@pytest.fixture
def op(espace: Environment) -> Any:
    return operateur(entitled=False, now=NOW)


@pytest.fixture
def head(op: Any) -> Acteur:
    return acteur_of(membre(op))


def container() -> Any:
    return examine("vide.zed", ZED, max_bytes=10_000)


def given(op: Any, now: datetime = NOW) -> ConteneurZed:
    return conteneur.attribuer(op, container(), PASSWORD, par=AGENT, now=now)


def mails() -> list[str]:
    """Return what was written, in order; one event writes to several addresses."""
    events = Courrier.objects.order_by("id").values_list("evenement", "texte")
    return [evenement for (evenement, _texte), _rows in itertools.groupby(events)]


def test_each_condition_that_lacks_is_named_until_an_agent_records_it(op: Any, head: Acteur) -> None:
    required = [
        code.value for code, texte in TEXTES.items() if texte.requise and code not in {CodePrerequis.COMPTE, CodePrerequis.CONTENEUR_ZED}
    ]
    assert [one.code for one in manquantes(op, NOW)] == [*required, "conteneur_zed"], "the account of its head is there"
    for code in required:
        until = TODAY + timedelta(days=90) if code == "referencement" else None
        actions.constater(op, Constatee(CodePrerequis(code), f"preuve {code}", TODAY, valable_jusqu_au=until), par=AGENT, now=NOW)
        assert code not in {one.code for one in manquantes(op, NOW)}
    given(op)
    assert manquantes(op, NOW) == ()
    assert mails() == ["conditions:accept"] * len(required) + ["conditions:conteneur_give"]


def test_a_validity_ends_with_its_day_in_paris(op: Any, head: Acteur) -> None:
    actions.constater(op, Constatee(CodePrerequis.REFERENCEMENT, "R-1", TODAY, valable_jusqu_au=TODAY), par=AGENT, now=NOW)
    last = datetime(2026, 11, 23, 22, 59, tzinfo=UTC)
    assert "referencement" not in {one.code for one in manquantes(op, last)}
    late = {one.code: one.libelle for one in manquantes(op, last + timedelta(minutes=1))}
    assert "validité est passée" in late["referencement"]


def test_another_document_may_stand_for_the_referencement_when_a_named_agent_takes_it(op: Any) -> None:
    actions.constater(op, Constatee(CodePrerequis.REFERENCEMENT, "Courrier du 3 mars", TODAY, Preuve.AUTRE_DOCUMENT), par=AGENT, now=NOW)
    row = Prerequis.objects.get()
    assert (row.nature, row.accepte_par, row.accepte_le) == ("autre_document", "agent", NOW)
    assert "referencement" not in {one.code for one in manquantes(op, NOW)}


@pytest.mark.parametrize(
    "constatee",
    [
        Constatee(CodePrerequis.CONTENEUR_ZED, "x", TODAY),
        Constatee(CodePrerequis.CONTRAT, "x", TODAY, Preuve.AUTRE_DOCUMENT),
        Constatee(CodePrerequis.REFERENCEMENT, "x", TODAY),
        Constatee(CodePrerequis.CONTRAT, "x", TODAY + timedelta(days=1)),
        Constatee(CodePrerequis.CONTRAT, "x", TODAY, valable_jusqu_au=TODAY - timedelta(days=1)),
        Constatee(CodePrerequis.CONTRAT, "  ", TODAY),
    ],
    ids=["container by hand", "other document for a contract", "no end of validity", "in the future", "already over", "no proof"],
)
def test_a_condition_that_makes_no_sense_is_refused(op: Any, constatee: Constatee) -> None:
    with pytest.raises((ConditionRefusee, DeclarationRefusee)):
        actions.constater(op, constatee, par=AGENT, now=NOW)
    assert not Prerequis.objects.exists()


def test_a_person_of_the_operateur_records_nothing_for_itself(op: Any, head: Acteur) -> None:
    with pytest.raises(ConditionRefusee):
        actions.constater(op, Constatee(CodePrerequis.CONTRAT, "x", TODAY), par=head, now=NOW)
    with pytest.raises(ConteneurRefuse):
        conteneur.attribuer(op, container(), PASSWORD, par=head, now=NOW)


def test_a_withdrawn_condition_lacks_again_its_reason_is_written_and_its_row_never_changes(op: Any) -> None:
    row = actions.constater(op, Constatee(CodePrerequis.CONTRAT, "x", TODAY), par=AGENT, now=NOW)
    actions.retirer(row.pk, "contrat résilié", par=AGENT, now=NOW)
    assert "contrat" in {one.code for one in manquantes(op, NOW)}
    assert "contrat résilié" in Courrier.objects.get(evenement="conditions:withdraw").texte
    with pytest.raises(ConditionInconnue):
        actions.retirer(row.pk, "encore", par=AGENT, now=NOW)
    with pytest.raises(DatabaseError), transaction.atomic():
        Prerequis.objects.filter(pk=row.pk).update(motif_retrait="autre")


def test_a_new_proof_replaces_the_former_one_and_both_stay(op: Any) -> None:
    for proof in ("première", "seconde"):
        actions.constater(op, Constatee(CodePrerequis.CONTRAT, proof, TODAY), par=AGENT, now=NOW)
    assert list(Prerequis.objects.order_by("id").values_list("preuve", "motif_retrait")) == [
        ("première", actions.REPLACED),
        ("seconde", ""),
    ]


def test_two_agents_who_record_a_condition_at_once_leave_one_row_in_force(op: Any) -> None:
    constatee = Constatee(CodePrerequis.CONTRAT, "Contrat signé.", TODAY)
    told = together(*[lambda who=who: actions.constater(op, constatee, par=Acteur(who, Qui.AGENT), now=NOW) for who in ("anne", "basile")])
    assert [type(one) for one in told] == [Prerequis, Prerequis]
    assert Prerequis.objects.filter(retire_le__isnull=True).count() == 1


def test_the_container_is_asked_once_given_sealed_and_its_password_read_once(espace: Environment, op: Any, head: Acteur) -> None:
    conteneur.demander(op, par=head, now=NOW)
    with pytest.raises(ConteneurRefuse):
        conteneur.demander(op, par=head, now=NOW)
    given(op)
    kept = str(espace.sql("SELECT row_to_json(t)::text FROM conditions_conteneurzed t")).encode()
    assert PASSWORD.encode().hex().encode() not in kept
    assert ZED[:24].hex().encode() not in kept
    assert conteneur.open_content(op)[1] == ZED  # type: ignore[index]
    assert conteneur.read_secret_once(op, par=head, now=NOW) == PASSWORD
    for _again in range(2):
        with pytest.raises(SecretDetruit):
            conteneur.read_secret_once(op, par=head, now=NOW)
    assert espace.sql("SELECT secret IS NULL FROM conditions_conteneurzed") == [(True,)]
    assert mails() == ["conditions:conteneur_ask", "conditions:conteneur_give"]
    for model in (Evenement, Courrier):
        table = model._meta.db_table
        assert PASSWORD not in str(espace.sql(f"SELECT row_to_json(t)::text FROM {table} t"))


def test_a_password_that_nobody_read_in_seven_days_is_destroyed_by_the_ouvrier(espace: Environment, op: Any, head: Acteur) -> None:
    given(op)
    late = NOW + timedelta(days=7)
    with pytest.raises(SecretDetruit):
        conteneur.read_secret_once(op, par=head, now=late)
    with espace.role("ouvrier"):
        assert conteneur.destroy_old_secrets(late - timedelta(seconds=1)) == 0
        assert conteneur.destroy_old_secrets(late) == 1
    assert espace.sql("SELECT secret IS NULL, secret_lu_le IS NULL FROM conditions_conteneurzed") == [(True, True)]
    assert Evenement.objects.filter(event="conditions:secret:destroyed").exists()


def test_a_loss_voids_the_container_with_its_bytes_and_asks_for_another(espace: Environment, op: Any, head: Acteur) -> None:
    given(op)
    with pytest.raises(ConteneurRefuse):
        conteneur.demander(op, par=head, now=NOW)
    conteneur.demander(op, "mot de passe perdu", par=head, now=NOW)
    assert "conteneur_zed" in {one.code for one in manquantes(op, NOW)}
    voided = "SELECT contenu IS NULL AND secret IS NULL FROM conditions_conteneurzed WHERE annule_le IS NOT NULL"
    assert espace.sql(voided) == [(True,)]
    assert conteneur.open_content(op) is None
    given(op)
    assert ConteneurZed.objects.count() == 2
    assert mails()[1:4] == ["conditions:conteneur_void", "conditions:conteneur_ask", "conditions:conteneur_give"]


def test_an_administrateur_technique_reads_no_password_and_another_operateur_neither(op: Any) -> None:
    given(op)
    technician = acteur_of(membre(op, "tech@operateur.test", "administrateur_technique"))
    stranger = acteur_of(membre(operateur("35600000000048", "Autre", entitled=False), "autre@autre.test"))
    for who in (technician, stranger):
        with pytest.raises(ConteneurRefuse):
            conteneur.read_secret_once(op, par=who, now=NOW)


@pytest.fixture
def couple(espace: Environment) -> Any:
    return integrate(now=NOW)[0].couple


@pytest.fixture
def delivered(couple: Any, monkeypatch: pytest.MonkeyPatch) -> Any:
    """The attestation of the couple is delivered, which another room tests."""

    class Delivered:
        @staticmethod
        def filter(**asked: Any) -> Any:
            assert asked == {
                "operateur": couple.operateur, "noms__contains": [couple.db], "scellee__isnull": False, "revocation__isnull": True,
            }  # fmt: skip
            return type("Rows", (), {"exists": staticmethod(lambda: True)})

    monkeypatch.setattr(administrateurs, "Attestation", type("Attestation", (), {"objects": Delivered}))
    return couple


def name(op: Any, db: str, par: Acteur, mail: str = "tech@operateur.test") -> AdministrateurTechnique:
    return administrateurs.nommer(op, db, "Dominique Technique", mail, par=par, now=NOW)


def test_nobody_is_named_before_the_attestation(couple: Any) -> None:
    with pytest.raises(NominationRefusee, match="attestation"):
        name(couple.operateur, couple.db, acteur_of(membre(couple.operateur)))


def test_a_named_person_is_told_and_so_is_the_operateur(delivered: Any) -> None:
    op = delivered.operateur
    name(op, delivered.db, acteur_of(membre(op, role="mandataire")))
    told = dict(Courrier.objects.filter(evenement="conditions:administrateur_name").values_list("destinataire", "texte"))
    assert "tech@operateur.test" in told
    assert len(told) >= 2
    assert all(delivered.db in text for text in told.values())
    with pytest.raises(NominationRefusee, match="déjà"):
        name(op, delivered.db, acteur_of(membre(op, "tete@operateur.test")))


def test_a_person_named_and_withdrawn_again_and_again_is_written_to_a_few_times_a_day(delivered: Any) -> None:
    op = delivered.operateur
    chief = acteur_of(membre(op))
    for _ in range(3):
        administrateurs.retirer(op, name(op, delivered.db, chief).pk, par=chief, now=NOW)
    with pytest.raises(TropDeNominations, match="pour ce nom"):
        name(op, delivered.db, chief)
    name(op, delivered.db, chief, "autre@operateur.test")
    administrateurs.nommer(op, delivered.db, "Dominique", "tech@operateur.test", par=chief, now=NOW + timedelta(days=1, seconds=1))


def test_an_operateur_names_so_many_persons_a_day(delivered: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    bounded = settings.ESPACE.guichet.model_copy(update={"nominations_jour": 2})
    monkeypatch.setattr(settings, "ESPACE", settings.ESPACE.model_copy(update={"guichet": bounded}))
    op = delivered.operateur
    chief = acteur_of(membre(op))
    name(op, delivered.db, chief, "un@operateur.test")
    name(op, delivered.db, chief, "deux@operateur.test")
    with pytest.raises(TropDeNominations, match="Votre Opérateur"):
        name(op, delivered.db, chief, "trois@operateur.test")


@pytest.mark.parametrize("db", ["*.mesimagesmedicales.fr", "*", "db*.1.mesimagesmedicales.fr", "db9.9.mesimagesmedicales.fr", ""])
def test_a_pattern_or_a_name_of_somebody_else_names_nobody(delivered: Any, db: str) -> None:
    with pytest.raises(NominationRefusee):
        name(delivered.operateur, db, acteur_of(membre(delivered.operateur)))


@pytest.mark.parametrize("role", ["contributeur", "administrateur_technique"])
def test_only_head_and_mandataires_name_and_withdraw(delivered: Any, role: str) -> None:
    op = delivered.operateur
    row = name(op, delivered.db, acteur_of(membre(op)))
    other = acteur_of(membre(op, "autre@operateur.test", role))
    with pytest.raises(NominationRefusee):
        name(op, delivered.db, other, "x@operateur.test")
    with pytest.raises(NominationRefusee):
        administrateurs.retirer(op, row.pk, par=other, now=NOW)
    with pytest.raises(NominationRefusee):
        name(op, delivered.db, AGENT, "x@operateur.test")


def test_the_bascule_ends_every_nomination_of_the_couple_and_tells_each_person(delivered: Any) -> None:
    op = delivered.operateur
    chief = acteur_of(membre(op))
    for mail in ("un@operateur.test", "deux@operateur.test"):
        name(op, delivered.db, chief, mail)
    assert administrateurs.retirer_tous(delivered, "bascule d'Opérateur", auteur="agent", now=NOW) == 2
    assert not AdministrateurTechnique.objects.filter(retire_le__isnull=True).exists()
    told = Courrier.objects.filter(evenement="conditions:administrateur_withdraw").values_list("destinataire", flat=True)
    assert {"un@operateur.test", "deux@operateur.test"} <= set(told)
    assert administrateurs.retirer_tous(delivered, "encore", auteur="agent", now=NOW) == 0


def test_the_whole_way_of_the_container_by_the_pages(espace: Environment) -> None:
    op = operateur(entitled=False, now=NOW)
    portail, console = browser_of(membre(op)), browser_of(agent(espace))
    assert portail.post("/portail/conditions/conteneur/demande/").status_code == 302
    assert op.denomination in console.get("/console/conditions/").content.decode().replace("&#x27;", "'")
    sent = {"fichier": SimpleUploadedFile("../../vide.zed", ZED), "secret": PASSWORD}
    assert console.post(f"/console/conditions/{op.pk}/conteneur/", sent).status_code == 302
    given_back = portail.get("/portail/conditions/conteneur/")
    assert (given_back.content, given_back["Content-Type"]) == (ZED, "application/vnd.primx.zed")
    assert re.fullmatch(r'attachment; filename="conteneur-\d+\.zed"', given_back["Content-Disposition"])
    assert portail.get("/portail/conditions/conteneur/mot-de-passe/").status_code == 405, "a link that is fetched ahead reads nothing"
    page = portail.post("/portail/conditions/conteneur/mot-de-passe/")
    assert PASSWORD in page.content.decode()
    assert "no-store" in page["Cache-Control"]
    again = portail.post("/portail/conditions/conteneur/mot-de-passe/", follow=True).content.decode()
    assert PASSWORD not in again
    assert "n&#x27;existe plus ici" in again


def test_a_file_that_is_no_container_is_refused_in_words(espace: Environment) -> None:
    op = operateur(entitled=False, now=NOW)
    console = browser_of(agent(espace))
    for nom, content in (("page.zed", b"<!doctype html><p>"), ("prog.zed", b"MZ" + b"x" * 100), ("vide.zed", b"")):
        sent = {"fichier": SimpleUploadedFile(nom, content), "secret": PASSWORD}
        answer = console.post(f"/console/conditions/{op.pk}/conteneur/", sent, follow=True)
        text = answer.content.decode()
        assert "message-error" in text or "champ-erreur" in text, nom
        assert PASSWORD not in text
    assert not ConteneurZed.objects.exists()


def test_an_agent_records_withdraws_and_invites_by_the_pages(espace: Environment) -> None:
    op = operateur(entitled=False, now=NOW)
    console = browser_of(agent(espace))
    values = {"condition": "contrat", "nature": "piece", "preuve": "Contrat n° 42", "fait_le": "2026-01-05", "valable_jusqu_au": ""}
    assert console.post(f"/console/conditions/{op.pk}/constat/", {**values, "fait_le": "hier"}).status_code == 400
    console.post(f"/console/conditions/{op.pk}/constat/", values)
    row = Prerequis.objects.get(retire_le__isnull=True)
    assert "Contrat n° 42" in console.get(f"/console/conditions/{op.pk}/").content.decode()
    assert console.post(f"/console/conditions/{op.pk + 1}/constat/{row.pk}/retrait/", {"motif": "x"}).status_code == 404
    console.post(f"/console/conditions/{op.pk}/constat/{row.pk}/retrait/", {"motif": "périmé"})
    row.refresh_from_db()
    assert (row.motif_retrait, row.retire_par) == ("périmé", "agent")
    console.post(f"/console/conditions/{op.pk}/invitation/", {"mail": "neuve@operateur.test", "role": "mandataire"})
    letter = Courrier.objects.get(evenement="comptes:invite")
    assert re.search(r"/compte/invitation/[\w-]{40,}/", letter.texte)
    assert (letter.destinataire, letter.ephemere) == ("neuve@operateur.test", True)
