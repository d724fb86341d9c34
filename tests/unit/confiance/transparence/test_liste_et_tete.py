# SPDX-FileCopyrightText: 2026 drimm contributors
# SPDX-License-Identifier: Apache-2.0
"""What a reader that has both the list and its head believes, rule by rule."""

from __future__ import annotations

import hashlib
from dataclasses import replace
from datetime import datetime, timedelta

import pytest
from cryptography.hazmat.primitives.serialization import Encoding

from banc.attaques import autorite
from banc.attaques.publication import Publication, liste_at
from banc.attaques.terrain import GENERATION, NOW, SIGNING_TIME, Terrain, make_brouillon
from confiance.distinguished_name import DistinguishedName
from confiance.liste_blanche import Outcome, Shape, TrustedListeBlanche, sign
from confiance.liste_blanche.freshness import Freshness
from confiance.refusals import EmpreinteDocument, RetourArriere, RetraitMassif
from confiance.transparence import CrlNommee, EtatTete, Lecteur, TeteLimits, TrustedTete
from confiance.transparence import refusals as r
from confiance.transparence.liste_et_tete import check_crl

MINUTE, HOUR, DAY = timedelta(minutes=1), timedelta(hours=1), timedelta(days=1)


def _lecteur(publication: Publication, terrain: Terrain, at: datetime = NOW) -> Lecteur:
    """Return a reader that trusts the next head of this publisher, and no list yet."""
    lecteur = Lecteur(TrustedListeBlanche(terrain.policy), TrustedTete(publication.policy))
    assert lecteur.tete is not None
    lecteur.tete.update(publication.tete(at), at=at)
    return lecteur


def test_the_list_that_the_head_names_is_confirmed(publication: Publication, terrain: Terrain, liste: bytes) -> None:
    lecteur = _lecteur(publication, terrain)
    assert lecteur.etat(NOW) is EtatTete.LISTE_ATTENDUE
    assert lecteur.update_liste(liste, at=NOW) is Outcome.NEW
    assert lecteur.etat(NOW) is EtatTete.CONFIRMEE
    assert lecteur.freshness(NOW) is Freshness.FRESH


def test_a_newer_list_is_accepted_at_once_and_alarms_when_its_head_does_not_come(publication: Publication, terrain: Terrain) -> None:
    lecteur = _lecteur(publication, terrain)
    assert lecteur.update_liste(liste_at(1), at=NOW) is Outcome.NEW
    assert lecteur.etat(NOW + 15 * MINUTE) is EtatTete.EN_ATTENTE
    assert not lecteur.etat(NOW + 15 * MINUTE).alarm
    assert lecteur.freshness(NOW + 15 * MINUTE) is Freshness.FRESH
    assert lecteur.etat(NOW + 16 * MINUTE) is EtatTete.NON_CONFIRMEE
    assert lecteur.etat(NOW + 16 * MINUTE).alarm
    assert lecteur.freshness(NOW + 16 * MINUTE) is Freshness.STALE_WARN
    publication.publish(liste_at(1), at=NOW)
    assert lecteur.tete is not None
    lecteur.tete.update(publication.tete(NOW + HOUR), at=NOW + HOUR, consistency=publication.consistency(1))
    assert lecteur.etat(NOW + HOUR) is EtatTete.CONFIRMEE


def test_a_mirror_that_withholds_the_newest_list_is_refused_even_with_the_list_held(
    publication: Publication, terrain: Terrain, liste: bytes
) -> None:
    lecteur = _lecteur(publication, terrain)
    lecteur.update_liste(liste, at=NOW)
    publication.publish(liste_at(1), at=NOW)
    assert lecteur.tete is not None
    lecteur.tete.update(publication.tete(NOW + HOUR), at=NOW + HOUR, consistency=publication.consistency(1))
    with pytest.raises(r.TeteListeAnterieure):
        lecteur.update_liste(liste, at=NOW + HOUR)
    assert lecteur.liste.memory is not None
    assert lecteur.liste.memory.confirmed_at == NOW  # what withholds does not keep the trust fresh
    assert lecteur.etat(NOW + HOUR + 15 * MINUTE) is EtatTete.LISTE_ATTENDUE
    assert lecteur.etat(NOW + HOUR + 16 * MINUTE) is EtatTete.LISTE_RETENUE
    assert lecteur.freshness(NOW + HOUR + 16 * MINUTE) is Freshness.STALE_WARN
    assert lecteur.update_liste(liste_at(1), at=NOW + HOUR) is Outcome.NEW
    assert lecteur.etat(NOW + HOUR + 16 * MINUTE) is EtatTete.CONFIRMEE


def test_an_older_list_is_refused_by_a_reader_that_holds_none(publication: Publication, terrain: Terrain, liste: bytes) -> None:
    """Without the head, a first reading has nothing to compare with: this is the rollback that the list alone cannot see."""
    publication.publish(liste_at(1), at=NOW)
    lecteur = _lecteur(publication, terrain)
    with pytest.raises(r.TeteListeAnterieure):
        lecteur.update_liste(liste, at=NOW)
    assert lecteur.liste.current is None
    assert lecteur.etat(NOW + HOUR) is EtatTete.LISTE_RETENUE


def test_the_same_dates_with_other_bytes_are_two_lists(publication: Publication, terrain: Terrain, liste: bytes) -> None:
    other = sign(make_brouillon(11, GENERATION), terrain.key, signing_time=SIGNING_TIME)
    lecteur = _lecteur(publication, terrain)
    with pytest.raises(r.TeteListeDifferente):
        lecteur.update_liste(other, at=NOW)
    alone = Lecteur(TrustedListeBlanche(terrain.policy), TrustedTete(publication.policy))
    alone.update_liste(other, at=NOW)
    assert alone.tete is not None
    alone.tete.update(publication.tetes[0], at=NOW)
    assert alone.etat(NOW) is EtatTete.LISTE_DIFFERENTE
    assert alone.etat(NOW).alarm


@pytest.mark.parametrize(("generation", "signing"), [(-1, 5), (5, -1)])
def test_neither_date_may_lie_before_that_of_the_head(publication: Publication, terrain: Terrain, generation: int, signing: int) -> None:
    data = sign(make_brouillon(12, GENERATION + generation * MINUTE), terrain.key, signing_time=SIGNING_TIME + signing * MINUTE)
    with pytest.raises(r.TeteListeAnterieure):
        _lecteur(publication, terrain).update_liste(data, at=NOW)


def test_a_head_gives_no_trust_to_a_list_that_is_not_signed(publication: Publication, terrain: Terrain, liste: bytes) -> None:
    forged = liste.replace(b"db1.3.", b"db1.4.")
    publication.publish_leaf(replace(publication.feuilles[0], sequence=2, sha256=hashlib.sha256(forged).hexdigest()))
    with pytest.raises(EmpreinteDocument):
        _lecteur(publication, terrain).update_liste(forged, at=NOW)


def test_without_keys_every_head_is_ignored(terrain: Terrain, liste: bytes) -> None:
    lecteur = Lecteur(TrustedListeBlanche(terrain.policy), None)
    assert lecteur.update_liste(liste, at=NOW) is Outcome.NEW
    assert lecteur.etat(NOW + 9 * DAY) is EtatTete.IGNOREE
    assert lecteur.freshness(NOW) is Freshness.FRESH


def test_a_head_that_never_came_harms_nothing_and_is_said(publication: Publication, terrain: Terrain, liste: bytes) -> None:
    lecteur = Lecteur(TrustedListeBlanche(terrain.policy), TrustedTete(publication.policy))
    assert lecteur.update_liste(liste, at=NOW) is Outcome.NEW
    assert lecteur.etat(NOW) is EtatTete.ABSENTE
    assert not lecteur.etat(NOW).alarm
    assert lecteur.freshness(NOW) is Freshness.FRESH


def test_a_head_once_seen_is_not_forgotten_and_its_lateness_shows(publication: Publication, terrain: Terrain) -> None:
    lecteur = _lecteur(publication, terrain)
    late = NOW + 2 * DAY
    fresh = sign(make_brouillon(12, late), terrain.key, signing_time=late)
    lecteur.liste.use_policy(replace(terrain.policy, revocation="soft"))
    lecteur.update_liste(fresh, at=late)
    assert lecteur.etat(late) is EtatTete.EN_ATTENTE
    expected = {0: Freshness.STALE_WARN, 47: Freshness.STALE_WARN, 48: Freshness.STALE_DEGRADED, 60: Freshness.STALE_DEGRADED}
    for hours, freshness in expected.items():
        now = late + timedelta(hours=hours, seconds=1)
        lecteur.update_liste(fresh, at=now)
        assert lecteur.etat(now) is EtatTete.EN_RETARD
        assert lecteur.etat(now).alarm
        assert lecteur.freshness(now) is freshness


def test_the_head_never_makes_trust_younger_nor_stops_exchanges(publication: Publication, terrain: Terrain, liste: bytes) -> None:
    lecteur = _lecteur(publication, terrain)
    lecteur.update_liste(liste, at=NOW)
    assert lecteur.freshness(NOW + 8 * DAY) is Freshness.EXPIRED
    lecteur.liste.use_policy(replace(terrain.policy, revocation="soft"))
    lecteur.update_liste(liste, at=NOW + 20 * DAY)
    assert lecteur.freshness(NOW + 20 * DAY) is Freshness.STALE_DEGRADED
    assert lecteur.freshness(NOW + 20 * DAY).serves


def test_a_clock_that_went_back_hides_no_lateness(publication: Publication, terrain: Terrain, liste: bytes) -> None:
    lecteur = _lecteur(publication, terrain)
    lecteur.liste.use_policy(replace(terrain.policy, revocation="soft"))
    lecteur.update_liste(liste, at=NOW + 3 * DAY)
    assert lecteur.etat(NOW) is EtatTete.EN_RETARD


def test_two_truths_are_an_alarm_for_ever(publication: Publication, terrain: Terrain, liste: bytes) -> None:
    liar = publication.fork()
    lecteur = _lecteur(publication, terrain)
    lecteur.update_liste(liste, at=NOW)
    assert lecteur.tete is not None
    with pytest.raises(r.TeteEquivoque):
        lecteur.tete.update(liar.tete(NOW + HOUR), at=NOW + HOUR)
    lecteur.tete.update(publication.tete(NOW + HOUR), at=NOW + HOUR)
    assert lecteur.etat(NOW + HOUR) is EtatTete.EQUIVOQUE
    assert lecteur.freshness(NOW + HOUR) is Freshness.STALE_WARN
    lecteur.tete.acknowledge_equivoque()
    assert lecteur.etat(NOW + HOUR) is EtatTete.CONFIRMEE


def test_a_mass_removal_that_the_head_confirms_needs_no_other_word(publication: Publication, terrain: Terrain, liste: bytes) -> None:
    small = liste_at(1, rows=2)
    for confirmed in (False, True):
        other = publication.fork()
        other.publish(small, at=NOW)
        lecteur = Lecteur(TrustedListeBlanche(terrain.policy), TrustedTete(publication.policy))
        lecteur.update_liste(liste, at=NOW)
        assert lecteur.tete is not None
        lecteur.tete.update(other.tete(NOW, retrait_massif=confirmed), at=NOW)
        if confirmed:
            assert lecteur.update_liste(small, at=NOW) is Outcome.NEW
        else:
            with pytest.raises(RetraitMassif):
                lecteur.update_liste(small, at=NOW)
            assert lecteur.update_liste(small, at=NOW, confirm_removal=hashlib.sha256(small).hexdigest()) is Outcome.NEW


def test_the_word_of_the_head_is_for_its_list_only(publication: Publication, terrain: Terrain, liste: bytes) -> None:
    lecteur = Lecteur(TrustedListeBlanche(terrain.policy), TrustedTete(publication.policy))
    lecteur.update_liste(liste, at=NOW)
    assert lecteur.tete is not None
    lecteur.tete.update(publication.tete(NOW, retrait_massif=True), at=NOW)
    with pytest.raises(RetraitMassif):
        lecteur.update_liste(liste_at(1, rows=2), at=NOW)


def test_rollback_against_the_list_held_is_refused_as_before(publication: Publication, terrain: Terrain, liste: bytes) -> None:
    lecteur = _lecteur(publication, terrain)
    lecteur.update_liste(liste_at(2), at=NOW)
    with pytest.raises(RetourArriere):
        lecteur.update_liste(liste_at(1), at=NOW)


def test_the_same_content_signed_in_another_shape_is_another_file(publication: Publication, terrain: Terrain) -> None:
    other = sign(make_brouillon(12, GENERATION), terrain.key, signing_time=SIGNING_TIME, shape=Shape.ENVELOPED)
    with pytest.raises(r.TeteListeDifferente):
        _lecteur(publication, terrain).update_liste(other, at=NOW)


def test_the_grace_is_a_setting(publication: Publication, terrain: Terrain) -> None:
    lecteur = _lecteur(publication, terrain)
    strict = Lecteur(lecteur.liste, lecteur.tete, TeteLimits(head_grace=timedelta(0)))
    assert strict.etat(NOW + MINUTE) is EtatTete.LISTE_RETENUE


def test_every_state_has_its_sentence() -> None:
    assert all(etat.label.endswith(".") for etat in EtatTete)


def test_a_crl_is_the_one_that_the_head_names_or_a_newer_one(publication: Publication, terrain: Terrain) -> None:
    ca = terrain.ca

    def crl(at: datetime):  # a CRL
        return autorite.crl(ca.name, ca.key, at=at)

    named = crl(NOW)
    assert named.next_update_utc is not None
    digest = hashlib.sha256(named.public_bytes(Encoding.DER)).hexdigest()
    issuer = str(DistinguishedName.from_name(ca.name))
    tete = publication.draft(NOW, crls=(CrlNommee(issuer, digest, named.next_update_utc), CrlNommee("illisible", "ab" * 32, NOW + DAY)))
    check_crl(named, tete)
    check_crl(crl(NOW + DAY), tete)
    check_crl(terrain.fresh_crls()[0], tete)  # of another issuer: the head says nothing
    with pytest.raises(r.TeteCrlAnterieure):
        check_crl(crl(NOW - DAY), tete)
    with pytest.raises(r.TeteCrlAnterieure):
        check_crl(named, replace(tete, crls=(CrlNommee(issuer, "ab" * 32, named.next_update_utc),)))


def test_an_emergency_crl_with_the_same_next_update_waits_for_no_head(publication: Publication, terrain: Terrain) -> None:
    ca = terrain.ca

    def made(at: datetime):  # a CRL made at that instant, whose next one is promised for the same day as the others
        return autorite.crl(ca.name, ca.key, at=at, life=NOW + 10 * DAY - at)

    named, urgent, older = made(NOW - DAY), made(NOW + 2 * DAY), made(NOW - 2 * DAY)
    assert named.next_update_utc == urgent.next_update_utc == older.next_update_utc
    digest = hashlib.sha256(named.public_bytes(Encoding.DER)).hexdigest()
    issuer = str(DistinguishedName.from_name(ca.name))
    tete = publication.draft(NOW, crls=(CrlNommee(issuer, digest, named.next_update_utc or NOW),))
    check_crl(urgent, tete)
    with pytest.raises(r.TeteCrlAnterieure):
        check_crl(older, tete)
