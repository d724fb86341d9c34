# SPDX-FileCopyrightText: 2026 drimm contributors
# SPDX-License-Identifier: EUPL-1.2
"""Pulls of the list: what is put in force, what never is."""

from __future__ import annotations

import shutil
from datetime import UTC, datetime, timedelta
from typing import Any

import psycopg
import pytest
from django.conf import settings

from banc import pki as banc_pki
from tests.drimbox_env import DB, DB2
from tests.integration.drimbox.annuaire.conftest import Serveur
from tests.integration.drimbox.partage.maille import Maille

NOW = datetime.now(UTC).replace(microsecond=0)


@pytest.fixture(autouse=True)
def _forgotten() -> None:
    from drimbox.socle.annuaire import queries

    queries.forget()


def refresh(at: datetime = NOW, **changes: Any) -> Any:
    from drimbox.socle.annuaire.actions import refresh

    return refresh(at, **changes)


def in_force(at: datetime = NOW) -> set[str]:
    from drimbox.socle.annuaire import queries

    queries.forget()
    return set(queries.current(at).names)


def test_the_first_pull_puts_the_list_in_force(maille: Maille, serveur: Serveur) -> None:
    serveur.data = maille.signed_list(DB, DB2, at=NOW)
    bilan = refresh()
    assert (bilan.result, bilan.code, bilan.domaines) == ("nouvelle", "", 2)
    assert in_force() == {DB, DB2}
    assert maille.journal("annuaire:liste:applied")[0][0] == bilan.trace


def test_a_list_that_did_not_change_is_not_fetched_again(maille: Maille, serveur: Serveur) -> None:
    serveur.data, serveur.etag = maille.signed_list(DB, at=NOW), '"abc"'
    refresh()
    bilan = refresh(NOW + timedelta(hours=1))
    assert serveur.asked == [None, '"abc"']
    assert (bilan.result, bilan.ok) == ("inchangee", True)


def test_an_exclusion_applies_to_those_who_verified_the_former_list(
    maille: Maille, serveur: Serveur, monkeypatch: pytest.MonkeyPatch
) -> None:
    from drimbox.socle.annuaire import queries

    monkeypatch.setattr(queries, "LOOK_AGAIN_SECONDS", 0.0)
    serveur.data = maille.signed_list(DB, DB2, at=NOW)
    refresh()
    assert queries.current(NOW).names == {DB, DB2}
    serveur.data = maille.signed_list(DB, at=NOW + timedelta(seconds=5))
    refresh(NOW + timedelta(seconds=10))
    assert queries.current(NOW + timedelta(seconds=10)).names == {DB}


def damaged(maille: Maille) -> bytes:
    return maille.signed_list(DB, at=NOW + timedelta(seconds=1)).replace(b"OPERATEUR A", b"OPERATEUR B")


def forged(maille: Maille) -> bytes:
    return maille.signed_list(DB, at=NOW + timedelta(seconds=1), signer=maille.pki.other_signer)


def older(maille: Maille) -> bytes:
    return maille.signed_list(DB, at=NOW - timedelta(seconds=30))


@pytest.mark.parametrize("make", [damaged, forged, older, lambda _maille: b"<html/>", lambda _maille: b""])
def test_a_bad_list_is_refused_told_and_never_replaces_the_good_one(maille: Maille, serveur: Serveur, make: Any) -> None:
    serveur.data, serveur.etag = maille.signed_list(DB, DB2, at=NOW), '"good"'
    refresh()
    serveur.data, serveur.etag = make(maille), '"bad"'
    bilan = refresh(NOW + timedelta(minutes=1))
    assert bilan.result == "refusee"
    assert bilan.code.startswith("liste_blanche.")
    assert in_force(NOW + timedelta(minutes=1)) == {DB, DB2}
    trace, code, _ = maille.journal("annuaire:liste:refused")[0]
    assert (trace, code) == (bilan.trace, bilan.code)
    refresh(NOW + timedelta(minutes=2))
    assert serveur.asked[-1] is None, "the tag of a refused list must not be sent"


@pytest.mark.parametrize(("status", "location"), [(404, ""), (500, ""), (302, "http://127.0.0.1:9/other"), (204, "")])
def test_an_answer_that_is_not_a_list_is_refused(maille: Maille, serveur: Serveur, status: int, location: str) -> None:
    serveur.status, serveur.location = status, location
    assert refresh().code == "annuaire.reponse_refusee"


def test_an_answer_beyond_the_size_limit_is_refused(maille: Maille, serveur: Serveur, monkeypatch: pytest.MonkeyPatch) -> None:
    small = settings.DRIMBOX.liste_blanche.model_copy(update={"max_bytes": 1000})
    monkeypatch.setattr(settings, "DRIMBOX", settings.DRIMBOX.model_copy(update={"liste_blanche": small}))
    serveur.data = maille.signed_list(DB, at=NOW)
    assert refresh().code == "annuaire.liste_trop_grosse"


def test_without_any_server_the_list_in_force_stays(maille: Maille) -> None:
    maille.publish(DB, at=NOW)
    bilan = refresh(NOW + timedelta(hours=1))
    assert (bilan.result, bilan.code) == ("injoignable", "annuaire.liste_inaccessible")
    assert in_force(NOW + timedelta(hours=1)) == {DB}


def test_the_second_address_serves_when_the_first_is_silent(maille: Maille, serveur: Serveur, monkeypatch: pytest.MonkeyPatch) -> None:
    urls = ("http://127.0.0.1:9/liste.xml", *settings.DRIMBOX.liste_blanche.urls)
    two = settings.DRIMBOX.liste_blanche.model_copy(update={"urls": urls})
    monkeypatch.setattr(settings, "DRIMBOX", settings.DRIMBOX.model_copy(update={"liste_blanche": two}))
    serveur.data = maille.signed_list(DB, at=NOW)
    assert refresh().result == "nouvelle"


def test_a_list_not_confirmed_for_a_week_lets_nobody_in(maille: Maille) -> None:
    from drimbox.socle.annuaire import queries
    from drimbox.socle.annuaire.errors import ListeAbsente, ListePerimee

    with pytest.raises(ListeAbsente):
        queries.current(NOW)
    maille.publish(DB, at=NOW)
    assert not queries.freshness(NOW + timedelta(hours=1)).alarm
    with pytest.raises(ListePerimee):
        queries.current(NOW + timedelta(days=8))


@pytest.fixture
def igc(maille: Maille, monkeypatch: pytest.MonkeyPatch) -> banc_pki.Pki:
    """A PKI of this test alone, whose CRLs are those of the settings: what is revoked in it is good for the other tests."""
    shutil.copytree(maille.pki.folder, maille.folder / "igc")
    made = banc_pki.build(maille.folder / "igc", maille.pki.plan, NOW)
    anchors = settings.DRIMBOX.liste_blanche.model_copy(update={"anchors": made.anchors_dir})
    monkeypatch.setattr(settings, "DRIMBOX", settings.DRIMBOX.model_copy(update={"liste_blanche": anchors}))
    return made


@pytest.mark.parametrize("answer", ["same", "list", "none"])
def test_a_list_whose_signer_is_revoked_leaves_the_processes_that_had_verified_it(
    maille: Maille, serveur: Serveur, igc: banc_pki.Pki, monkeypatch: pytest.MonkeyPatch, answer: str
) -> None:
    from confiance.liste_blanche.store import StateUnreadable
    from drimbox.socle.annuaire import queries

    monkeypatch.setattr(queries, "LOOK_AGAIN_SECONDS", 0.0)
    serveur.data, serveur.etag = maille.signed_list(DB, at=NOW), '"abc"'
    refresh()
    assert queries.current(NOW).names == {DB}
    igc.revoke(igc.list_signer.load().serial_number, NOW)
    serveur.etag, serveur.status = serveur.etag if answer == "same" else "", 500 if answer == "none" else 200
    assert not refresh(NOW + timedelta(seconds=2)).ok
    for _ in range(2):
        with pytest.raises(StateUnreadable):
            queries.current(NOW + timedelta(seconds=2))


def test_the_ratchet_outlives_a_memory_that_no_longer_verifies(maille: Maille, serveur: Serveur) -> None:
    serveur.data = maille.signed_list(DB, DB2, at=NOW)
    refresh()
    maille.environment.sql("UPDATE annuaire_liste_en_vigueur SET state = 'unreadable'::bytea")
    serveur.data = older(maille)
    assert refresh(NOW + timedelta(seconds=2)).code == "liste_blanche.retour_arriere"
    serveur.data = maille.signed_list(DB, at=NOW + timedelta(seconds=1))
    assert refresh(NOW + timedelta(seconds=3)).result == "nouvelle"
    assert in_force() == {DB}


def test_a_list_changed_in_the_database_is_not_believed(maille: Maille) -> None:
    from confiance.liste_blanche.store import StateUnreadable
    from drimbox.socle.annuaire import queries

    maille.publish(DB, at=NOW)
    changed = "overlay(state placing 'X'::bytea from 900)"
    maille.environment.sql(f"UPDATE annuaire_liste_en_vigueur SET state = {changed}, revision = revision + 1")
    queries.forget()
    with pytest.raises(StateUnreadable):
        queries.current(NOW)


FORBIDDEN = (
    "UPDATE annuaire_liste_en_vigueur SET sha256 = ''",
    "DELETE FROM annuaire_releve",
    "INSERT INTO annuaire_liste_en_vigueur (id) VALUES (1)",
)


@pytest.mark.parametrize("statement", FORBIDDEN)
@pytest.mark.parametrize("process", ["images", "pages", "reception"])
def test_only_the_worker_may_put_a_list_in_force(maille: Maille, process: str, statement: str) -> None:
    with pytest.raises(psycopg.errors.InsufficientPrivilege):
        maille.environment.sql(statement, role=process)


def test_the_job_pulls_when_its_time_has_come_and_not_before(maille: Maille, serveur: Serveur) -> None:
    from drimbox.socle.annuaire.jobs import pull_when_due
    from drimbox.socle.annuaire.models import Releve

    serveur.data = maille.signed_list(DB, at=NOW)
    for _ in range(2):
        pull_when_due(timestamp=0)
    assert [releve.result for releve in Releve.objects.all()] == ["nouvelle"]
