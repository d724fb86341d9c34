# SPDX-FileCopyrightText: 2026 drimm contributors
# SPDX-License-Identifier: EUPL-1.2
"""kill -9 at the two worst moments: after COMMIT and before AA, and after the DMP stored and before its answer came."""

from __future__ import annotations

import asyncio
import signal
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from banc.ris.client import PasDeReponse, send
from tests.drimbox_env import Environment
from tests.drimbox_world import Mllp, Monde, frame, sample_message, until

SLOW_COMMIT = """
    CREATE OR REPLACE FUNCTION slow_commit() RETURNS trigger LANGUAGE plpgsql AS
    $$ BEGIN PERFORM pg_sleep(2); RETURN NULL; END $$;
    CREATE CONSTRAINT TRIGGER slow_commit AFTER INSERT ON reception_message
    DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION slow_commit();
"""


@contextmanager
def process(drimbox: Environment, name: str) -> Iterator[Any]:
    """A process that is stopped at the end, unless the test already killed it."""
    child = drimbox.start(name)
    try:
        yield child
    finally:
        if child.poll() is None:
            child.send_signal(signal.SIGTERM)
        child.wait(30)


def connected(port: int) -> Mllp:
    def attempt() -> Mllp | None:
        try:
            return Mllp(port)
        except ConnectionRefusedError:
            return None

    found: Mllp = until(attempt, "the MLLP door")
    return found


def test_reception_killed_between_commit_and_acknowledgement_has_one_effect_when_the_ris_sends_again(drimbox: Environment) -> None:
    message = sample_message()
    drimbox.sql(SLOW_COMMIT)
    try:
        with process(drimbox, "reception") as child, connected(drimbox.ports["reception"]) as ris:
            ris.send(frame(message))
            until(lambda: drimbox.sql("SELECT 1 FROM pg_stat_activity WHERE wait_event = 'PgSleep'"), "the commit to be under way")
            child.kill()
            child.wait(10)
            assert ris.receive() == b""
    finally:
        # PostgreSQL ends the commit although nobody waits for it any more
        until(lambda: not drimbox.sql("SELECT 1 FROM pg_stat_activity WHERE wait_event = 'PgSleep'"), "the commit to end")
        drimbox.sql("DROP TRIGGER slow_commit ON reception_message; DROP FUNCTION slow_commit")
    assert drimbox.sql("SELECT count(*) FROM reception_message") == [(1,)]
    with process(drimbox, "reception"), connected(drimbox.ports["reception"]) as ris:
        assert b"MSA|AA|000001" in ris.exchange(message)
    assert drimbox.sql("SELECT count(*) FROM reception_message") == [(1,)]
    assert drimbox.sql("SELECT count(*) FROM procrastinate_jobs") == [(1,)]


def test_reception_killed_before_commit_keeps_nothing_and_the_ris_knows_it(drimbox: Environment) -> None:
    with process(drimbox, "reception") as child, connected(drimbox.ports["reception"]) as ris:
        ris.send(frame(sample_message())[:-100])
        child.kill()
        child.wait(10)
        assert ris.receive() == b""
    assert drimbox.sql("SELECT count(*) FROM reception_message") == [(0,)]


def test_the_worker_killed_while_the_dmp_answers_leaves_one_document(monde: Monde) -> None:
    drimbox, stored, let_go = monde.drimbox, threading.Event(), threading.Event()
    handle = monde.dmp.handle

    async def answers_too_late(request: Any, actions: dict[str, str]) -> Any:
        answer = await handle(request, actions)
        if monde.registered and not let_go.is_set():
            stored.set()
            await asyncio.to_thread(let_go.wait, 120)
        return answer

    monde.dmp.handle = answers_too_late
    with monde.pacs(images=monde.images), monde.pacs("pacs2"):
        with process(drimbox, "reception"), process(drimbox, "ouvrier") as worker:
            until(lambda: _sent(drimbox), "the message to be taken")
            assert stored.wait(60)
            worker.kill()
            worker.wait(10)
        assert drimbox.sql("SELECT state FROM depot_dmp_envoi") == [("a_envoyer",)]
        let_go.set()
        with process(drimbox, "ouvrier"):
            until(lambda: drimbox.sql("SELECT 1 FROM depot_dmp_envoi WHERE state = 'depose'"), "the deposit to be recognised", 90)
    assert len(monde.registered) == 1
    # the next worker looked for it by its uniqueId before it sent anything
    assert len(monde.deposits) == 1
    assert drimbox.sql("SELECT state FROM pointeur_examen") == [("depose",)]
    assert drimbox.sql("SELECT count(*) FROM journal WHERE event = 'dmp:envoi:recognised'") == [(1,)]


def _sent(drimbox: Environment) -> bool:
    try:
        return send("127.0.0.1", drimbox.ports["reception"], sample_message()).code == "AA"
    except PasDeReponse:
        return False
