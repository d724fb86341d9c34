# SPDX-FileCopyrightText: 2026 drimm contributors
# SPDX-License-Identifier: EUPL-1.2
"""The head beside the list: what it adds, what it never takes away."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.conf import settings

from banc.attaques.publication import Publication, cle, trousseau_of
from confiance.liste_blanche import Freshness
from confiance.sante import Sante, Statut
from confiance.transparence import Feuille
from drimbox.socle.annuaire import queries
from drimbox.socle.annuaire.actions import acknowledge_alarm, refresh, restart_tetes, review
from drimbox.socle.annuaire.errors import ListeAbsente, TeteIgnoree
from drimbox.socle.annuaire.models import Miroir, TeteEnVigueur
from drimbox.socle.sante.queries import sante
from tests.drimbox_env import DB, DB2
from tests.integration.drimbox.annuaire.site import Publicateur, Site, body, change, cut_short, dripping, endless, silent

NOW = datetime.now(UTC).replace(microsecond=0)
MINUTE = timedelta(minutes=1)


@pytest.fixture(autouse=True)
def _fresh(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.setattr(queries, "LOOK_AGAIN_SECONDS", 0.0)
    queries.forget()
    yield
    queries.forget()


def etat(at: datetime) -> str:
    tete = queries.tete(at)
    return "" if tete is None else tete.etat


def alarms() -> set[str]:
    return {alarme.code for alarme in queries.open_alarms()}


def tete_code() -> str:
    return Miroir.objects.get().tete_code


def test_without_keys_no_head_is_asked_and_the_list_is_in_force(publicateur: Publicateur) -> None:
    publicateur.publish(DB, at=NOW)
    assert refresh(NOW + MINUTE).ok
    assert publicateur.site.paths() == ["liste-blanche.xml"]
    assert queries.tete(NOW) is None
    assert b'"tete"' not in sante(NOW + MINUTE).to_json()


def test_the_head_is_asked_first_confirms_the_list_and_stands_in_the_health_answer(with_keys: Publicateur) -> None:
    with_keys.publish(DB, at=NOW)
    assert refresh(NOW + MINUTE).ok
    assert with_keys.site.paths() == ["tete.json", "liste-blanche.xml"]
    said = json.loads(sante(NOW + MINUTE).to_json())["liste_blanche"]["tete"]
    assert (said["numero"], said["sequence"], said["taille"], said["etat"]) == (1, 1, 1, "confirmee")
    assert said["sha256"] == TeteEnVigueur.objects.get().sha256
    again = Sante.from_json(sante(NOW + MINUTE).to_json()).liste_blanche.tete
    assert again is not None
    assert again.repere.numero == 1


def test_a_log_that_grew_is_believed_with_its_proof_only(with_keys: Publicateur) -> None:
    with_keys.publish(DB, at=NOW)
    refresh(NOW + MINUTE)
    with_keys.publish(DB, DB2, at=NOW + 2 * MINUTE)
    proof = with_keys.site.files.pop("journal/consistance/1-2.json")
    assert refresh(NOW + 3 * MINUTE).result == "nouvelle", "the list never waits for its head"
    assert tete_code() == "annuaire.reponse_refusee"
    assert etat(NOW + 3 * MINUTE) == "en_attente"
    with_keys.site.files["journal/consistance/1-2.json"] = proof
    refresh(NOW + 4 * MINUTE)
    assert (etat(NOW + 4 * MINUTE), tete_code()) == ("confirmee", "")


HOSTILE: dict[str, Any] = {
    "absent": lambda _site, _good: body(b"", 404),
    "error": lambda _site, _good: body(b"", 500),
    "redirection": lambda site, _good: body(b"", 302, Location=site.url("liste-blanche.xml")),
    "truncated": lambda _site, good: cut_short(good),
    "half": lambda _site, good: good[: len(good) // 2],
    "altered": lambda _site, good: good[:15] + bytes([good[15] ^ 1]) + good[16:],
    "empty": lambda _site, _good: b"",
    "page": lambda _site, _good: body(b"<html>", Content_Type="text/html"),
    "compressed": lambda _site, good: body(good, Content_Encoding="gzip"),
    "too big": lambda _site, _good: b"x" * 300_000,
    "endless": lambda site, _good: endless(site.stop),
    "dripping": lambda site, _good: dripping(site.stop),
    "silent": lambda site, _good: silent(site.stop),
    "not modified": lambda _site, _good: body(b"", 304),
}


@pytest.mark.parametrize("name", ["tete.json", "journal/consistance/1-2.json"])
@pytest.mark.parametrize("fault", HOSTILE)
def test_a_bad_head_or_proof_replaces_nothing_and_holds_nothing_back(
    with_keys: Publicateur, monkeypatch: pytest.MonkeyPatch, fault: str, name: str
) -> None:
    change(monkeypatch, timeout=1.0, idle_seconds=0.4)
    with_keys.publish(DB, at=NOW)
    refresh(NOW + MINUTE)
    before = TeteEnVigueur.objects.get().sha256
    with_keys.publish(DB, DB2, at=NOW + 2 * MINUTE)
    good = with_keys.site.files[name]
    with_keys.site.files[name] = HOSTILE[fault](with_keys.site, good)
    assert refresh(NOW + 3 * MINUTE).result == "nouvelle"
    assert set(queries.current(NOW + 3 * MINUTE).names) == {DB, DB2}
    assert TeteEnVigueur.objects.get().sha256 == before
    assert tete_code()
    assert "tete_absente" in alarms()
    with_keys.site.files[name] = good
    refresh(NOW + 4 * MINUTE)
    assert (etat(NOW + 4 * MINUTE), alarms() & {"tete_absente", "tete_sans_liste"}) == ("confirmee", set())


def test_a_list_older_than_the_one_of_the_head_is_refused_and_another_address_asked(
    with_keys: Publicateur, site: Site, monkeypatch: pytest.MonkeyPatch
) -> None:
    change(monkeypatch, urls=(site.url("old/liste-blanche.xml"), site.url("liste-blanche.xml")))
    with_keys.publish(DB, DB2, at=NOW, where="old/")
    with_keys.publish(DB, at=NOW + MINUTE)
    site.files["old/tete.json"] = site.files["tete.json"]
    assert refresh(NOW + 2 * MINUTE).ok
    assert set(queries.current(NOW + 2 * MINUTE).names) == {DB}
    first = Miroir.objects.get(url__contains="old")
    assert (first.result, first.code) == ("ancien", "tete.liste_anterieure")


def test_a_frozen_publication_shows_at_the_next_update_of_its_head(with_keys: Publicateur) -> None:
    with_keys.publish(DB, at=NOW)
    refresh(NOW + MINUTE)
    frozen = NOW + timedelta(hours=49)
    assert refresh(frozen).ok
    assert (etat(frozen), queries.freshness(frozen)) == ("en_retard", Freshness.STALE_WARN)
    assert {"tete_en_retard", "liste_ancienne"} <= alarms()
    long_frozen = NOW + timedelta(hours=48 + 49)
    refresh(long_frozen)
    assert queries.freshness(long_frozen) is Freshness.STALE_DEGRADED
    assert sante(long_frozen).liste_blanche.statut is Statut.DEGRADED
    assert queries.current(long_frozen).names == {DB}, "a late head never empties the mesh"


def test_a_head_once_seen_cannot_be_dropped_unseen(with_keys: Publicateur) -> None:
    with_keys.publish(DB, at=NOW)
    refresh(NOW + MINUTE)
    with_keys.site.files.pop("tete.json")
    refresh(NOW + 2 * MINUTE)
    assert "tete_absente" in alarms()
    assert queries.tete(NOW + 2 * MINUTE) is not None


def test_two_truths_keep_the_first_and_ring_until_a_person_acts(with_keys: Publicateur) -> None:
    with_keys.publish(DB, at=NOW)
    honest = with_keys.site.files["tete.json"]
    liar = with_keys.publication.fork()
    liar.tetes.clear()
    liar.payloads.clear()
    refresh(NOW + MINUTE)
    with_keys.site.files["tete.json"] = liar.tete(NOW + MINUTE, retrait_massif=True)
    assert refresh(NOW + 2 * MINUTE).ok
    assert (etat(NOW + 2 * MINUTE), tete_code()) == ("equivoque", "tete.equivoque")
    assert with_keys.maille.journal("annuaire:tete:contradicted")
    with_keys.site.files["tete.json"] = honest
    refresh(NOW + 3 * MINUTE)
    assert (etat(NOW + 3 * MINUTE), "tete_equivoque" in alarms()) == ("equivoque", True)
    acknowledge_alarm("tete_equivoque", NOW + 4 * MINUTE)
    assert (etat(NOW + 4 * MINUTE), "tete_equivoque" in alarms()) == ("confirmee", False)


@pytest.mark.parametrize("proof", ["withheld", "garbage"])
def test_a_lie_is_kept_as_evidence_though_the_proof_it_needs_is_not_given(with_keys: Publicateur, proof: str) -> None:
    with_keys.publish(DB, at=NOW)
    refresh(NOW + MINUTE)
    liar = with_keys.publication.fork()
    liar.publish_leaf(Feuille(2, "f" * 64, NOW, NOW), length=1000)
    lie = liar.tete(NOW + MINUTE, numero=1, previous=None)
    with_keys.site.files["tete.json"] = lie
    if proof == "garbage":
        with_keys.site.files["journal/consistance/1-2.json"] = b"{}"
    refresh(NOW + 2 * MINUTE)
    assert (etat(NOW + 2 * MINUTE), tete_code()) == ("equivoque", "tete.equivoque")
    assert lie in kept_proof()
    assert "tete_equivoque" in alarms()


def kept_proof() -> list[bytes | None]:
    """Files of the two heads that contradict one another."""
    lecteur = queries.lecteur_de_tetes()
    assert lecteur is not None
    assert lecteur.equivoque is not None
    return [lecteur.equivoque.premiere, lecteur.equivoque.seconde]


def another_log(with_keys: Publicateur, at: datetime) -> None:
    """The publisher lost its log and begins another, under the same keys."""
    with_keys.publication = Publication(journal="e" * 64)
    with_keys.publish(DB, DB2, at=at)


def test_a_new_log_is_followed_once_a_person_begins_again(with_keys: Publicateur) -> None:
    with_keys.publish(DB, at=NOW)
    with_keys.head(NOW)
    refresh(NOW + MINUTE)
    another_log(with_keys, NOW + 2 * MINUTE)
    assert refresh(NOW + 3 * MINUTE).result == "nouvelle"
    assert tete_code() == "tete.autre_journal"
    restart_tetes(NOW + 4 * MINUTE)
    assert queries.tete(NOW + 4 * MINUTE) is None
    assert with_keys.maille.journal("annuaire:tete:restarted")
    refresh(NOW + 5 * MINUTE)
    assert (etat(NOW + 5 * MINUTE), tete_code()) == ("confirmee", "")
    assert queries.tete(NOW + 5 * MINUTE).repere.numero == 1  # type: ignore[union-attr]  # a head is there


def test_beginning_again_closes_the_alarm_of_two_truths(with_keys: Publicateur) -> None:
    with_keys.publish(DB, at=NOW)
    liar = with_keys.publication.fork()
    liar.tetes.clear()
    liar.payloads.clear()
    refresh(NOW + MINUTE)
    with_keys.site.files["tete.json"] = liar.tete(NOW + MINUTE, retrait_massif=True)
    refresh(NOW + 2 * MINUTE)
    assert "tete_equivoque" in alarms()
    restart_tetes(NOW + 3 * MINUTE)
    assert "tete_equivoque" not in alarms()
    refresh(NOW + 4 * MINUTE)
    assert (etat(NOW + 4 * MINUTE), "tete_equivoque" in alarms()) == ("confirmee", False)


def test_without_keys_there_is_nothing_to_begin_again(publicateur: Publicateur) -> None:
    with pytest.raises(TeteIgnoree):
        restart_tetes(NOW)


def test_keys_of_heads_that_cannot_be_read_stop_neither_the_list_nor_its_readers(
    with_keys: Publicateur, monkeypatch: pytest.MonkeyPatch
) -> None:
    with_keys.publish(DB, DB2, at=NOW)
    refresh(NOW + MINUTE)
    path = next(iter(settings.DRIMBOX.liste_blanche.tete_cles.values()))
    pem = path.read_bytes()
    path.write_bytes(b"")
    queries.forget()
    assert queries.current(NOW + MINUTE).names == {DB, DB2}
    with_keys.publish(DB, at=NOW + 2 * MINUTE)
    assert refresh(NOW + 3 * MINUTE).result == "nouvelle"
    assert queries.current(NOW + 3 * MINUTE).names == {DB}
    assert (tete_code(), alarms() & {"tete_absente"}) == ("tete.cles", {"tete_absente"})
    path.write_bytes(pem)
    refresh(NOW + 4 * MINUTE)
    assert (etat(NOW + 4 * MINUTE), alarms() & {"tete_absente"}) == ("confirmee", set())


def test_keys_that_changed_twice_while_we_slept_are_followed(with_keys: Publicateur) -> None:
    publication, site = with_keys.publication, with_keys.site
    with_keys.publish(DB, at=NOW)
    refresh(NOW + MINUTE)
    for step, names in enumerate((("c", "d"), ("e", "f"))):
        before = publication.trousseau.empreinte
        site.files[f"journal/cles/{before}.json"] = publication.rotate([cle(name) for name in names], 2, NOW + (2 + step) * MINUTE)
    with_keys.head(NOW + 5 * MINUTE)
    refresh(NOW + 6 * MINUTE)
    assert tete_code() == ""
    assert queries.tete(NOW + 6 * MINUTE).repere.numero == 4  # type: ignore[union-attr]  # a head is there


def test_a_head_of_strangers_is_refused_for_its_signatures(with_keys: Publicateur) -> None:
    with_keys.publish(DB, at=NOW)
    refresh(NOW + MINUTE)
    strangers = [cle("x"), cle("y")]
    with_keys.site.files["tete.json"] = with_keys.publication.tete(NOW + MINUTE, signers=strangers, trousseau=trousseau_of(strangers, 2))
    refresh(NOW + 2 * MINUTE)
    assert tete_code() == "tete.cle_inconnue"
    assert queries.tete(NOW + 2 * MINUTE).repere.numero == 1  # type: ignore[union-attr]  # a head is there


def test_a_mass_removal_that_the_head_confirms_needs_no_person(with_keys: Publicateur, monkeypatch: pytest.MonkeyPatch) -> None:
    change(monkeypatch, max_bytes=1 << 20)
    many = [DB, DB2]
    with_keys.publish(*many, at=NOW)
    refresh(NOW + MINUTE)
    monkeypatch.setattr("confiance.liste_blanche.trusted.RemovalGuard.__init__", _strict)
    with_keys.publish(DB, at=NOW + 2 * MINUTE, retrait_massif=True)
    assert refresh(NOW + 3 * MINUTE).result == "nouvelle"


def _strict(self: Any) -> None:
    object.__setattr__(self, "fraction", 0.0)
    object.__setattr__(self, "floor", 0)


def test_the_number_of_the_head_outlives_a_memory_that_no_longer_verifies(with_keys: Publicateur) -> None:
    with_keys.publish(DB, at=NOW)
    first = with_keys.site.files["tete.json"]
    with_keys.head(NOW + MINUTE)
    refresh(NOW + 2 * MINUTE)
    with_keys.maille.environment.sql("UPDATE annuaire_tete_en_vigueur SET state = 'unreadable'::bytea")
    with_keys.site.files["tete.json"] = first
    refresh(NOW + 3 * MINUTE)
    assert tete_code() == "tete.retour_arriere"
    assert with_keys.maille.journal("annuaire:tete:forgotten")


def test_time_alone_opens_the_alarms_of_what_nothing_renews(with_keys: Publicateur) -> None:
    with pytest.raises(ListeAbsente):
        queries.current(NOW)
    with_keys.publish(DB, at=NOW)
    refresh(NOW + MINUTE)
    review(NOW + 2 * MINUTE)
    assert "tete_en_retard" not in alarms()
    review(NOW + timedelta(hours=60))
    assert "tete_en_retard" in alarms()
