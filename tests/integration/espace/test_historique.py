# SPDX-FileCopyrightText: 2026 drimm contributors
# SPDX-License-Identifier: EUPL-1.2
"""« Was this name in the list at that second, and under which DN? », asked by a page and by a program."""

from __future__ import annotations

import hashlib
import html
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from types import SimpleNamespace
from typing import Any
from urllib.parse import urlsplit

import pytest
from django.test import Client

from confiance import horodatage
from confiance.transparence.preuves import PreuveInclusion, read_leaf
from espace.calendrier.rules import PARIS
from espace.liste_blanche import archives, historique
from espace.registre import actions as registre
from espace.tete import queries as tetes
from espace.web.public import historique as pages
from tests.espace_donnees import ZONE, dn, integrate
from tests.espace_tetes import Editeur, editeur, head_settings

DB = f"db1.1.{ZONE}"
NEW_DN = dn(DB).replace("ST=Paris (75)", "ST=Rhône (69)")


@pytest.fixture(scope="module")
def monde(espace_partage: Any, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Editeur]:
    """Four lists an hour apart, the last one an hour ago: absent, present, present under another DN, excluded."""
    monde = editeur(espace_partage, datetime.now(UTC), tete=head_settings(tmp_path_factory.mktemp("cles")))
    _publish(monde)
    integrate(now=monde.time.now)
    _publish(monde)
    espace_partage.sql("UPDATE registre_drimbox SET dn_serv_ssl = %s", NEW_DN)
    _publish(monde)
    registre.exclude(DB, registre.Motif.CYBER, auteur="essai", now=monde.time.now)
    _publish(monde)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(pages, "timezone", SimpleNamespace(now=lambda: monde.time.now))
        yield monde


def _publish(monde: Editeur) -> None:
    assert monde.publish(retrait_massif=True).sequence
    monde.round()
    monde.time.sleep(3600)


@pytest.fixture(scope="module")
def visitor(espace_partage: Any) -> Client:
    return Client(headers={"host": "127.0.0.1"})


def since(sequence: int) -> datetime:
    found = archives.of_sequence(sequence)
    assert found is not None
    assert found.terminee_le is not None
    return found.terminee_le.replace(microsecond=0) + timedelta(seconds=1)


def ask(visitor: Client, nom: str, instant: datetime) -> dict[str, Any]:
    answer = visitor.get("/api/liste-blanche/historique", {"nom": nom, "instant": horodatage.text_of(instant)})
    assert answer.status_code == 200
    found: dict[str, Any] = answer.json()
    return found


@pytest.mark.parametrize(("sequence", "dns"), [(1, []), (2, [dn(DB)]), (3, [NEW_DN]), (4, [])])
def test_a_program_is_told_the_dn_of_that_second_with_the_list_that_says_so(
    monde: Editeur, visitor: Client, sequence: int, dns: list[str]
) -> None:
    for instant in (since(sequence), since(sequence) + timedelta(minutes=59)):
        found = ask(visitor, DB.upper(), instant)
        assert (found["present"], found["dns"], found["liste"]["sequence"]) == (bool(dns), dns, sequence)
        assert found["nom"] == DB
        assert (found["liste"]["en_vigueur_jusqua"] is None) == (sequence == 4)


def test_the_instant_of_the_replacement_belongs_to_the_new_list(monde: Editeur, visitor: Client) -> None:
    edge = archives.in_force_until(2)
    assert edge is not None
    before, after = (historique.at(DB, edge + timedelta(microseconds=step)) for step in (-1, 0))
    assert before is not None
    assert after is not None
    assert (before.sequence, after.sequence) == (2, 3)


def test_the_links_lead_to_the_list_its_leaf_and_a_proof_under_the_root_of_the_head(monde: Editeur, visitor: Client) -> None:
    liste = ask(visitor, DB, since(2))["liste"]
    data, leaf, proof = (visitor.get(urlsplit(liste[name]).path).content for name in ("fichier", "feuille", "inclusion"))
    assert hashlib.sha256(data).hexdigest() == liste["sha256"] == read_leaf(leaf).sha256
    read = PreuveInclusion.from_json(proof)
    head = tetes.current()
    assert head is not None
    assert read.taille == head.taille
    read.check(tetes.racine(head.taille), sha256=liste["sha256"])


def test_before_the_first_list_nothing_was_in_force(monde: Editeur, visitor: Client) -> None:
    found = ask(visitor, DB, datetime(2026, 1, 1, tzinfo=UTC))
    assert (found["present"], found["dns"], found["liste"]) == (False, [], None)


def test_an_unknown_name_was_absent(monde: Editeur, visitor: Client) -> None:
    found = ask(visitor, f"db9.9999.{ZONE}", since(3))
    assert (found["present"], found["liste"]["sequence"]) == (False, 3)


@pytest.mark.parametrize(("sequence", "words"), [(1, "Non, ce nom n'était pas"), (3, "Oui, ce nom était"), (4, "Non, ce nom n'était pas")])
def test_a_person_reads_the_same_on_the_page(monde: Editeur, visitor: Client, sequence: int, words: str) -> None:
    page = html.unescape(visitor.get("/historique", {"nom": DB, "instant": horodatage.text_of(since(sequence))}).content.decode())
    assert words in page
    assert (NEW_DN in page) == (sequence == 3)
    assert f'href="/listes/{sequence}/"' in page
    assert f'href="/journal/feuilles/{sequence}.json"' in page
    assert f"instant={horodatage.text_of(since(sequence))}" in page


def test_a_person_may_write_the_time_of_paris(monde: Editeur, visitor: Client) -> None:
    local = since(3).astimezone(PARIS).strftime("%Y-%m-%dT%H:%M:%S")
    page = html.unescape(visitor.get("/historique", {"nom": DB, "instant": local}).content.decode())
    assert NEW_DN in page
    assert f'value="{local}"' in page


@pytest.mark.parametrize(
    ("query", "code"),
    [
        ({}, "historique.nom_absent"),
        ({"nom": "x", "instant": "2026-01-01T00:00:00Z"}, "historique.nom"),
        ({"nom": f"vi1.1.{ZONE}", "instant": "2026-01-01T00:00:00Z"}, "historique.nom"),
        ({"nom": DB}, "historique.instant_absent"),
        ({"nom": DB, "instant": "hier"}, "historique.instant"),
        ({"nom": DB, "instant": "2026-01-01T00:00:00"}, "historique.instant_sans_fuseau"),
        ({"nom": DB, "instant": "2999-01-01T00:00:00Z"}, "historique.instant_futur"),
        ({"nom": "a" * 100_000, "instant": "\x00"}, "historique.nom"),
    ],
)
def test_a_question_that_cannot_be_read_is_refused_in_french(visitor: Client, query: dict[str, str], code: str) -> None:
    answer = visitor.get("/api/liste-blanche/historique", query)
    assert (answer.status_code, answer.json()["code"]) == (400, code)
    assert answer.json()["message"].endswith(".")
    assert answer.json()["remede"]


def test_the_page_refuses_too_keeps_what_was_typed_and_shows_it_harmlessly(visitor: Client) -> None:
    answer = visitor.get("/historique", {"nom": '"><b>x', "instant": "2026-01-01T00:00:00Z"})
    text = answer.content.decode()
    assert (answer.status_code, "<b>x" in text, 'role="alert"' in text) == (400, False, True)
    assert "heure a existé deux fois" in html.unescape(
        visitor.get("/historique", {"nom": DB, "instant": "2025-10-26T02:30:00"}).content.decode()
    )


def test_the_empty_page_asks_and_answers_nothing(visitor: Client) -> None:
    answer = visitor.get("/historique")
    assert (answer.status_code, "Oui," in answer.content.decode(), 'name="instant"' in answer.content.decode()) == (200, False, True)


def test_a_list_whose_bytes_were_altered_answers_nothing(espace_partage: Any, monde: Editeur, visitor: Client) -> None:
    historique.forget()
    row = espace_partage.sql("SELECT contenu FROM liste_blanche_publication WHERE sequence = 2")[0][0]
    espace_partage.sql("ALTER TABLE liste_blanche_publication DISABLE TRIGGER USER")
    try:
        espace_partage.sql("UPDATE liste_blanche_publication SET contenu = %s WHERE sequence = 2", bytes(row).replace(b"Paris", b"Nancy"))
        visitor.raise_request_exception = False
        answer = visitor.get("/api/liste-blanche/historique", {"nom": DB, "instant": horodatage.text_of(since(2))})
        assert answer.status_code == 500
        assert "Nancy" not in answer.content.decode()
    finally:
        visitor.raise_request_exception = True
        espace_partage.sql("UPDATE liste_blanche_publication SET contenu = %s WHERE sequence = 2", bytes(row))
        espace_partage.sql("ALTER TABLE liste_blanche_publication ENABLE TRIGGER USER")


def test_the_root_that_the_page_shows_is_that_of_the_log(monde: Editeur, visitor: Client) -> None:
    assert tetes.racine(4).hex() in visitor.get("/liste/").content.decode()
