# SPDX-FileCopyrightText: 2026 drimm contributors
# SPDX-License-Identifier: EUPL-1.2
"""The queue and the decisions, as an agent holds them in the console, without JavaScript."""

from __future__ import annotations

import re
from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from espace.acteurs.models import Operateur
from espace.guichet.models import Dossier, Etape, Piece
from espace.instruction.actions import avancer, ouvrir
from espace.instruction.echeances import relancer
from espace.registre.models import Drimbox
from tests.espace_comptes import agent, browser_of
from tests.espace_donnees import CLIENT_CANARY, SIREN
from tests.espace_dossiers import (
    AUTRE_SIRET,
    declarer,
    deposer_declaration,
    deposer_integration,
    operateur,
    personne,
    publier_liste,
    publier_noms,
    va_attendue,
    va_de,
)
from tests.espace_dossiers import agent as acteur
from tests.espace_env import Environment


@pytest.fixture
def op(espace: Environment) -> Any:
    return operateur(now=timezone.now())


@pytest.fixture
def browser(espace: Environment, op: Any) -> Client:
    return browser_of(agent(espace))


def fresh(dossier: Dossier) -> Dossier:
    return Dossier.objects.get(pk=dossier.pk)


def decide(browser: Client, dossier: Dossier, verb: str, **said: Any) -> Any:
    values = {"version": str(fresh(dossier).version), **said}
    return browser.post(f"/console/dossiers/{dossier.numero}/decisions/{verb}/", values, follow=True)


def page(browser: Client, address: str) -> str:
    answer = browser.get(f"/console/dossiers/{address}")
    assert answer.status_code == 200
    return str(answer.content.decode())


def test_the_queue_shows_the_most_urgent_first_with_its_checks_and_who_waits(browser: Client, op: Any) -> None:
    now = timezone.now()
    recent = deposer_declaration(op, now=now, prefix="a-")
    old = deposer_declaration(op, now=now - timedelta(days=60), prefix="b-")
    asked = deposer_declaration(op, now=now, prefix="c-")
    avancer(asked.pk, "ask_more", acteur(), at=now, motif="Quel Site ?")
    text = page(browser, "")
    numbers = re.findall(r"DM-\d{4}-\d{6}</a>", text)
    assert [number[:14] for number in numbers] == [old.numero, recent.numero]
    assert "passée" in text
    assert "il y a" in text
    assert "etat-conforme" in text
    assert asked.numero in page(browser, "?attend=operateur")
    assert recent.numero not in page(browser, "?en_retard=on")
    assert asked.numero in page(browser, "?attend=tous&q=" + asked.numero[-3:])
    mine = deposer_declaration(op, now=now, prefix="d-")
    avancer(mine.pk, "take", acteur(), at=now)
    kept = page(browser, "?attend=tous&a_moi=on&parcours=declaration")
    assert (mine.numero in kept, recent.numero in kept) == (True, False)
    assert mine.numero not in page(browser, "?attend=tous&a_moi=on&parcours=va")
    for absurd in ("?attend=intrus", "?parcours=x", "?q=%00", "?page=-4", "?attend=tous&apres=zz", "?q=" + "x" * 300):
        page(browser, absurd)


def test_one_dossier_after_the_other_is_one_click(browser: Client, op: Any) -> None:
    now = timezone.now()
    held = [deposer_declaration(op, now=now - timedelta(days=n), prefix=f"p{n}-") for n in (9, 5, 1)]
    following = {}
    for dossier in held:
        found = re.search(r'href="/console/dossiers/(DM-[0-9-]+)/">Dossier suivant', page(browser, f"{dossier.numero}/"))
        assert found
        following[dossier.numero] = found[1]
    assert following == {held[0].numero: held[1].numero, held[1].numero: held[2].numero, held[2].numero: held[0].numero}
    shown = decide(browser, held[0], "refuse", motifs=["documents"]).content.decode()
    assert f'href="/console/dossiers/{held[1].numero}/">Dossier suivant' in shown


def test_a_draft_is_nobodys_business(browser: Client, op: Any) -> None:
    draft = ouvrir("declaration", op, personne(op), at=timezone.now())
    assert browser.get(f"/console/dossiers/{draft.numero}/").status_code == 404
    for attend in ("agent", "operateur", "tous"):
        assert draft.numero not in page(browser, f"?attend={attend}")
    assert decide(browser, draft, "refuse", motif="non").status_code == 404


def test_a_dossier_shows_what_was_typed_the_checks_the_pieces_and_what_may_be_decided(browser: Client, op: Any) -> None:
    dossier = deposer_declaration(op, 2, now=timezone.now())
    text = page(browser, f"{dossier.numero}/")
    for shown in (SIREN, CLIENT_CANARY, "db1.operateur.test", "vi2.operateur.test", "cgi.zed", "SHA-256", "Ce que la machine a constaté"):
        assert shown in text
    verbs = set(re.findall(r"/decisions/(\w+)/", text))
    assert verbs == {"take", "ask_more", "accept", "refuse"}


def test_a_declaration_is_accepted_and_its_names_given(browser: Client, op: Any) -> None:
    dossier = deposer_declaration(op, 2, now=timezone.now())
    decide(browser, dossier, "take")
    assert fresh(dossier).agent == "agent"
    shown = decide(browser, dossier, "accept").content.decode()
    assert fresh(dossier).etat == "acceptee"
    assert "db1.1.mesimagesmedicales.fr" in shown
    assert "db2.1.mesimagesmedicales.fr" in shown


def test_a_refusal_without_a_reason_is_not_taken_and_what_was_typed_stays(browser: Client, op: Any) -> None:
    dossier = deposer_declaration(op, now=timezone.now())
    answer = decide(browser, dossier, "refuse")
    assert (answer.status_code, "Il manque le motif" in answer.content.decode()) == (400, True)
    assert "<details open>" in answer.content.decode()
    wrong = decide(browser, dossier, "ask_more", motif="<b>Quel Site ?</b>", jours="9999")
    assert (wrong.status_code, "&lt;b&gt;Quel Site ?" in wrong.content.decode()) == (400, True)
    assert decide(browser, dossier, "refuse", motifs=["intrus"]).status_code == 400
    assert fresh(dossier).etat == "deposee"
    shown = decide(browser, dossier, "refuse", motifs=["documents", "conditions"], motif="Voir le §6.").content.decode()
    assert "non-réception des documents" in shown
    assert "Voir le §6." in shown
    assert fresh(dossier).etat == "refusee"


def test_more_is_asked_with_its_own_delay(browser: Client, op: Any) -> None:
    dossier = deposer_declaration(op, now=timezone.now())
    decide(browser, dossier, "ask_more", motif="Le libellé est-il complet ?", jours="3")
    asked = fresh(dossier)
    assert asked.etat == "complement"
    assert asked.echeance is not None
    assert asked.echeance < timezone.now() + timedelta(days=9)
    assert "<dt>Qui doit agir</dt><dd>l'Opérateur</dd>" in page(browser, f"{dossier.numero}/")


def test_two_agents_decide_once_and_the_second_reads_who_was_faster(espace: Environment, browser: Client, op: Any) -> None:
    dossier = deposer_declaration(op, now=timezone.now())
    seen = str(dossier.version)
    other = browser_of(agent(espace, "autre"))
    other.post(f"/console/dossiers/{dossier.numero}/decisions/accept/", {"version": seen})
    late = decide(browser, dossier, "refuse", motif="Non.", version=seen).content.decode()
    assert "a changé entre-temps" in late
    assert "(autre)" in late
    assert fresh(dossier).etat == "acceptee"
    twice = decide(other, dossier, "accept", version=seen).content.decode()
    assert "a changé entre-temps" in twice
    assert Etape.objects.filter(dossier=dossier, verb="accept").count() == 1


def test_a_step_of_the_operateur_or_of_the_clock_is_no_decision(browser: Client, op: Any) -> None:
    dossier = deposer_declaration(op, now=timezone.now())
    for verb in ("withdraw", "submit", "deliver", "inconnu"):
        assert decide(browser, dossier, verb).status_code == 404
    assert browser.post(f"/console/dossiers/{dossier.numero}/decisions/accept/", {}).status_code == 400
    assert fresh(dossier).etat == "deposee"


def test_a_check_that_says_no_stops_the_acceptance_in_words(espace: Environment, browser: Client, op: Any) -> None:
    now = timezone.now()
    commande = declarer(op, now=now).commande
    publier_noms(espace, now)
    wrong = deposer_integration(op, commande, now=now, certificats=[{"db": "db1.1.mesimagesmedicales.fr", "dn": "CN=autre, C=FR"}])
    decide(browser, wrong, "validate")
    answer = decide(browser, wrong, "accept")
    assert (answer.status_code, "Contrôles non conformes" in answer.content.decode()) == (400, True)
    assert fresh(wrong).etat == "controlee"
    decide(browser, wrong, "ask_correction", motif="Corrigez le CN.")
    assert fresh(wrong).etat == "correctif"


def test_an_integration_and_its_document_de_va_are_judged_to_the_end(espace: Environment, browser: Client, op: Any) -> None:
    now = timezone.now()
    commande = declarer(op, now=now).commande
    publier_noms(espace, now)
    asked = deposer_integration(op, commande, now=now)
    decide(browser, asked, "validate")
    decide(browser, asked, "accept")
    publier_liste(espace, timezone.now())
    relancer(timezone.now())
    va = va_de(asked)
    assert va.numero in page(browser, f"{asked.numero}/")
    decide(browser, va, "extend", motif="Client absent.", jours="20")
    assert fresh(va).etat == "attendu"
    assert Drimbox.objects.get().statut == "provisoire"


def test_a_document_de_va_too_late_is_proposed_for_exclusion_and_an_agent_decides(espace: Environment, browser: Client, op: Any) -> None:
    now = timezone.now()
    va = va_attendue(espace, op, now)
    relancer(now + timedelta(days=40))
    assert fresh(va).etat == "en_retard"
    assert Drimbox.objects.get().statut == "provisoire"
    assert va.numero in page(browser, "")
    decide(browser, va, "exclude", motif="Document de VA non reçu.", remediation_jours="30")
    assert fresh(va).etat == "exclue"
    assert (Drimbox.objects.get().statut, Drimbox.objects.get().motif) == ("exclue", "va_en_retard")


def test_a_piece_comes_back_as_a_download_of_its_own_dossier_alone(browser: Client, op: Any) -> None:
    first = deposer_declaration(op, now=timezone.now(), prefix="a-")
    second = deposer_declaration(operateur(AUTRE_SIRET, "Opérateur B", now=timezone.now()), now=timezone.now(), prefix="b-")
    piece = Piece.objects.get(dossier=first)
    answer = browser.get(f"/console/dossiers/{first.numero}/pieces/{piece.pk}/")
    assert answer["Content-Disposition"].startswith("attachment")
    assert browser.get(f"/console/dossiers/{second.numero}/pieces/{piece.pk}/").status_code == 404


def test_a_message_is_kept_as_text(browser: Client, op: Any) -> None:
    dossier = deposer_declaration(op, now=timezone.now())
    browser.post(f"/console/dossiers/{dossier.numero}/messages/", {"texte": "Bien <i>reçu</i>."})
    assert "Bien &lt;i&gt;reçu" in page(browser, f"{dossier.numero}/")
    empty = browser.post(f"/console/dossiers/{dossier.numero}/messages/", {"texte": "  "}, follow=True)
    assert "message-error" in empty.content.decode()


def test_the_pages_of_dossiers_ask_the_database_little(browser: Client, op: Any) -> None:
    dossier = [declarer(op, 2, now=timezone.now(), prefix=f"p{n}-") for n in range(5)][-1]
    waiting = deposer_declaration(op, 3, now=timezone.now(), prefix="q-")
    for address in ("/", "/?attend=tous", "/?attend=systeme", f"/{dossier.numero}/", f"/{waiting.numero}/"):
        with CaptureQueriesContext(connection) as asked:
            browser.get(f"/console/dossiers{address}")
        assert len(asked) <= 15, (address, "\n".join(query["sql"][:90] for query in asked.captured_queries))


def test_an_operateur_is_inscribed_once_and_a_known_one_is_not_written_over(browser: Client, op: Any) -> None:
    form = {"denomination": "Opérateur Neuf", "siret": "356 000 000 00048", "support_mail": "support@neuf.test"}
    address = "/console/registre/operateurs/inscription/"
    made = browser.post(address, form, follow=True)
    assert made.redirect_chain[0][0] == f"/console/conditions/{Operateur.objects.get(siret=AUTRE_SIRET).pk}/"
    again = browser.post(address, form | {"denomination": "Autre"}, follow=True)
    assert "déjà inscrit" in again.content.decode()
    assert Operateur.objects.get(siret=AUTRE_SIRET).denomination == "Opérateur Neuf"
    refused = browser.post(address, form | {"siret": "123"})
    assert (refused.status_code, "SIRET" in refused.content.decode()) == (400, True)
    assert Operateur.objects.count() == 2
