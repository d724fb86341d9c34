# SPDX-FileCopyrightText: 2026 drimm contributors
# SPDX-License-Identifier: Apache-2.0
from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta

import pytest

from banc.attaques import autorite
from banc.attaques.terrain import GENERATION, NOW, SIGNING_TIME, Terrain, forge, make_brouillon
from confiance.liste_blanche import (
    ClockFault,
    Freshness,
    FreshnessLimits,
    ListeBlancheRefused,
    NaiveTime,
    NoListe,
    Outcome,
    ReaderSettings,
    RemovalGuard,
    Shape,
    TrustedListeBlanche,
    sign,
)
from confiance.refusals import CertificatRevoque, MemeDateAutreCorps, RetourArriere, RetraitMassif

MINUTE, HOUR, DAY = timedelta(minutes=1), timedelta(hours=1), timedelta(days=1)


def _signed(terrain: Terrain, rows: int, minutes: int = 0, shape: Shape = Shape.FILTER2) -> bytes:
    brouillon = make_brouillon(rows, GENERATION + minutes * MINUTE)
    return sign(brouillon, terrain.key, signing_time=SIGNING_TIME + minutes * MINUTE, shape=shape)


@pytest.fixture
def reader(terrain: Terrain) -> TrustedListeBlanche:
    reader = TrustedListeBlanche(terrain.policy)
    assert reader.update(terrain.data, at=NOW) is Outcome.NEW
    return reader


def test_an_empty_reader_holds_nothing_and_serves_nothing(terrain: Terrain) -> None:
    reader = TrustedListeBlanche(terrain.policy)
    assert reader.current is None
    assert reader.memory is None
    assert reader.freshness(NOW) is Freshness.EXPIRED
    assert reader.signer_expires_soon(NOW) is None
    reader.acknowledge_clock(NOW)
    with pytest.raises(NoListe):
        reader.require()


def test_a_newer_list_replaces_the_one_held(reader: TrustedListeBlanche, terrain: Terrain) -> None:
    assert reader.update(_signed(terrain, 13, 5), at=NOW) is Outcome.NEW
    assert len(reader.require().domaines) == 13
    assert reader.freshness(NOW) is Freshness.FRESH


def test_the_same_file_confirms_the_one_held(reader: TrustedListeBlanche, terrain: Terrain) -> None:
    assert reader.update(terrain.data, at=NOW + HOUR) is Outcome.UNCHANGED
    assert reader.freshness(NOW + HOUR) is Freshness.UNCHANGED


def test_the_same_body_signed_at_the_same_second_in_another_shape_confirms(reader: TrustedListeBlanche, terrain: Terrain) -> None:
    held = reader.require().sha256
    assert reader.update(_signed(terrain, 12, 0, Shape.ENVELOPED), at=NOW) is Outcome.UNCHANGED
    assert reader.require().sha256 == held


def test_the_same_body_signed_again_later_is_a_new_list(reader: TrustedListeBlanche, terrain: Terrain) -> None:
    """As the agency did on 17 September 2026 with the body of the 14th."""
    data = sign(terrain.brouillon, terrain.key, signing_time=SIGNING_TIME + MINUTE)
    assert reader.update(data, at=NOW) is Outcome.NEW


def test_new_content_under_an_unmoved_generation_date_is_accepted_when_signed_later(reader: TrustedListeBlanche, terrain: Terrain) -> None:
    """As the agency did from September 2025 to March 2026."""
    data = sign(make_brouillon(13), terrain.key, signing_time=SIGNING_TIME + MINUTE)
    assert reader.update(data, at=NOW) is Outcome.NEW


@pytest.mark.parametrize(("generation", "signing"), [(-1, -1), (-1, 0), (-1, 1), (0, -1), (1, -1)], ids=lambda minutes: f"{minutes:+d}")
def test_neither_date_may_go_back(reader: TrustedListeBlanche, terrain: Terrain, generation: int, signing: int) -> None:
    data = sign(make_brouillon(12, GENERATION + generation * MINUTE), terrain.key, signing_time=SIGNING_TIME + signing * MINUTE)
    with pytest.raises(RetourArriere):
        reader.update(data, at=NOW)
    assert reader.require().date_generation == GENERATION


def test_two_contents_under_the_same_dates_are_an_alert(reader: TrustedListeBlanche, terrain: Terrain) -> None:
    with pytest.raises(MemeDateAutreCorps):
        reader.update(_signed(terrain, 13), at=NOW)


def test_a_refused_file_changes_nothing(reader: TrustedListeBlanche, terrain: Terrain) -> None:
    before = reader.memory
    with pytest.raises(ListeBlancheRefused):
        reader.update(terrain.data.replace(b"db1.3.", b"db1.4."), at=NOW + HOUR)
    assert reader.memory is before


def test_a_mass_removal_waits_for_a_persons_word(reader: TrustedListeBlanche, terrain: Terrain) -> None:
    data = _signed(terrain, 3, 5)
    with pytest.raises(RetraitMassif):
        reader.update(data, at=NOW)
    with pytest.raises(RetraitMassif):
        reader.update(data, at=NOW, confirm_removal="0" * 64)
    import hashlib

    assert reader.update(data, at=NOW, confirm_removal=hashlib.sha256(data).hexdigest()) is Outcome.NEW
    assert len(reader.require().domaines) == 3


@pytest.mark.parametrize(("guard", "rows"), [(RemovalGuard(0.5, 0), 6), (RemovalGuard(0.0, 11), 1)])
def test_the_guard_lets_ordinary_removals_through(terrain: Terrain, guard: RemovalGuard, rows: int) -> None:
    reader = TrustedListeBlanche(terrain.policy, ReaderSettings(removal=guard))
    reader.update(terrain.data, at=NOW)
    assert reader.update(_signed(terrain, rows, 5), at=NOW) is Outcome.NEW


@pytest.mark.parametrize(
    ("age", "expected"),
    [
        (HOUR, Freshness.FRESH),
        (26 * HOUR, Freshness.FRESH),
        (27 * HOUR, Freshness.STALE_WARN),
        (73 * HOUR, Freshness.STALE_DEGRADED),
        (7 * DAY + MINUTE, Freshness.EXPIRED),
    ],
)
def test_trust_grows_old_when_no_check_succeeds(reader: TrustedListeBlanche, age: timedelta, expected: Freshness) -> None:
    assert reader.freshness(NOW + age) is expected


def test_consequences_are_written() -> None:
    table = {state: (state.alarm, state.banner, state.serves) for state in Freshness}
    assert table == {
        Freshness.FRESH: (False, False, True),
        Freshness.UNCHANGED: (False, False, True),
        Freshness.STALE_WARN: (True, False, True),
        Freshness.STALE_DEGRADED: (True, True, True),
        Freshness.EXPIRED: (True, True, False),
    }


def test_a_frozen_mirror_shows_when_the_publisher_promises_to_sign_daily(terrain: Terrain) -> None:
    """The same genuine list is served for days: each download succeeds, trust grows old all the same."""
    limits = FreshnessLimits(resigned_every=DAY)
    reader = TrustedListeBlanche(replace(terrain.policy, revocation="soft"), ReaderSettings(freshness=limits))
    states = []
    for days in range(10):
        reader.update(terrain.data, at=NOW + days * DAY)
        states.append(reader.freshness(NOW + days * DAY))
    assert states[0] is Freshness.FRESH
    assert states[2] is Freshness.UNCHANGED
    assert states[3] is Freshness.STALE_WARN
    assert states[5] is Freshness.STALE_DEGRADED
    assert states[9] is Freshness.EXPIRED


def test_a_clock_that_went_back_is_a_fault_and_never_makes_trust_younger(reader: TrustedListeBlanche, terrain: Terrain) -> None:
    reader.update(terrain.data, at=NOW + 2 * DAY)
    with pytest.raises(ClockFault):
        reader.update(terrain.data, at=NOW)
    assert reader.freshness(NOW - 30 * DAY) is Freshness.UNCHANGED


def test_a_small_step_back_is_tolerated(reader: TrustedListeBlanche, terrain: Terrain) -> None:
    assert reader.update(terrain.data, at=NOW - 4 * MINUTE) is Outcome.UNCHANGED


def test_a_wrong_jump_ahead_is_repaired_by_a_person(terrain: Terrain) -> None:
    reader = TrustedListeBlanche(replace(terrain.policy, revocation="soft"))
    reader.update(terrain.data, at=NOW + 100 * DAY)
    with pytest.raises(ClockFault):
        reader.update(terrain.data, at=NOW)
    reader.acknowledge_clock(NOW)
    assert reader.update(terrain.data, at=NOW) is Outcome.UNCHANGED
    assert reader.freshness(NOW + 27 * HOUR) is Freshness.STALE_WARN


def test_a_person_cannot_declare_a_time_before_the_signature(reader: TrustedListeBlanche) -> None:
    with pytest.raises(ClockFault):
        reader.acknowledge_clock(SIGNING_TIME - HOUR)


@pytest.mark.parametrize("verb", ["update", "freshness", "acknowledge_clock"])
def test_a_time_without_zone_is_our_fault(reader: TrustedListeBlanche, terrain: Terrain, verb: str) -> None:
    naive = datetime(2026, 11, 1)  # noqa: DTZ001  # the fault under test
    calls = {
        "update": lambda: reader.update(terrain.data, at=naive),
        "freshness": lambda: reader.freshness(naive),
        "acknowledge_clock": lambda: reader.acknowledge_clock(naive),
    }
    with pytest.raises(NaiveTime):
        calls[verb]()


def test_new_crls_refuse_the_next_update_of_a_revoked_signer(reader: TrustedListeBlanche, terrain: Terrain) -> None:
    entry = autorite.revoked_entry(terrain.key.certificate.serial_number, NOW - HOUR)
    reader.use_policy(terrain.with_crls(autorite.crl(terrain.ca.name, terrain.ca.key, at=NOW, revoked=[entry])))
    with pytest.raises(CertificatRevoque):
        reader.update(terrain.data, at=NOW)
    assert reader.policy.anchors.crls


@pytest.mark.parametrize(("days", "expected"), [(40, None), (30, 30), (20, 30), (14, 14), (3, 7), (-1, 7)])
def test_the_end_of_the_signers_certificate_is_announced(
    reader: TrustedListeBlanche, terrain: Terrain, days: int, expected: int | None
) -> None:
    at = terrain.key.certificate.not_valid_after_utc - days * DAY
    assert reader.signer_expires_soon(at) == (None if expected is None else expected * DAY)


def test_after_the_signers_end_the_stored_list_still_serves_until_it_is_too_old(terrain: Terrain) -> None:
    end = terrain.key.certificate.not_valid_after_utc
    reader = TrustedListeBlanche(replace(terrain.policy, revocation="soft"))
    reader.update(forge(terrain, signing_time=end - HOUR), at=end - HOUR)
    assert reader.freshness(end + 3 * HOUR).serves
    assert not reader.freshness(end + 8 * DAY).serves
