# SPDX-FileCopyrightText: 2026 drimm contributors
# SPDX-License-Identifier: EUPL-1.2
"""Requests of an Operateur, as a person types them in the portail, without JavaScript."""

from __future__ import annotations

import re
import uuid
from typing import Any

import pytest
from django.conf import settings
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client, override_settings
from django.utils import timezone

from espace.guichet.models import Dossier, Message, Piece
from espace.instruction.actions import avancer
from tests.espace_comptes import agent as console_agent
from tests.espace_comptes import browser_of, membre
from tests.espace_donnees import SIREN
from tests.espace_dossiers import AUTRE_SIRET, PDF, ZED, agent, declarer, dn, operateur, publier_noms, va_attendue
from tests.espace_env import Environment

FORM = {"site": "Centre du Lac", "sirens": SIREN, "architecture": "simple", "nombre_ris": "1", "nombre_pacs": "1", "region": ""}
HOSTS = {"pacs-0-hote_db": "db1.operateur.test", "pacs-0-hote_vi": "vi1.operateur.test", "pacs-0-libelle": ""}


@pytest.fixture
def op(espace: Environment) -> Any:
    return operateur(now=timezone.now())


@pytest.fixture
def person(op: Any) -> Client:
    return browser_of(membre(op))


def opened(person: Client, parcours: str = "declaration", **values: Any) -> Dossier:
    answer = person.post(f"/portail/demandes/nouvelle/{parcours}/", {"jeton": str(uuid.uuid4()), **values})
    assert answer.status_code == 302, answer.content.decode()
    return Dossier.objects.get(numero=answer["Location"].split("/")[3])


def sent(person: Client, dossier: Dossier, geste: str = "envoyer", **values: str) -> Any:
    return person.post(
        f"/portail/demandes/{dossier.numero}/formulaire/", {"geste": geste, "version": str(fresh(dossier).version), **values}
    )


def fresh(dossier: Dossier) -> Dossier:
    return Dossier.objects.get(pk=dossier.pk)


def attach(person: Client, dossier: Dossier, content: bytes, nom: str = "cgi.zed", nature: str = "cgi") -> Any:
    values = {"nature": nature, "fichier": SimpleUploadedFile(nom, content)}
    return person.post(f"/portail/demandes/{dossier.numero}/pieces/", values, follow=True)


def test_a_declaration_is_typed_corrected_joined_and_submitted(person: Client) -> None:
    dossier = opened(person)
    wrong = sent(person, dossier, **FORM | HOSTS | {"sirens": "123", "pacs-0-hote_vi": "vi1.349.mesimagesmedicales.fr"})
    page = wrong.content.decode()
    assert wrong.status_code == 400
    assert page.count("champ-erreur") == 2
    assert 'value="db1.operateur.test"' in page
    assert "cette pièce est à joindre" in page
    assert "La pièce est reçue" in attach(person, dossier, ZED).content.decode()
    answer = sent(person, dossier, **FORM | HOSTS)
    assert answer.status_code == 302, answer.content.decode()
    assert fresh(dossier).etat == "deposee"
    shown = person.get(f"/portail/demandes/{dossier.numero}/").content.decode()
    assert "Déposée, à instruire" in shown
    assert "<dt>Qui doit agir</dt><dd>l'administrateur</dd>" in shown


def test_a_form_says_what_is_missing_beside_its_field_and_links_to_it(person: Client) -> None:
    dossier = opened(person)
    page = sent(person, dossier, **FORM | HOSTS | {"site": ""}).content.decode()
    assert '<a href="#champ-site">' in page
    field = re.search(r'<input id="champ-site"[^>]*>', page)[0]  # type: ignore[index]  # it is there
    assert 'aria-invalid="true"' in field
    assert 'aria-describedby="champ-site-aide champ-site-faute"' in field


def test_a_mutualised_installation_gets_one_row_of_hosts_per_pacs(person: Client) -> None:
    dossier = opened(person)
    sent(person, dossier, "garder", **FORM | HOSTS | {"nombre_pacs": "3"})
    page = person.get(f"/portail/demandes/{dossier.numero}/formulaire/").content.decode()
    assert [page.count(f'name="pacs-{rank}-hote_db"') for rank in range(4)] == [1, 1, 1, 0]
    assert 'value="db1.operateur.test"' in page
    rows = {f"pacs-{n}-{name}": f"{name.removeprefix('hote_')}{n}.operateur.test" for n in range(3) for name in ("hote_db", "hote_vi")}
    attach(person, dossier, PDF, "cgi.pdf")
    assert sent(person, dossier, **FORM | rows | {"nombre_pacs": "3", "architecture": "mutualisee"}).status_code == 302
    assert [row["hote_db"] for row in fresh(dossier).donnees["pacs"]] == [f"db{n}.operateur.test" for n in range(3)]


@pytest.mark.parametrize("typed", ["²", "9" * 5000, "-1", "0", "１"])
def test_an_absurd_number_of_pacs_stays_a_fault_of_the_form_and_hides_the_dossier_from_nobody(
    espace: Environment, person: Client, typed: str
) -> None:
    dossier = opened(person)
    attach(person, dossier, ZED)
    sent(person, dossier, **FORM | HOSTS)
    avancer(dossier.pk, "ask_more", agent(), at=timezone.now(), motif="Combien de PACS ?")
    rows = {"pacs-1-hote_db": "", "pacs-1-hote_vi": ""}
    assert sent(person, dossier, "garder", **FORM | HOSTS | rows | {"nombre_pacs": typed}).status_code == 302
    assert sent(person, dossier, **FORM | HOSTS | rows | {"nombre_pacs": typed}).status_code == 400
    assert person.get(f"/portail/demandes/{dossier.numero}/formulaire/").status_code == 200
    judge = browser_of(console_agent(espace))
    assert judge.get(f"/console/dossiers/{dossier.numero}/").status_code == 200


def test_a_nul_in_a_form_is_refused_in_words(person: Client) -> None:
    dossier = opened(person)
    answer = person.post(f"/portail/demandes/{dossier.numero}/formulaire/", {"geste": "garder", **FORM, "site": "a\x00b"}, follow=True)
    assert "caractères interdits" in answer.content.decode()
    assert fresh(dossier).donnees == {}


def test_the_same_opening_form_sent_twice_opens_one_draft(person: Client) -> None:
    token = str(uuid.uuid4())
    first = person.post("/portail/demandes/nouvelle/declaration/", {"jeton": token})
    second = person.post("/portail/demandes/nouvelle/declaration/", {"jeton": token})
    assert first["Location"] == second["Location"]
    assert Dossier.objects.count() == 1


def test_a_form_shown_before_a_change_is_not_kept_over_it(person: Client) -> None:
    dossier = opened(person)
    stale = dossier.version
    sent(person, dossier, "garder", **FORM | HOSTS)
    values = {"geste": "garder", "version": str(stale), **FORM, "site": "Autre"}
    answer = person.post(f"/portail/demandes/{dossier.numero}/formulaire/", values, follow=True)
    assert "a changé depuis" in answer.content.decode()
    assert fresh(dossier).donnees["site"] == "Centre du Lac"


def test_a_request_for_more_is_answered_from_its_page(person: Client) -> None:
    dossier = opened(person)
    attach(person, dossier, ZED)
    sent(person, dossier, **FORM | HOSTS)
    avancer(dossier.pk, "ask_more", agent(), at=timezone.now(), motif="Le libellé du Site est-il complet ?")
    page = person.get(f"/portail/demandes/{dossier.numero}/").content.decode()
    assert "Le libellé du Site est-il complet ?" in page
    assert "Ce qui est attendu de vous" in page
    person.post(f"/portail/demandes/{dossier.numero}/messages/", {"texte": "Oui, <b>complet</b>."})
    assert sent(person, dossier, **FORM | HOSTS | {"site": "Centre du Lac, bâtiment B"}).status_code == 302
    assert fresh(dossier).etat == "deposee"
    assert Message.objects.get().texte == "Oui, <b>complet</b>."
    assert "&lt;b&gt;complet" in person.get(f"/portail/demandes/{dossier.numero}/").content.decode()


def test_a_refusal_is_read_with_its_listed_grounds_and_its_words(person: Client) -> None:
    dossier = opened(person)
    attach(person, dossier, ZED)
    sent(person, dossier, **FORM | HOSTS)
    avancer(dossier.pk, "refuse", agent(), at=timezone.now(), motif="Voir le §6.", motifs=("documents", "conditions"))
    history = person.get(f"/portail/demandes/{dossier.numero}/").content.decode().split('id="histoire"')[1]
    for written in ("non-réception des documents", "Conditions Générales d", "Voir le §6."):
        assert written in history


def test_a_document_to_do_again_says_its_grounds_where_the_next_step_is_asked(espace: Environment, op: Any, person: Client) -> None:
    now = timezone.now()
    dossier = va_attendue(espace, op, now)
    attach(person, dossier, PDF, "va.pdf", "document_va")
    sent(person, dossier, commentaire="")
    avancer(dossier.pk, "refuse", agent(), at=timezone.now(), motifs=("remplissage",))
    awaited = person.get(f"/portail/demandes/{dossier.numero}/").content.decode().split('id="a-faire"')[1].split("</section>")[0]
    assert "non-validation du remplissage" in awaited


def test_the_page_says_the_largest_file_that_the_settings_admit(person: Client) -> None:
    known = settings.ESPACE
    guichet = known.guichet.model_copy(update={"piece_max_bytes": 3 * 1024 * 1024})
    dossier = opened(person)
    with override_settings(ESPACE=known.model_copy(update={"guichet": guichet})):
        page = person.get(f"/portail/demandes/{dossier.numero}/").content.decode()
        assert "de 3,0\xa0Mio au plus" in page
        assert "Ce fichier dépasse 3,0\xa0Mio." in attach(person, dossier, PDF + b" " * guichet.piece_max_bytes, "cgi.pdf").content.decode()


def test_a_draft_is_abandoned_and_a_submitted_request_withdrawn_once(person: Client) -> None:
    dossier = opened(person)
    values = {"version": str(dossier.version)}
    person.post(f"/portail/demandes/{dossier.numero}/etapes/abandon/", values)
    assert fresh(dossier).etat == "abandonnee"
    again = person.post(f"/portail/demandes/{dossier.numero}/etapes/abandon/", values, follow=True)
    assert "a changé entre-temps" in again.content.decode()


def test_a_step_of_an_agent_is_no_address_of_the_portail(person: Client) -> None:
    dossier = opened(person)
    attach(person, dossier, ZED)
    sent(person, dossier, **FORM | HOSTS)
    for verb in ("accept", "refuse", "deliver", "take", "inconnu"):
        assert person.post(f"/portail/demandes/{dossier.numero}/etapes/{verb}/").status_code == 404
    assert fresh(dossier).etat == "deposee"


@pytest.mark.parametrize(
    ("content", "nom"), [(b"", "vide.zed"), (b"MZ\x90\x00", "cgi.zed"), (b"<html>", "cgi.pdf"), (b"PK\x03\x04", "a.docx")]
)
def test_a_file_that_is_not_what_it_says_is_refused_in_words(person: Client, content: bytes, nom: str) -> None:
    dossier = opened(person)
    assert "message-error" in attach(person, dossier, content, nom).content.decode()
    assert not Piece.objects.exists()


def test_a_file_larger_than_the_limit_is_refused(person: Client) -> None:
    dossier = opened(person)
    limit = settings.ESPACE.guichet.piece_max_bytes
    assert "dépasse" in attach(person, dossier, PDF + b" " * limit, "cgi.pdf").content.decode()
    assert not Piece.objects.exists()


def test_a_piece_comes_back_as_a_download_to_its_operateur_alone(op: Any, person: Client) -> None:
    dossier = opened(person)
    attach(person, dossier, PDF, '../é"\r\nX: y.pdf')
    address = f"/portail/demandes/{dossier.numero}/pieces/{Piece.objects.get().pk}/"
    answer = person.get(address)
    assert answer.content == PDF
    assert answer["Content-Disposition"].startswith("attachment")
    assert answer["X-Content-Type-Options"] == "nosniff"
    assert "X" not in answer.headers
    stranger = browser_of(membre(operateur(AUTRE_SIRET, "Opérateur B", now=timezone.now()), "claude@b.test"))
    other = opened(stranger)
    for numero in (dossier.numero, other.numero):
        assert stranger.get(f"/portail/demandes/{numero}/pieces/{Piece.objects.get().pk}/").status_code == 404


def test_an_integration_asks_one_dn_for_each_name_and_shows_the_expected_one_beside_a_typo(
    espace: Environment, op: Any, person: Client
) -> None:
    declared = declarer(op, 2, now=timezone.now())
    publier_noms(espace, timezone.now())
    dossier = opened(person, "integration", commande=str(declared.commande_id))
    page = person.get(f"/portail/demandes/{dossier.numero}/formulaire/").content.decode()
    names = re.findall(r'name="certificat-\d-db" value="([^"]+)"', page)
    assert len(names) == 2
    typed = {"denomination": op.denomination, "support_telephone": "0198765432", "support_mail": "support@operateur.test"}
    rows = {"certificat-0-db": names[0], "certificat-0-dn": dn(names[0], CN="db1.99.mesimagesmedicales.fr"), "certificat-1-db": names[1]}
    assert sent(person, dossier, **typed | rows).status_code == 302
    shown = person.get(f"/portail/demandes/{dossier.numero}/").content.decode()
    assert "non conforme" in shown
    assert names[0] in shown


def test_the_document_de_va_is_sent_after_the_provisional_entry(espace: Environment, op: Any, person: Client) -> None:
    now = timezone.now()
    dossier = va_attendue(espace, op, now)
    assert "Fourniture du document de VA" in person.get("/portail/").content.decode()
    assert "document attendu" in person.get(f"/portail/demandes/{dossier.numero}/").content.decode().lower()
    attach(person, dossier, PDF, "va.pdf", "document_va")
    assert sent(person, dossier, commentaire="Signé hier.").status_code == 302
    assert fresh(dossier).etat == "depose"


def test_an_administrateur_technique_sees_the_requests_and_touches_none(op: Any, person: Client) -> None:
    dossier = opened(person)
    attach(person, dossier, PDF, "cgi.pdf")
    technician = browser_of(membre(op, "technique@operateur.test", "administrateur_technique"))
    root, piece = f"/portail/demandes/{dossier.numero}/", Piece.objects.get()
    assert technician.get(root).status_code == 200
    assert technician.get(f"{root}pieces/{piece.pk}/").status_code == 403
    for address in (
        f"{root}etapes/abandon/",
        f"{root}messages/",
        f"{root}pieces/",
        f"{root}formulaire/",
        "/portail/demandes/nouvelle/declaration/",
    ):
        assert technician.post(address, {"texte": "bonjour"}).status_code == 403, address
    assert fresh(dossier).etat == "brouillon"
    assert not Message.objects.exists()
