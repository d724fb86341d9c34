# SPDX-FileCopyrightText: 2026 drimm contributors
# SPDX-License-Identifier: EUPL-1.2
"""The journal: in the transaction of what it tells, and allow-listed. Secrets of the database: rotated."""

from __future__ import annotations

import io
import json
import logging
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import uuid4

import pytest
import structlog
from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext

from confiance.exploitation import logs
from confiance.exploitation.coffre.cles import Trousseau
from confiance.exploitation.coffre.scelle import Coffre, CoffreFerme, key_id_of
from drimbox.conso.appel.models import Appel
from drimbox.socle.coffre import actions as coffre_actions
from drimbox.socle.coffre import fields
from drimbox.socle.journal import queries
from drimbox.socle.journal.actions import JournalError, new_trace, record, together
from drimbox.socle.journal.models import Ligne

NOW = datetime(2026, 11, 22, tzinfo=UTC)


def test_a_line_carries_who_what_and_its_trace(drimbox: Any) -> None:
    examen, trace = uuid4(), new_trace()
    record("source:examen:stopped", trace=trace, code="identite.ins_discordant", at=NOW, examen_id=examen, attempt=2, reason=None)
    (ligne,) = queries.of_trace(trace)
    assert (ligne.event, ligne.process, ligne.code, ligne.at) == ("source:examen:stopped", "ouvrier", "identite.ins_discordant", NOW)
    assert ligne.fields == {"examen_id": str(examen), "attempt": 2}
    assert queries.of_examen(examen) == [ligne]
    assert len(trace) == 32


def test_the_last_exams_that_were_refused_are_told_with_their_last_time_however_many_lines_there_are(drimbox: Any) -> None:
    exams, many = [uuid4() for _ in range(3)], queries.MAX_LINES + 50

    def line(examen: object, minutes: int, code: str = "partage.autre_patient") -> Ligne:
        fields = {} if examen is None else {"examen_id": str(examen)}
        return Ligne(at=NOW + timedelta(minutes=minutes), event="admission:demande:refused", process="images", code=code, fields=fields)

    Ligne.objects.bulk_create([line(exams[0], 1)] * many + [line(exams[1], 3), line(exams[0], 2), line(None, 4)])
    Ligne.objects.bulk_create([line(exams[2], 5, code="admission.jeton_inactif"), line(exams[2], -1)])
    found = queries.refusals_of("partage.autre_patient", NOW)
    assert found == [(exams[1], NOW + timedelta(minutes=3)), (exams[0], NOW + timedelta(minutes=2))]


def test_lines_written_together_keep_their_order_and_cost_one_statement(drimbox: Any) -> None:
    examen, trace = uuid4(), new_trace()
    with CaptureQueriesContext(connection) as asked, together():
        for attempt in range(5):
            record("source:examen:postponed", trace=trace, examen_id=examen, attempt=attempt)
    assert len([query for query in asked if "INSERT" in query["sql"]]) == 1
    assert [ligne.fields["attempt"] for ligne in queries.of_trace(trace)] == [0, 1, 2, 3, 4]
    record("source:examen:postponed", trace=trace, attempt=5)
    assert len(queries.of_trace(trace)) == 6


def test_lines_of_a_block_that_fails_are_not_written(drimbox: Any) -> None:
    trace = new_trace()

    def fail() -> None:
        with transaction.atomic(), together():
            record("source:examen:postponed", trace=trace)
            raise LookupError

    with pytest.raises(LookupError):
        fail()
    assert queries.of_trace(trace) == []


@pytest.mark.parametrize(("event", "extra"), [("pas un événement", {}), ("a:b", {}), ("a:b:c", {"nom": "X"}), ("a:b:c", {"ins": "1"})])
def test_what_the_allow_list_does_not_name_is_never_written(event: str, extra: dict[str, str], drimbox: Any) -> None:
    with pytest.raises(JournalError):
        record(event, **extra)
    assert not Ligne.objects.exists()


@pytest.fixture
def log_lines() -> Iterator[io.StringIO]:
    """What the process writes in its logs; everything of the logs is put back afterwards."""
    stream, root = io.StringIO(), logging.getLogger()
    handlers, level = root.handlers[:], root.level
    logs.configure("drimbox", "ouvrier", stream=stream)
    yield stream
    logging.captureWarnings(capture=False)
    structlog.reset_defaults()
    root.handlers[:] = handlers
    root.setLevel(level)


def _record_then_give_up() -> None:
    with transaction.atomic():
        record("source:examen:known", examen_id=uuid4())
        transaction.set_rollback(True)


def test_what_is_rolled_back_is_neither_in_the_journal_nor_in_the_logs(drimbox: Any, log_lines: io.StringIO) -> None:
    _record_then_give_up()
    assert not Ligne.objects.exists()
    assert log_lines.getvalue() == ""
    record("source:examen:known", count=1)
    assert json.loads(log_lines.getvalue())["event"] == "source:examen:known"


def test_rotating_seals_again_what_an_older_key_sealed(drimbox: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    from django.db import connection

    old, both, new = (
        Coffre(Trousseau(keys), "drimbox") for keys in ({"k1": b"o" * 32}, {"k2": b"n" * 32, "k1": b"o" * 32}, {"k2": b"n" * 32})
    )
    with drimbox.role("proprietaire"):
        appel = Appel(secret_sha256="0" * 64, received_at=NOW, expires_at=NOW + timedelta(hours=1))
        appel.recu = old.seal(b"identite", table="appel", row=appel.pk)
        appel.save()
        for module in (fields, coffre_actions):
            monkeypatch.setattr(module, "coffre", lambda: both)
        assert coffre_actions.rotate() == 1
        assert coffre_actions.rotate() == 0
        appel.refresh_from_db()
        assert key_id_of(bytes(appel.recu)) == "k2"
        assert new.open(bytes(appel.recu), table="appel", row=appel.pk) == b"identite"
        with pytest.raises(CoffreFerme):
            old.open(bytes(appel.recu), table="appel", row=appel.pk)
        assert connection.settings_dict["USER"].endswith("proprietaire")
