# SPDX-FileCopyrightText: 2026 drimm contributors
# SPDX-License-Identifier: EUPL-1.2
"""kill -9 of the one that pulls, at any instant of a pull: what is in force is the old list or the new one, whole, never less."""

from __future__ import annotations

import os
import random
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler
from pathlib import Path

import psycopg
import pytest

from banc.pacs.simulator import PacsSimulator
from drimbox.config import current
from tests.drimbox_env import DB, DB2, Environment, django_ready
from tests.drimbox_world import until
from tests.integration.drimbox.annuaire.site import Answer, Site, body, serving
from tests.integration.drimbox.partage.maille import Maille

django_ready()
DOOR = 20261122
CLOSED_COMMIT = f"""
    CREATE OR REPLACE FUNCTION closed_commit() RETURNS trigger LANGUAGE plpgsql AS
    $$ BEGIN PERFORM pg_advisory_xact_lock_shared({DOOR}); RETURN NULL; END $$;
    CREATE CONSTRAINT TRIGGER closed_commit AFTER UPDATE ON annuaire_liste_en_vigueur
    DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION closed_commit();
"""
BUSY = "SELECT 1 FROM pg_stat_activity WHERE application_name = 'drimbox-ouvrier' AND state <> 'idle' AND pid <> pg_backend_pid()"
AT_THE_DOOR = f"SELECT 1 FROM pg_locks WHERE locktype = 'advisory' AND objid = {DOOR} AND NOT granted"
PATIENCE = 150
"""Seconds given to a process to start and to end; only a fault ever waits so long."""


@pytest.fixture
def site(drimbox: Environment) -> Iterator[Site]:
    with serving(drimbox.ports["liste"]) as found:
        yield found


@pytest.fixture
def maille(drimbox: Environment, tmp_path: Path) -> Maille:
    return Maille(drimbox, current(), PacsSimulator(tmp_path / "pacs", "PACSA", known_aets={}), tmp_path)


def pulling(drimbox: Environment) -> subprocess.Popen[bytes]:
    environ = {**os.environ, "DRIMM_CONFIG": str(drimbox.config)}
    log = (drimbox.folder / "relever.log").open("ab")
    try:
        return subprocess.Popen([sys.executable, "-m", "drimbox", "liste-blanche", "relever"], env=environ, stdout=log, stderr=log)
    finally:
        log.close()


@contextmanager
def closed(drimbox: Environment) -> Iterator[None]:
    """Hold every commit of a list for the time of a block: the transaction has done everything but end."""
    with psycopg.connect(drimbox.dsn("superuser"), autocommit=True) as held:
        held.execute(CLOSED_COMMIT)
        held.execute(f"SELECT pg_advisory_lock({DOOR})")
        try:
            yield
        finally:
            held.execute(f"SELECT pg_advisory_unlock({DOOR})")
            held.execute("DROP TRIGGER closed_commit ON annuaire_liste_en_vigueur; DROP FUNCTION closed_commit")


def in_force(at: datetime) -> frozenset[str]:
    from drimbox.socle.annuaire import queries

    queries.forget()
    return frozenset(queries.current(at).names)


def test_a_pull_killed_at_any_instant_leaves_the_old_list_or_the_new_one(drimbox: Environment, maille: Maille, site: Site) -> None:
    start, generator = datetime.now(UTC) - timedelta(minutes=5), random.Random(4)
    maille.publish(DB, DB2, at=start)
    lists = [frozenset({DB, DB2}), frozenset({DB})]
    for turn, seconds in enumerate(generator.uniform(0, 0.6) for _ in range(3)):
        before, new = in_force(datetime.now(UTC)), lists[(turn + 1) % 2]
        data, came = maille.signed_list(*new, at=start + timedelta(seconds=10 * (turn + 1))), threading.Event()
        site.files["liste-blanche.xml"] = told(body(data), came)
        with pulling(drimbox) as child:
            assert came.wait(PATIENCE)
            time.sleep(seconds)
            child.send_signal(signal.SIGKILL)
        until(lambda: not drimbox.sql(BUSY), "the server to have ended what was begun", PATIENCE)
        assert in_force(datetime.now(UTC)) in {before, new}
    with pulling(drimbox) as child:
        assert child.wait(PATIENCE) == 0
    assert in_force(datetime.now(UTC)) == new


def told(answer: Answer, came: threading.Event) -> Answer:
    """Answer, and say that the request came."""

    def tell(handler: BaseHTTPRequestHandler) -> None:
        came.set()
        answer(handler)

    return tell


def test_a_pull_killed_during_its_commit_is_whole(drimbox: Environment, maille: Maille, site: Site) -> None:
    start = datetime.now(UTC) - timedelta(minutes=5)
    maille.publish(DB, DB2, at=start)
    site.files["liste-blanche.xml"] = maille.signed_list(DB, at=start + timedelta(seconds=10))
    with closed(drimbox), pulling(drimbox) as child:
        try:
            until(lambda: drimbox.sql(AT_THE_DOOR), "the commit to be under way", PATIENCE)
        finally:
            child.kill()
        child.wait(PATIENCE)
        assert drimbox.sql(AT_THE_DOOR), "the pull died in the middle of its commit"
    until(lambda: not drimbox.sql(BUSY), "the server to have ended what was begun", PATIENCE)
    assert in_force(datetime.now(UTC)) in {frozenset({DB}), frozenset({DB, DB2})}
    with pulling(drimbox) as child:
        assert child.wait(PATIENCE) == 0
    assert in_force(datetime.now(UTC)) == {DB}
