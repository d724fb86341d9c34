# SPDX-FileCopyrightText: 2026 drimm contributors
# SPDX-License-Identifier: Apache-2.0
"""A reader of heads with a memory, attack by attack."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, timedelta

import pytest

from banc.attaques.publication import Publication, cle, liste_at, trousseau_of
from banc.attaques.terrain import NOW
from confiance.liste_blanche import NaiveTime, Outcome
from confiance.transparence import ClePrivee, Contradiction, Feuille, Repere, TetePolicy, TrustedTete
from confiance.transparence import refusals as r
from confiance.transparence.preuves import PreuveConsistance
from confiance.transparence.suivi import HERE, MAX_ROTATIONS

HOUR = timedelta(hours=1)
A, B, C, D = cle("signataire"), cle("temoin"), cle("coffre"), cle("releve")


def _grow(publication: Publication, minutes: int) -> Publication:
    publication.publish(liste_at(minutes), at=NOW + timedelta(minutes=minutes))
    return publication


def _reader(publication: Publication) -> TrustedTete:
    """Return a reader that trusts the next head of this publisher."""
    reader = TrustedTete(publication.policy)
    assert reader.update(publication.tete(NOW), at=NOW) is Outcome.NEW
    return reader


def _refused(
    reader: TrustedTete, kind: type[r.TeteRefused], data: bytes, at: datetime = NOW + HOUR, consistency: bytes | None = None
) -> None:
    held = reader.current
    with pytest.raises(kind):
        reader.update(data, at=at, consistency=consistency)
    assert reader.current is held


def test_a_reader_starts_empty_and_trusts_the_first_head(publication: Publication) -> None:
    reader = TrustedTete(publication.policy)
    assert reader.current is None
    head = publication.tete(NOW)
    assert reader.proof_needed(head) is None
    assert reader.update(head, at=NOW) is Outcome.NEW
    assert reader.update(head, at=NOW + HOUR) is Outcome.UNCHANGED
    assert reader.current is not None
    assert reader.current.data == head


def test_a_head_without_a_new_list_follows_without_any_proof(publication: Publication) -> None:
    reader = _reader(publication)
    head = publication.tete(NOW + HOUR)
    assert reader.proof_needed(head) is None
    assert reader.update(head, at=NOW + HOUR) is Outcome.NEW
    assert reader.current is not None
    assert reader.current.tete.numero == 2


def test_a_log_that_grew_is_followed_with_its_proof(publication: Publication) -> None:
    reader = _reader(publication)
    _grow(_grow(publication, 1), 2)
    head = publication.tete(NOW + HOUR)
    assert reader.proof_needed(head) == (1, 3)
    assert reader.update(head, at=NOW + HOUR, consistency=publication.consistency(1)) is Outcome.NEW


def test_heads_may_be_missed(publication: Publication) -> None:
    reader = _reader(publication)
    for minutes in range(1, 4):
        _grow(publication, minutes).tete(NOW + minutes * HOUR)
    assert reader.update(publication.tetes[-1], at=NOW + 3 * HOUR, consistency=publication.consistency(1)) is Outcome.NEW


def test_a_time_without_zone_is_our_fault(publication: Publication) -> None:
    with pytest.raises(NaiveTime):
        TrustedTete(publication.policy).update(publication.tete(NOW), at=NOW.replace(tzinfo=None))


def test_an_older_head_is_a_rollback(publication: Publication) -> None:
    first = publication.tete(NOW)
    reader = TrustedTete(publication.policy)
    reader.update(publication.tete(NOW + HOUR), at=NOW + HOUR)
    _refused(reader, r.TeteRetourArriere, first)
    assert reader.equivoque is None


def test_a_frozen_head_expires(publication: Publication) -> None:
    reader = _reader(publication)
    _refused(reader, r.TeteExpiree, publication.tetes[0], NOW + timedelta(days=3))


def test_a_log_that_grew_without_a_good_proof_is_refused(publication: Publication) -> None:
    reader = _reader(publication)
    _grow(_grow(publication, 1), 2)
    head = publication.tete(NOW + HOUR)
    proof = PreuveConsistance.from_json(publication.consistency(1))
    wrong: Sequence[bytes | None] = (
        None,
        b"",
        b"{}",
        publication.consistency(2),
        publication.consistency(1, 2),
        replace(proof, chemin=(bytes(32), *proof.chemin[1:])).to_json(),
        replace(proof, chemin=proof.chemin[1:]).to_json(),
    )
    for consistency in wrong:
        _refused(reader, r.TeteConsistance, head, consistency=consistency)
    assert reader.update(head, at=NOW + HOUR, consistency=proof.to_json()) is Outcome.NEW


def test_a_past_that_was_rewritten_has_no_proof(publication: Publication) -> None:
    reader = _reader(publication)
    liar = Publication(journal=publication.journal)
    feuille = replace(publication.feuilles[0], sha256="ab" * 32)
    liar.publish_leaf(feuille)
    _grow(liar, 1)
    liar.payloads, liar.tetes = list(publication.payloads), list(publication.tetes)
    _refused(reader, r.TeteConsistance, liar.tete(NOW + HOUR), consistency=liar.consistency(1))


def test_the_head_of_another_log_is_refused_until_a_person_restarts(publication: Publication) -> None:
    reader = _reader(publication)
    other = Publication(journal="ab" * 32)
    other.publish(liste_at(0), at=NOW)
    head = other.tete(NOW)
    _refused(reader, r.TeteAutreJournal, head)
    assert reader.equivoque is None
    reader.restart()
    assert reader.update(head, at=NOW + HOUR) is Outcome.NEW


def _lie(publication: Publication, kind: Contradiction) -> bytes:
    """Return a head that contradicts the first head of an honest publisher, each in its own way."""
    liar = publication.fork()
    if kind is Contradiction.NUMERO:
        liar.tetes, liar.payloads = [], []
        return liar.tete(NOW + HOUR)
    if kind is Contradiction.SUITE:
        return liar.tete(NOW + HOUR, previous="ab" * 32)
    if kind is Contradiction.ORDRE:
        return liar.tete(NOW + HOUR, numero=3, **_log_of(Feuille(2, "ab" * 32, NOW - HOUR, NOW - HOUR), 1))
    feuille = replace(liar.feuilles[0], sha256="ab" * 32)
    if kind is Contradiction.RACINE:
        feuille = replace(feuille, sequence=2)
    return liar.tete(NOW + HOUR, numero=3, **_log_of(feuille, 1 if kind is Contradiction.RACINE else 2))


def _log_of(feuille: Feuille, size: int) -> dict[str, object]:
    """Return the members of a head whose log has that many leaves, the last being this one."""
    other = Publication()
    for _ in range(size):
        other.publish_leaf(feuille)
    draft = other.draft(NOW)
    names = ("sequence", "sha256", "date_generation", "signing_time", "taille", "racine", "inclusion")
    return {name: getattr(draft, name) for name in names}


@pytest.mark.parametrize("kind", [kind for kind in Contradiction if kind not in {Contradiction.JOURNAL, Contradiction.ORDRE}])
def test_two_truths_are_refused_proved_and_told_until_a_person_acts(publication: Publication, kind: Contradiction) -> None:
    reader = _reader(publication)
    lie = _lie(publication, kind)
    _refused(reader, r.TeteEquivoque, lie)
    proof = reader.equivoque
    assert proof is not None
    assert (proof.contradiction, proof.premiere, proof.seconde, proof.seen_at) == (kind, publication.tetes[0], lie, NOW + HOUR)
    with pytest.raises(r.TeteEquivoque, match=kind.label):
        reader.update(lie, at=NOW + 2 * HOUR)
    assert reader.equivoque is proof
    # the reader stays on the first history and follows it; the alarm stays
    assert reader.update(publication.tete(NOW + 2 * HOUR), at=NOW + 2 * HOUR) is Outcome.NEW
    assert reader.equivoque is proof
    reader.acknowledge_equivoque()
    assert reader.equivoque is None
    assert reader.current is not None


def test_an_expired_head_is_as_good_a_proof_of_two_truths(publication: Publication) -> None:
    reader = _reader(publication)
    _refused(reader, r.TeteEquivoque, _lie(publication, Contradiction.SUITE), NOW + timedelta(days=300))


def test_two_lists_under_one_sequence_are_seen_whatever_the_number_of_the_head(publication: Publication) -> None:
    """The publisher that equivocates gives list X to one and list Y to another, each with honest signatures."""
    other = Publication(journal=publication.journal)
    other.publish(liste_at(5), at=NOW + HOUR)
    reader = _reader(publication)
    other.payloads, other.tetes = list(publication.payloads), list(publication.tetes)
    _refused(reader, r.TeteEquivoque, other.tete(NOW + HOUR))
    assert reader.equivoque is not None
    assert reader.equivoque.contradiction is Contradiction.LISTE


def test_two_gateways_find_the_lie_by_comparing(publication: Publication) -> None:
    liar = publication.fork()
    one, other = _reader(publication), TrustedTete(liar.policy)
    _grow(liar, 1)
    other.update(liar.tete(NOW), at=NOW)
    assert other.current is not None
    found = one.compare({"db1.1": Repere.of(other.current), "db1.2": one.memory.repere or Repere(1, "", 1, 1)})
    assert [(d.contradiction, d.premiers, d.seconds) for d in found] == [(Contradiction.NUMERO, (HERE,), ("db1.1",))]
    assert TrustedTete(publication.policy).compare({"db1.1": Repere.of(other.current)}) == ()


# keys


def _reader_after(publication: Publication, cles: Sequence[ClePrivee], seuil: int) -> TrustedTete:
    reader = _reader(publication)
    assert reader.update(publication.rotate(cles, seuil, NOW + HOUR), at=NOW + HOUR) is Outcome.NEW
    return reader


def test_keys_announced_replace_those_of_the_settings(publication: Publication) -> None:
    before = publication.fork()
    reader = _reader_after(publication, (A, C, D), 2)
    assert reader.memory.trousseau == trousseau_of((A, C, D), 2)
    assert reader.update(publication.tete(NOW + 2 * HOUR, signers=(C, D)), at=NOW + 2 * HOUR) is Outcome.NEW
    before.tetes, before.payloads = list(publication.tetes), list(publication.payloads)
    _refused(reader, r.TeteCleInconnue, before.tete(NOW + 3 * HOUR), NOW + 3 * HOUR)


def test_a_change_of_keys_needs_the_old_and_the_new(publication: Publication) -> None:
    reader, new = _reader(publication), trousseau_of((C, D), 2)
    _refused(reader, r.TeteClesNonSignees, publication.fork().tete(NOW + HOUR, signers=(A, B), trousseau=new))
    _refused(reader, r.TeteCleInconnue, publication.fork().tete(NOW + HOUR, signers=(C, D), trousseau=new))
    _refused(reader, r.TeteCleInconnue, publication.fork().tete(NOW + HOUR, signers=(A, C, D), trousseau=new))
    assert reader.update(publication.tete(NOW + HOUR, signers=(A, B, C, D), trousseau=new), at=NOW + HOUR) is Outcome.NEW


def test_a_reader_that_missed_a_change_of_keys_follows_the_archived_heads(publication: Publication) -> None:
    reader = _reader(publication)
    first = publication.rotate((B, C), 2, NOW + HOUR)
    second = publication.rotate((C, D), 2, NOW + 2 * HOUR)
    late = NOW + timedelta(days=30)
    head = publication.tete(late)
    _refused(reader, r.TeteCleInconnue, head, late)
    with pytest.raises(r.TeteCleInconnue):
        reader.rotate(second)
    reader.rotate(first)
    with pytest.raises(r.TeteRetourArriere):
        reader.rotate(publication.fork().tete(late, signers=(B, C), trousseau=trousseau_of((B, C), 2)))
    reader.rotate(second)
    assert reader.current is not None
    assert reader.current.tete.numero == 1
    assert reader.update(head, at=late) is Outcome.NEW


def test_a_change_of_keys_of_another_log_or_of_before_is_not_followed(publication: Publication) -> None:
    old = publication.fork().rotate((C, D), 2, NOW)
    reader = _reader(publication)
    reader.update(publication.tete(NOW + HOUR), at=NOW + HOUR)
    with pytest.raises(r.TeteRetourArriere):
        reader.rotate(old)
    other = publication.fork()
    other.journal = "ab" * 32
    with pytest.raises(r.TeteAutreJournal):
        reader.rotate(other.rotate((C, D), 2, NOW + HOUR))


def test_keys_that_came_back_are_not_changed_round_and_round(publication: Publication) -> None:
    reader = _reader(publication)
    away = publication.rotate((B, C), 2, NOW + HOUR)
    back = publication.rotate((A, B), 2, NOW + 2 * HOUR)
    reader.rotate(away)
    reader.rotate(back)
    with pytest.raises(r.TeteRetourArriere):
        reader.rotate(away)
    assert len(reader.memory.rotations) == 2
    reader.rotate(publication.rotate((B, D), 2, NOW + 3 * HOUR))
    assert reader.memory.trousseau == trousseau_of((B, D), 2)


def test_other_keys_in_the_settings_are_the_word_of_a_person_and_ratchets_stay(publication: Publication) -> None:
    first = publication.tete(NOW)
    reader = TrustedTete(publication.policy)
    reader.update(publication.tete(NOW + HOUR), at=NOW + HOUR)
    publication.cles = (A, C)
    reader.use_policy(publication.policy)
    assert reader.current is None
    assert reader.memory.repere is not None
    assert reader.memory.repere.numero == 2
    _refused(reader, r.TeteCleInconnue, first)
    assert reader.update(publication.tete(NOW + 2 * HOUR), at=NOW + 2 * HOUR) is Outcome.NEW
    rollback = Publication(cles=(A, C), journal=publication.journal, noeuds=publication.noeuds, feuilles=publication.feuilles, lengths=[1])
    rollback.payloads, rollback.tetes = publication.payloads[:1], publication.tetes[:1]
    _refused(reader, r.TeteEquivoque, rollback.tete(NOW + 3 * HOUR), NOW + 3 * HOUR)


def test_settings_that_still_fit_the_head_held_keep_it(publication: Publication) -> None:
    reader = _reader(publication)
    reader.use_policy(TetePolicy(trousseau_of((A,), 1)))
    assert reader.current is not None
    reader.use_policy(replace(reader.policy, clock_skew=timedelta(0)))
    assert reader.current is not None
    assert reader.policy.clock_skew == timedelta(0)


def test_the_same_head_under_new_settings_is_taken_again(publication: Publication) -> None:
    both = trousseau_of((A, B, C), 2)
    head = publication.tete(NOW, signers=(A, B, C), trousseau=both)
    reader = TrustedTete(publication.policy)
    reader.update(head, at=NOW)
    reader.use_policy(TetePolicy(trousseau_of((D,), 1)))
    assert reader.current is None
    reader.use_policy(TetePolicy(trousseau_of((C,), 1)))
    assert reader.update(head, at=NOW + HOUR) is Outcome.UNCHANGED
    assert reader.current is not None
    assert reader.memory.trousseau == both


def test_keys_cannot_change_without_end(publication: Publication) -> None:
    reader = _reader(publication)
    for rank in range(MAX_ROTATIONS):
        reader.update(publication.rotate((A, B) if rank % 2 else (A, B, C), 2, NOW), at=NOW)
    with pytest.raises(r.TeteClesInvalides):
        reader.update(publication.rotate((A, B, C), 2, NOW), at=NOW)
