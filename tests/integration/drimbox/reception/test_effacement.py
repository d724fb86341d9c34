# SPDX-FileCopyrightText: 2026 drimm contributors
# SPDX-License-Identifier: EUPL-1.2
"""Once the time of messages is over nothing that names a patient is left of them, and they are still recognised."""

from __future__ import annotations

import base64
import io
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import psycopg
import pytest
from django.utils import timezone

from banc.jeux import IDENTITE, make_message, make_report
from confiance.exploitation.coffre.scelle import CoffreFerme
from drimbox.source.pointeur.models import Examen
from drimbox.source.pointeur.states import EtatExamen
from drimbox.source.reception.actions import receive
from drimbox.source.reception.actions.effacement import erase
from drimbox.source.reception.corps import body_of
from drimbox.source.reception.errors import CorpsEfface
from drimbox.source.reception.jobs import effacer
from drimbox.source.reception.models import MessageRecu
from drimbox.source.reception.states import EtatMessage
from tests.drimbox_env import Environment

NOW = datetime(2026, 11, 22, 9, 0, tzinfo=UTC)
LATER = NOW + timedelta(days=400)
REPORT = make_report(IDENTITE)
TRAITS = IDENTITE.patient.traits
WORDS = [
    text.encode()
    for text in (
        TRAITS.nom_naissance,
        TRAITS.nom_utilise or "",
        TRAITS.date_naissance,
        IDENTITE.patient.ins.value if IDENTITE.patient.ins else "",
        IDENTITE.patient.ipp.value if IDENTITE.patient.ipp else "",
    )
]
NEEDLES = [needle for word in WORDS for needle in (word, base64.b64encode(word)[:-2], word.hex().encode())]


def message(number: int = 1) -> bytes:
    return make_message(REPORT, IDENTITE, control_id=f"{number:06}", at=NOW)


def everything(environment: Environment) -> Iterator[tuple[str, bytes]]:
    """Yield every table of the database as PostgreSQL itself would dump it."""
    with psycopg.connect(environment.dsn("superuser")) as connection:
        tables = connection.execute("SELECT quote_ident(tablename) FROM pg_tables WHERE schemaname = 'public'").fetchall()
        for (table,) in tables:
            kept = io.BytesIO()
            with connection.cursor().copy(f"COPY {table} TO STDOUT") as copy:
                for block in copy:
                    kept.write(block)
            yield table, kept.getvalue()


def found(environment: Environment) -> list[str]:
    return [table for table, content in everything(environment) if any(needle in content for needle in NEEDLES)]


def receive_all(environment: Environment) -> None:
    with environment.role("reception"):
        receive(message(), peer="127.0.0.1", now=NOW)
        # refused: a flag, and a report that is none
        receive(message(2).replace(b"||N^^expanded", b"||?^^expanded", 1), peer="127.0.0.1", now=NOW)
        receive(make_message(b"PAT-BANC 285063523804223", IDENTITE, at=NOW), peer="127.0.0.1", now=NOW)


def test_no_trait_is_left_in_the_database_nor_in_the_logs(drimbox: Environment, capsys: pytest.CaptureFixture[str]) -> None:
    receive_all(drimbox)
    assert found(drimbox) == []  # sealed from the first moment
    with drimbox.role("ouvrier"):
        assert body_of(MessageRecu.objects.get()) == message()
        MessageRecu.objects.update(state=EtatMessage.LU)
        effacer(timestamp=0)
        assert body_of(MessageRecu.objects.get()) == message()  # not yet
        assert erase(LATER, LATER) == 1
        with pytest.raises(CorpsEfface):
            body_of(MessageRecu.objects.get())
    assert found(drimbox) == []
    assert drimbox.sql("SELECT corps IS NULL, body IS NULL, purged_at IS NOT NULL FROM reception_message") == [(True, True, True)]
    written = "".join(capsys.readouterr())
    assert "reception:message:erased" in written
    assert not any(word.decode() in written for word in WORDS)


def test_an_erased_message_that_comes_again_is_recognised(drimbox: Environment) -> None:
    receive_all(drimbox)
    with drimbox.role("ouvrier"):
        MessageRecu.objects.update(state=EtatMessage.LU)
        erase(LATER, LATER)
    with drimbox.role("reception"):
        assert b"MSA|AA|000001" in receive(message(), peer="127.0.0.1", now=LATER)
    assert drimbox.sql("SELECT count(*) FROM reception_message") == [(1,)]


@pytest.mark.parametrize("state", [EtatMessage.RECU, EtatMessage.ATTENTE_PERSONNE])
def test_a_message_that_was_not_dealt_with_is_kept(drimbox: Environment, state: EtatMessage) -> None:
    receive_all(drimbox)
    with drimbox.role("ouvrier"):
        MessageRecu.objects.update(state=state)
        assert erase(LATER, LATER) == 0


@pytest.mark.parametrize(
    ("state", "count"), [(EtatExamen.ATTENTE_IMAGES, 0), (EtatExamen.A_VERIFIER, 0), (EtatExamen.EN_DEPOT, 0), (EtatExamen.DEPOSE, 1)]
)
def test_a_message_is_kept_as_long_as_an_exam_is_under_way(drimbox: Environment, state: EtatExamen, count: int) -> None:
    receive_all(drimbox)
    with drimbox.role("ouvrier"):
        MessageRecu.objects.update(state=EtatMessage.LU)
        now = timezone.now()
        Examen.objects.create(study_instance_uid="1.2.3", message=MessageRecu.objects.get(), state=state, created_at=now, changed_at=now)
        assert erase(LATER, LATER) == count


def test_a_body_copied_to_another_row_does_not_open(drimbox: Environment) -> None:
    receive_all(drimbox)
    with drimbox.role("reception"):
        receive(message(9), peer="127.0.0.1", now=NOW)
    drimbox.sql("UPDATE reception_message SET corps = (SELECT corps FROM reception_message WHERE control_id = '000001')")
    with drimbox.role("ouvrier"), pytest.raises(CoffreFerme):
        body_of(MessageRecu.objects.get(control_id="000009"))


@pytest.mark.parametrize("role", ["reception", "images", "pages"])
def test_only_the_worker_erases(drimbox: Environment, role: str) -> None:
    receive_all(drimbox)
    with pytest.raises(psycopg.errors.InsufficientPrivilege):
        drimbox.sql("UPDATE reception_message SET corps = NULL", role=role)
