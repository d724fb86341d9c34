# SPDX-FileCopyrightText: 2026 drimm contributors
# SPDX-License-Identifier: EUPL-1.2
"""Files that prove the conditions of an Operateur: sent, sealed, read by an agent, taken or set aside; nobody else's."""

from __future__ import annotations

import hashlib
import re
import uuid
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import DatabaseError, transaction

from espace.acteurs.acteur import Acteur, Qui
from espace.acteurs.queries import acteur_of
from espace.conditions import actions
from espace.conditions.actions import Constatee, pieces
from espace.conditions.errors import ConditionInconnue, ConditionRefusee
from espace.conditions.models import PieceProbante, Prerequis
from espace.conditions.queries import manquantes, open_piece, tableau
from espace.conditions.rules import CodePrerequis
from espace.courrier.models import Courrier
from espace.guichet.pieces import examine
from espace.journal.models import Evenement
from tests.espace_comptes import agent, browser_of, membre
from tests.espace_dossiers import AUTRE_SIRET, PDF, operateur
from tests.espace_env import Environment

NOW = datetime(2026, 11, 23, 9, 0, tzinfo=UTC)
AGENT = Acteur("agent", Qui.AGENT)
PROOF = PDF + b"CONTRAT-CANARI-5150"
CONTRAT = CodePrerequis.CONTRAT


@pytest.fixture
def op(espace: Environment) -> Any:
    return operateur(entitled=False, now=NOW)


@pytest.fixture
def head(op: Any) -> Acteur:
    return acteur_of(membre(op))


def file(content: bytes = PROOF, nom: str = "contrat.pdf") -> Any:
    return examine(nom, content, max_bytes=10_000)


def send(op: Any, head: Acteur, content: bytes = PROOF, *, now: datetime = NOW, condition: CodePrerequis = CONTRAT) -> PieceProbante:
    return pieces.deposer(op, condition, file(content), par=head, now=now)


def ligne(op: Any, code: CodePrerequis = CONTRAT) -> Any:
    return next(one for one in tableau(op, NOW) if one.code == code)


def test_a_file_is_sealed_waits_for_an_agent_and_tells_the_shared_box(espace: Environment, op: Any, head: Acteur) -> None:
    piece = send(op, head)
    assert piece.sha256 == hashlib.sha256(PROOF).hexdigest()
    kept = str(espace.sql("SELECT row_to_json(t)::text FROM conditions_pieceprobante t"))
    assert b"CONTRAT-CANARI".hex() not in kept
    assert ligne(op).deposee == piece
    assert ligne(op).etat == "manquante", "a file alone meets nothing"
    letter = Courrier.objects.get(evenement="conditions:piece_submit")
    assert letter.destinataire == espace_agents()
    assert "CANARI" not in letter.texte + str(list(Evenement.objects.values_list("event", "fields")))


def espace_agents() -> str:
    from django.conf import settings

    return str(settings.ESPACE.courrier.agents)


def test_the_agent_takes_the_file_that_he_read_and_it_stays_the_proof_of_the_row(op: Any, head: Acteur) -> None:
    piece = send(op, head)
    row = actions.constater(op, Constatee(CONTRAT, "Contrat n° 42", NOW.date()), par=AGENT, now=NOW, piece=piece.pk)
    assert (ligne(op).deposee, ligne(op).pieces, ligne(op).prerequis) == (None, (piece,), row)
    assert "contrat" not in {one.code for one in manquantes(op, NOW)}
    assert open_piece(op, piece.pk)[1] == PROOF  # type: ignore[index]


def test_a_file_replaced_since_it_was_read_is_not_taken_in_its_stead(op: Any, head: Acteur) -> None:
    read = send(op, head)
    newer = send(op, head, PDF + b"autre")
    with pytest.raises(ConditionInconnue), transaction.atomic():
        actions.constater(op, Constatee(CONTRAT, "Contrat n° 42", NOW.date()), par=AGENT, now=NOW, piece=read.pk)
    assert not Prerequis.objects.exists()
    assert ligne(op).deposee == newer
    read.refresh_from_db()
    assert (read.contenu, read.effacee_le, read.motif) == (None, NOW, pieces.REPLACED)


def test_a_file_of_another_condition_proves_nothing(op: Any, head: Acteur) -> None:
    piece = send(op, head, condition=CodePrerequis.CARTES)
    with pytest.raises(ConditionInconnue), transaction.atomic():
        actions.constater(op, Constatee(CONTRAT, "Contrat n° 42", NOW.date()), par=AGENT, now=NOW, piece=piece.pk)
    assert not Prerequis.objects.exists()


def test_the_same_file_sent_twice_is_one_and_writes_one_mail(op: Any, head: Acteur) -> None:
    assert send(op, head) == send(op, head)
    assert PieceProbante.objects.count() == 1
    assert Courrier.objects.filter(evenement="conditions:piece_submit").count() == 1


def test_a_file_set_aside_is_erased_its_fingerprint_stays_and_the_reason_is_written(op: Any, head: Acteur) -> None:
    piece = send(op, head)
    pieces.ecarter(op, piece.pk, "La page 3 manque.", par=AGENT, now=NOW)
    piece.refresh_from_db()
    assert (piece.contenu, piece.ecartee_par, piece.motif, piece.sha256) == (
        None, "agent", "La page 3 manque.", hashlib.sha256(PROOF).hexdigest(),
    )  # fmt: skip
    assert "La page 3 manque." in Courrier.objects.filter(evenement="conditions:piece_refuse")[0].texte
    assert open_piece(op, piece.pk) is None
    with pytest.raises(ConditionInconnue):
        pieces.ecarter(op, piece.pk, "encore", par=AGENT, now=NOW)


@pytest.mark.parametrize("condition", [CodePrerequis.COMPTE, CodePrerequis.CONTENEUR_ZED])
def test_what_the_espace_sees_by_itself_takes_no_file(op: Any, head: Acteur, condition: CodePrerequis) -> None:
    with pytest.raises(ConditionRefusee):
        send(op, head, condition=condition)


def test_neither_an_administrateur_technique_nor_another_operateur_nor_an_agent_sends_one(op: Any) -> None:
    technician = acteur_of(membre(op, "tech@operateur.test", "administrateur_technique"))
    stranger = acteur_of(membre(operateur(AUTRE_SIRET, "Autre", entitled=False), "autre@autre.test"))
    for who in (technician, stranger, AGENT):
        with pytest.raises(ConditionRefusee):
            send(op, who)
    assert not PieceProbante.objects.exists()


def test_the_files_of_one_day_are_counted_and_those_of_agents_are_not(op: Any, head: Acteur, monkeypatch: pytest.MonkeyPatch) -> None:
    from django.conf import settings

    limits = settings.ESPACE.guichet.model_copy(update={"pieces_max": 2})
    monkeypatch.setattr(settings, "ESPACE", settings.ESPACE.model_copy(update={"guichet": limits}))
    actions.constater(op, Constatee(CONTRAT, "Contrat n° 42", NOW.date()), par=AGENT, now=NOW, fichier=file())
    for number in range(2):
        send(op, head, PDF + bytes([48 + number]))
    with pytest.raises(ConditionRefusee, match="2 pièces"):
        send(op, head, PDF + b"trois")
    assert send(op, head, PDF + b"trois", now=NOW + timedelta(days=1, seconds=1))


def test_a_withdrawn_condition_keeps_its_file_for_the_delay_of_pieces_then_the_ouvrier_erases_it(
    espace: Environment, op: Any, head: Acteur
) -> None:
    row = actions.constater(op, Constatee(CONTRAT, "Contrat n° 42", NOW.date()), par=AGENT, now=NOW, piece=send(op, head).pk)
    with espace.role("ouvrier"):
        assert pieces.erase_old(NOW + timedelta(days=5000)) == 0, "the proof of a condition in force is kept"
    actions.retirer(row.pk, "contrat résilié", par=AGENT, now=NOW)
    with espace.role("ouvrier"):
        assert pieces.erase_old(NOW + timedelta(days=365)) == 0
        assert pieces.erase_old(NOW + timedelta(days=365, seconds=1)) == 1
    assert espace.sql("SELECT contenu IS NULL, length(sha256) FROM conditions_pieceprobante") == [(True, 64)]
    assert Evenement.objects.filter(event="conditions:piece:erased").exists()


def test_what_was_received_never_changes_and_never_leaves_whoever_writes(espace: Environment, op: Any, head: Acteur) -> None:
    piece = send(op, head)
    for role in ("pages", "proprietaire"):
        with espace.role(role):
            for change in ({"sha256": "0" * 64}, {"nom": "x.pdf"}, {"par": "x"}):
                with pytest.raises(DatabaseError), transaction.atomic():
                    PieceProbante.objects.filter(pk=piece.pk).update(**change)
            with pytest.raises(DatabaseError), transaction.atomic():
                PieceProbante.objects.filter(pk=piece.pk).delete()


def test_the_whole_way_of_a_proof_by_the_pages(espace: Environment) -> None:
    op = operateur(entitled=False, now=NOW)
    portail, console = browser_of(membre(op)), browser_of(agent(espace))
    sent = {"condition": "contrat", "fichier": SimpleUploadedFile("../../Contrat signé.pdf", PROOF)}
    assert portail.post("/portail/conditions/preuves/", sent).status_code == 302
    piece = PieceProbante.objects.get()
    mine = portail.get("/portail/conditions/").content.decode()
    assert "transmise, à examiner" in mine
    assert f"/portail/conditions/preuves/{piece.pk}/" in mine
    assert "Contrat d&#x27;adhésion" in console.get("/console/conditions/").content.decode()
    address = f"/console/conditions/{op.pk}/preuves/{piece.pk}/"
    assert address in console.get(f"/console/conditions/{op.pk}/").content.decode()
    for browser, place in ((portail, f"/portail/conditions/preuves/{piece.pk}/"), (console, address)):
        answer = browser.get(place)
        assert (answer.content, answer["Content-Type"], answer["X-Content-Type-Options"]) == (PROOF, "application/pdf", "nosniff")
        assert re.fullmatch(r'attachment; filename="Contrat signe\.pdf"', answer["Content-Disposition"])
        assert "no-store" in answer["Cache-Control"]
    said = {"condition": "contrat", "nature": "piece", "preuve": "Contrat n° 42", "fait_le": "2026-01-05", "valable_jusqu_au": ""}
    wrong = console.post(f"/console/conditions/{op.pk}/constat/", {**said, "piece": str(uuid.uuid4())})
    assert wrong.status_code == 400
    joined = {**said, "piece": str(piece.pk), "fichier": SimpleUploadedFile("rappel.pdf", PDF + b"rappel")}
    assert console.post(f"/console/conditions/{op.pk}/constat/", joined).status_code == 302
    names = sorted(one.nom for one in ligne(op).pieces)
    assert names == ["Contrat signe.pdf", "rappel.pdf"]
    mine = portail.get("/portail/conditions/").content.decode()
    assert "rappel.pdf" in mine
    assert "à examiner" not in mine


def test_an_agent_sets_a_file_aside_by_the_page(espace: Environment) -> None:
    op = operateur(entitled=False, now=NOW)
    piece = send(op, acteur_of(membre(op)))
    console = browser_of(agent(espace))
    address = f"/console/conditions/{op.pk}/preuves/{piece.pk}/ecart/"
    assert console.post(f"/console/conditions/{op.pk + 1}/preuves/{piece.pk}/ecart/", {"motif": "x"}).status_code == 404
    assert "Il manque" in console.post(address, {"motif": " "}, follow=True).content.decode()
    assert console.post(address, {"motif": "illisible"}).status_code == 302
    assert console.post(address, {"motif": "encore"}).status_code == 404
    assert console.get(f"/console/conditions/{op.pk}/preuves/{piece.pk}/").status_code == 404, "it is erased"


def test_a_file_that_is_neither_a_pdf_nor_a_container_is_refused_in_words(espace: Environment) -> None:
    op = operateur(entitled=False, now=NOW)
    portail, console = browser_of(membre(op)), browser_of(agent(espace))
    said = {"condition": "contrat", "nature": "piece", "preuve": "x", "fait_le": "2026-01-05"}
    for nom, content in (("contrat.pdf", b"<!doctype html><script>"), ("contrat.pdf", b""), ("contrat.zed", PROOF)):
        text = portail.post(
            "/portail/conditions/preuves/", {"condition": "contrat", "fichier": SimpleUploadedFile(nom, content)}, follow=True
        )
        assert "message-error" in text.content.decode(), nom
        answer = console.post(f"/console/conditions/{op.pk}/constat/", {**said, "fichier": SimpleUploadedFile(nom, content)}, follow=True)
        assert re.search("message-error|champ-erreur", answer.content.decode()), nom
    portail.post("/portail/conditions/preuves/", {"condition": "inconnue", "fichier": SimpleUploadedFile("c.pdf", PROOF)})
    assert not PieceProbante.objects.exists()
    assert not Prerequis.objects.exists()


def test_the_file_of_another_operateur_does_not_exist(espace: Environment) -> None:
    op = operateur(entitled=False, now=NOW)
    piece = send(op, acteur_of(membre(op)))
    other = operateur(AUTRE_SIRET, "Autre", entitled=False, now=NOW)
    stranger = browser_of(membre(other, "autre@autre.test"))
    technician = browser_of(membre(op, "tech@operateur.test", "administrateur_technique"))
    foreign, absent = (stranger.get(f"/portail/conditions/preuves/{one}/") for one in (piece.pk, uuid.uuid4()))
    assert (foreign.status_code, foreign.content) == (404, absent.content)
    assert technician.get(f"/portail/conditions/preuves/{piece.pk}/").status_code == 403
    console = browser_of(agent(espace))
    assert console.get(f"/console/conditions/{other.pk}/preuves/{piece.pk}/").status_code == 404, "each in its own place"
    for page in ("/portail/conditions/", "/portail/"):
        assert piece.sha256 not in stranger.get(page).content.decode()
    assert piece.nom not in technician.get("/portail/").content.decode()
