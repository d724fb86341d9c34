# SPDX-FileCopyrightText: 2026 drimm contributors
# SPDX-License-Identifier: EUPL-1.2
"""The public page that verifies an attestation, and the page of the mails: by the doors that a person has."""

from __future__ import annotations

import hashlib
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from espace.acteurs.actions import register_operateur
from espace.acteurs.rules import OperateurDeclare
from espace.attestation import actions, queries, verification
from espace.attestation.models import Attestation
from espace.attestation.sceau import Sceleur
from espace.config import current
from espace.courrier.actions import poster
from espace.courrier.models import Courrier
from espace.guichet.models import Dossier
from tests.espace_comptes import agent, browser_of
from tests.espace_donnees import CLIENT_CANARY, NOW, SIREN, SIRET, SITE_CANARY, declare

ADDRESS = "/attestations/"


@pytest.fixture(scope="module")
def sealed(espace_partage: Any) -> tuple[str, bytes]:
    """A sealed attestation: its number and its file."""
    couple = declare()[0]
    dossier = Dossier.objects.create(
        numero="DM-2026-000001", parcours="declaration", etat="acceptee", cree_par="essai", cree_le=NOW, modifie_le=NOW,
        operateur=couple.operateur, commande=couple.pacs.commande,
    )  # fmt: skip
    numero = actions.delivrer(dossier, NOW).numero
    with espace_partage.role("signataire"):
        assert Sceleur(current()).turn() == 1
    return numero, queries.pdf_of(numero, None) or b""


@pytest.fixture
def visitor() -> Client:
    return Client(headers={"host": "127.0.0.1"})


def ask(visitor: Client, numero: str, file: bytes | None = None, sha256: str = "") -> tuple[int, str]:
    values: dict[str, Any] = {"numero": numero, "sha256": sha256}
    if file is not None:
        values["fichier"] = SimpleUploadedFile("attestation.pdf", file, content_type="application/pdf")
    answer = visitor.post(ADDRESS, values)
    return answer.status_code, answer.content.decode()


def test_the_page_is_open_to_everybody(visitor: Client, sealed: Any) -> None:
    assert visitor.get(ADDRESS).status_code == 200


def test_the_file_that_was_delivered_is_said_genuine(visitor: Client, sealed: tuple[str, bytes]) -> None:
    numero, pdf = sealed
    for status, page in (ask(visitor, numero, pdf), ask(visitor, f" {numero.lower()} ", sha256=hashlib.sha256(pdf).hexdigest().upper())):
        assert status == 200
        assert "Authentique" in page
        assert "db1.1." in page
        assert not [canary for canary in (CLIENT_CANARY, SITE_CANARY, SIREN, "Essai") if canary in page]


def test_another_file_and_another_number_are_told_alike(visitor: Client, sealed: tuple[str, bytes]) -> None:
    numero, pdf = sealed
    for number, file in ((numero, pdf + b" "), ("AD-2026-00000000", pdf)):
        status, page = ask(visitor, number, file)
        assert status == 200
        assert "Inconnue" in page
        assert "db1.1." not in page


@pytest.mark.parametrize(
    ("numero", "sha256"),
    [("", ""), ("AD-2026-7K3M9QXA", ""), ("AD-2026-7K3M9QXA", "zz"), ("<script>", "0" * 64), ("AD-2026-7K3M9QXA' OR 1", "0" * 64)],
)
def test_a_question_that_cannot_be_read_says_what_is_expected(visitor: Client, sealed: Any, numero: str, sha256: str) -> None:
    status, page = ask(visitor, numero, sha256=sha256)
    assert status == 400
    assert "Donnez le numéro" in page
    assert "<script>" not in page


def test_a_file_too_large_is_refused(visitor: Client, sealed: tuple[str, bytes], monkeypatch: pytest.MonkeyPatch) -> None:
    from espace.web.public import attestations

    monkeypatch.setattr(attestations, "MAX_PDF_BYTES", 10)
    assert ask(visitor, sealed[0], sealed[1])[0] == 400


def test_a_revoked_attestation_is_said_revoked(visitor: Client, espace_partage: Any, sealed: tuple[str, bytes]) -> None:
    numero, pdf = sealed
    with espace_partage.role("pages"):
        actions.revoquer(numero, motif="bascule", auteur="agent", now=NOW)
    status, page = ask(visitor, numero, pdf)
    assert (status, "Révoquée" in page, "Authentique" in page, "bascule" in page) == (200, True, False, False)
    assert Attestation.objects.get(numero=numero).etat == "revoquee"


def test_a_number_and_a_fingerprint_are_read_whatever_their_blanks_and_case() -> None:
    assert verification.read_question("ad-2026-7k3m 9qxa", "AB" * 32) == ("AD-2026-7K3M9QXA", "ab" * 32)


def test_the_agents_see_the_mails_that_came_back_and_send_them_again(espace: Any) -> None:
    who = register_operateur(OperateurDeclare("Opérateur d'Essai", SIRET, "support@operateur.test"), auteur="essai", now=NOW)
    poster("declaration:submit", operateur=who, objet="x", contexte={"numero": "DM-2026-000001"})
    espace.sql("UPDATE courrier_courrier SET etat = 'rejete', rejete_le = now(), code = '5.1.1' WHERE operateur_id IS NOT NULL AND id = 1")
    browser = browser_of(agent(espace))
    page = browser.get("/console/courriers/?etat=rejete").content.decode()
    assert "5.1.1" in page
    assert "DM-2026-000001" in page
    assert browser.post("/console/courriers/1/renvoi/").status_code == 302
    assert Courrier.objects.get(pk=1).etat == "a_envoyer"
    assert "Aucun courrier." in browser.get("/console/courriers/?etat=rejete").content.decode()
    assert browser.get("/console/courriers/?etat=intrus&avant=x").status_code == 200
