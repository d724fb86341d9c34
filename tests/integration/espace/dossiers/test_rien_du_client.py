# SPDX-FileCopyrightText: 2026 drimm contributors
# SPDX-License-Identifier: EUPL-1.2
"""A word of its own is put in each field that says something of a Client; real dossiers are then played to their end.

No public address, no published file, no mail may hold one of these words. The addresses are read from the table of addresses itself: a new
public page is looked at without being named here, and fails by its name if it shows nothing.
"""

from __future__ import annotations

import html
import re
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from django.test import Client as Navigateur
from django.test import override_settings

from espace.acteurs.models import Client, Operateur
from espace.courrier.models import Courrier
from espace.courrier.queries import addresses_of
from espace.guichet import actions as guichet
from espace.guichet.models import Dossier
from espace.guichet.natures import Nature
from espace.instruction import actions
from espace.instruction.echeances import relancer
from espace.registre.states import Motif
from espace.tete import queries as tetes
from espace.web.public.urls import urlpatterns
from tests.espace_comptes import HOST, browser_of, membre
from tests.espace_dossiers import AUTRE_SIRET, ZED, agent, declaration, integrer, operateur, personne, publier_noms
from tests.espace_env import Environment
from tests.espace_tetes import Editeur, editeur, head_settings

DU_CLIENT = {
    "SIREN": "552100554",
    "libellé du Site": "SITE-CANARI-ZK1",
    "dénomination": "CLIENT-CANARI-ZK2",
    "libellé du PACS": "PACS-CANARI-ZK3",
    "adresse et lieu": "RUE-CANARI-ZK4",
    "hôte": "hote-canari-zk5",
    "message": "MESSAGE-CANARI-ZK6",
}
"""What is known of a Client → the word put there."""
DE_A = "OPERATEUR-A-ZK7"
DB = "db1.1.mesimagesmedicales.fr"
VALEURS: dict[str, Any] = {
    "de": 1, "vers": 2, "sequence": 1, "taille": 2, "nom": "temoin", "empreinte": "0" * 64,
    "sha256": lambda: tetes.crls_of_last_heads(1).pop(),
}  # fmt: skip
"""What a public address takes → a value that shows something."""
REQUETES = {"api_historique": f"?nom={DB}&instant={{}}", "historique": f"?nom={DB}&instant={{}}", "comparer": "?de=1&vers=2"}
ABSENTE = frozenset({"rotation"})
"""Public addresses that show nothing in this world: no key of heads was replaced."""


def declared(op: Any, now: datetime, prefix: str) -> Dossier:
    """Submit a Déclaration whose every word about the Client is one of ours."""
    words = DU_CLIENT
    row = {"hote_db": f"{prefix}.{words['hôte']}.test", "hote_vi": f"{prefix}v.{words['hôte']}.test", "libelle": words["libellé du PACS"]}
    said: dict[str, Any] = {
        "sirens": [words["SIREN"]],
        "site": words["libellé du Site"],
        "commentaire": f"12 {words['adresse et lieu']}, 69999 Ville",
    }

    who = personne(op)
    dossier = actions.ouvrir("declaration", op, who, at=now)
    guichet.enregistrer(dossier.pk, {**declaration(**said), "pacs": [row]}, who, at=now)
    guichet.deposer_piece(dossier.pk, Nature.CGI, f"{words['libellé du Site']}.zed", ZED + dossier.numero.encode(), who, at=now)
    dossier = actions.avancer(dossier.pk, "submit", who, at=now)
    guichet.ecrire(dossier, words["message"], who, at=now)
    return dossier


def played(espace: Environment, a: Any, now: datetime) -> None:
    """Play what may happen to dossiers: refused, taken back, completed, accepted, integrated, late, excluded."""
    refused = declared(a, now, "refus")
    actions.avancer(refused.pk, "refuse", agent(), at=now, motif="Il manque la page 3.", motifs=["documents"])
    actions.avancer(declared(a, now, "retrait").pk, "withdraw", personne(a), at=now)
    kept = declared(a, now, "garde")
    actions.avancer(kept.pk, "take", agent(), at=now)
    actions.avancer(kept.pk, "ask_more", agent(), at=now, motif="Une précision ?", jours=5)
    actions.avancer(kept.pk, "complete", personne(a), at=now)
    kept = actions.avancer(kept.pk, "accept", agent(), at=now)
    with espace.role("proprietaire"):
        Client.objects.update(denomination=DU_CLIENT["dénomination"])
    publier_noms(espace, now)
    with espace.role("ouvrier"):
        relancer(now)
    integrer(a, kept.commande, now=now)


def published(espace: Environment, now: datetime, folder: Path) -> Editeur:
    """Publish the list with the entry, then, the document de VA being late and the Drimbox excluded, the list without it."""
    monde = editeur(espace, now, tete=head_settings(folder))
    monde.publish()
    monde.round()
    with espace.role("ouvrier"):
        relancer(now)  # the notice
        relancer(now + timedelta(days=12))  # a reminder
        relancer(now + timedelta(days=40))  # too late
    actions.exclure(DB, Motif.SANCTION, "Document non reçu.", agent(), at=now + timedelta(days=40), remediation_jours=30)
    monde.publish()
    monde.round()
    return monde


def words_in(text: str) -> list[str]:
    said = html.unescape(text)
    return [name for name, word in DU_CLIENT.items() if word.lower() in said.lower()]


def filled(route: str) -> str:
    def value(found: re.Match[str]) -> str:
        known = VALEURS[found[1]]
        return str(known() if callable(known) else known)

    return "/" + re.sub(r"<(?:\w+:)?(\w+)>", value, route)


@pytest.fixture
def monde(espace: Environment, tmp_path: Path) -> Editeur:
    now = datetime.now(UTC)
    a, b = operateur(denomination=DE_A, now=now), operateur(AUTRE_SIRET, "Opérateur B", now=now)
    played(espace, a, now)
    declared(b, now, "autre")  # the same SIREN, the same words: the machine compares, and tells agents only
    return published(espace, now, tmp_path)


def test_no_word_of_a_client_leaves_by_a_page_a_file_or_a_mail(espace: Environment, monde: Editeur) -> None:
    visitor, instant = Navigateur(headers=HOST), f"{datetime.now(UTC):%Y-%m-%dT%H:%M:%SZ}"
    with override_settings(ESPACE=settings.ESPACE.model_copy(update={"liste_blanche": monde.settings})):
        seen = {}
        for one in urlpatterns:
            answer = visitor.get(filled(str(one.pattern)) + REQUETES.get(str(one.name), "").format(instant))
            content = b"".join(answer.streaming_content) if answer.streaming else answer.content
            seen[str(one.name)] = (answer.status_code, bytes(content).decode("latin-1"), bytes(content).decode(errors="replace"))
    assert {name for name, (status, *_texts) in seen.items() if status != 200} == ABSENTE
    assert any(DB in texts[0] for _status, *texts in seen.values()), "the Drimbox was published"
    told = {name: found for name, (_status, *texts) in seen.items() if (found := [one for text in texts for one in words_in(text)])}
    assert told == {}
    files = [path for path in monde.folder.rglob("*") if path.is_file()]
    assert len(files) > 5
    assert [path.name for path in files if words_in(path.read_bytes().decode(errors="replace"))] == []

    mails = {one: f"{one.sujet}\n{one.texte}\n{one.html}" for one in Courrier.objects.all()}
    assert len({one.evenement for one in mails}) >= 14, sorted({one.evenement for one in mails})
    assert [(one.evenement, words_in(text)) for one, text in mails.items() if words_in(text)] == []
    of_b = addresses_of(Operateur.objects.get(siret=AUTRE_SIRET))
    to_b = [text for one, text in mails.items() if one.destinataire in of_b]
    assert to_b
    assert not [text for text in to_b if DE_A in text or DB in text]


def test_the_other_operateur_who_declares_the_same_client_learns_nothing_of_the_first(espace: Environment, monde: Editeur) -> None:
    b = Operateur.objects.get(siret=AUTRE_SIRET)
    page = browser_of(membre(b)).get(f"/portail/demandes/{Dossier.objects.get(operateur=b).numero}/").content.decode()
    assert "SIREN valide" in page, "its own checks are shown"
    assert not [word for word in (DE_A, DB, "autre Opérateur", "ailleurs") if word in html.unescape(page)]
