# SPDX-FileCopyrightText: 2026 drimm contributors
# SPDX-License-Identifier: EUPL-1.2
"""What each process may not do is refused by PostgreSQL itself (architecture, decision 7)."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import psycopg
import pytest

from drimbox.config import ROLES
from drimbox.roles import PROCESSES
from drimbox.source.reception.actions import receive
from tests.drimbox_env import DATABASE, PREFIX
from tests.drimbox_world import sample_message

JOURNAL = "INSERT INTO journal (at, event, process, fields) VALUES (now(), 'a:b:c', 'x', '{}')"
FORBIDDEN = {
    "nobody changes the journal": [(role, "UPDATE journal SET event = 'x:y:z'") for role in ROLES],
    "nobody removes a line of the journal": [(role, "DELETE FROM journal") for role in ROLES],
    "nobody empties the journal": [(role, "TRUNCATE journal") for role in ROLES],
    "nobody removes a message": [(role, "DELETE FROM reception_message") for role in PROCESSES],
    "nobody removes an exam": [(role, "DELETE FROM pointeur_examen") for role in PROCESSES],
    "nobody removes or rewrites a KOS": [(role, "DELETE FROM pointeur_kos") for role in PROCESSES]
    + [(role, "UPDATE pointeur_kos SET contenu = ''") for role in PROCESSES],
    "nobody removes a request of the outbox": [(role, "DELETE FROM depot_dmp_envoi") for role in PROCESSES],
    "reception changes nothing it kept": [
        ("reception", "UPDATE reception_message SET state = 'lu'"),
        ("reception", "UPDATE reception_message SET body = ''"),
    ],
    "reception reads no message again": [
        ("reception", f"SELECT {columns} FROM reception_message") for columns in ("*", "corps", "body", "octets", "peer", "received_at")
    ],
    "reception applies no rejection": [
        ("reception", "INSERT INTO pointeur_instance_rejetee (study_instance_uid) VALUES ('1.2.3')"),
        ("reception", "SELECT * FROM pointeur_instance_rejetee"),
    ],
    "only the worker erases what names a patient": [
        (role, f"UPDATE {table} SET scelle = NULL")
        for role in ("pages", "images", "reception")
        for table in ("pointeur_kos", "depot_dmp_envoi")
    ],
    "reception knows nothing of exams, pointers and accounts": [
        ("reception", f"SELECT * FROM {table}")
        for table in ("pointeur_examen", "pointeur_kos", "depot_dmp_envoi", "auth_user", "django_session")
    ],
    "images reads no message, no account, no outbox": [
        ("images", f"SELECT * FROM {table}")
        for table in ("reception_message", "auth_user", "django_session", "depot_dmp_envoi", "procrastinate_jobs")
    ],
    "images writes nothing but the journal": [
        ("images", "UPDATE pointeur_kos SET state = 'retire'"),
        ("images", "UPDATE pointeur_examen SET state = 'depose'"),
    ],
    "pages makes no account and gives no right": [
        ("pages", "INSERT INTO auth_user (username) VALUES ('intrus')"),
        ("pages", "UPDATE auth_user SET is_superuser = true"),
    ],
    "pages writes no message, pointer or request": [
        ("pages", "UPDATE reception_message SET body = ''"),
        ("pages", "UPDATE depot_dmp_envoi SET body = ''"),
        ("pages", "INSERT INTO pointeur_kos (id) VALUES (gen_random_uuid())"),
    ],
    "the worker reads no account": [("ouvrier", "SELECT * FROM auth_user")],
    "nobody makes a table": [(role, "CREATE TABLE intrus (a int)") for role in PROCESSES],
}


@pytest.mark.parametrize("rule", sorted(FORBIDDEN))
def test_a_forbidden_statement_is_refused(rule: str, drimbox: Any) -> None:
    drimbox.sql(JOURNAL)
    for role, statement in FORBIDDEN[rule]:
        with pytest.raises(psycopg.errors.InsufficientPrivilege):
            drimbox.sql(statement, role=role)
    assert drimbox.sql("SELECT event FROM journal") == [("a:b:c",)]


@pytest.mark.parametrize("role", PROCESSES)
def test_every_process_writes_and_reads_the_journal(role: str, drimbox: Any) -> None:
    drimbox.sql(JOURNAL, role=role)
    assert drimbox.sql("SELECT count(*) FROM journal", role=role) == [(1,)]


def test_reception_can_do_its_whole_work(drimbox: Any) -> None:
    with drimbox.role("reception"):
        answer = receive(sample_message(), peer="127.0.0.1", now=datetime(2026, 11, 22, tzinfo=UTC))
    assert b"MSA|AA|" in answer
    assert drimbox.sql("SELECT status FROM procrastinate_jobs") == [("todo",)]


def test_another_role_of_the_server_cannot_even_enter(drimbox: Any) -> None:
    drimbox.server.create_role("intrus", "mot-de-passe")
    with pytest.raises(psycopg.OperationalError, match="permission denied for database"):
        psycopg.connect(drimbox.server.dsn(DATABASE, role="intrus", password="mot-de-passe"))


def test_no_table_is_without_an_owner_or_open_to_everyone(drimbox: Any) -> None:
    rows = drimbox.sql("SELECT tablename, tableowner FROM pg_tables WHERE schemaname = 'public'")
    assert {owner for _, owner in rows} == {PREFIX + "proprietaire"}
    assert (
        drimbox.sql("SELECT table_name FROM information_schema.role_table_grants WHERE grantee = 'PUBLIC' AND table_schema = 'public'")
        == []
    )
