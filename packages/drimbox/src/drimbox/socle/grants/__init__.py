# SPDX-FileCopyrightText: 2026 drimm contributors
# SPDX-License-Identifier: EUPL-1.2
"""Who may do what on which table, written in the migrations (architecture, decision 7).

In a migration, after the tables are made::

    from drimbox.socle.grants import grant

    operations = [
        migrations.CreateModel(...),
        grant("journal", pages="SELECT, INSERT", images="SELECT, INSERT"),
    ]

What is not granted is refused by PostgreSQL itself. Identity columns need no grant on their sequence.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

from django.db.migrations import RunPython, RunSQL

from confiance.exploitation.operations import SurLaBase
from drimbox.config import current
from drimbox.roles import PROCESSES, role_name

_ONE = r"(SELECT|INSERT|UPDATE|DELETE|USAGE)( \([a-z0-9_, ]+\))?"
_PRIVILEGES = re.compile(rf"{_ONE}(, {_ONE})*")


def grant(table: str, **privileges: str) -> SurLaBase:
    """Return a migration operation that grants privileges on one table.

    Args:
        table: name of the table in the database, for example ``journal``.
        privileges: process name → privileges, for example ``ouvrier="SELECT, INSERT, UPDATE (state, code)"``.
    """
    return SurLaBase(_runner("GRANT", "TABLE", (table,), "TO", privileges), _runner("REVOKE", "TABLE", (table,), "FROM", privileges))


def revoke(table: str, **privileges: str) -> SurLaBase:
    """Return an operation that takes privileges back, for a table where less turned out to be enough."""
    return SurLaBase(_runner("REVOKE", "TABLE", (table,), "FROM", privileges), _runner("GRANT", "TABLE", (table,), "TO", privileges))


def grant_many(tables: tuple[str, ...], *, kind: str = "TABLE", **privileges: str) -> SurLaBase:
    """Same as :func:`grant`, for several tables (or sequences, with ``kind="SEQUENCE"``)."""
    return SurLaBase(_runner("GRANT", kind, tables, "TO", privileges), _runner("REVOKE", kind, tables, "FROM", privileges))


def close_database() -> SurLaBase:
    """Return an operation after which only our processes may enter the database. Its owner does it; another one would only be warned."""

    def run(_apps: Any, schema_editor: Any) -> None:
        quote, connection = schema_editor.connection.ops.quote_name, schema_editor.connection
        database = quote(connection.settings_dict["NAME"])
        schema_editor.execute(f"REVOKE ALL ON DATABASE {database} FROM PUBLIC")
        for process in PROCESSES:
            schema_editor.execute(f"GRANT CONNECT ON DATABASE {database} TO {quote(_role(process))}")

    return SurLaBase(run, RunPython.noop)


def never_changed(table: str) -> RunSQL:
    """Return an operation after which nobody, not even the owner, updates or deletes a line of this table."""
    return RunSQL(
        sql=f"""
            CREATE OR REPLACE FUNCTION {table}_never_changed() RETURNS trigger LANGUAGE plpgsql AS $$
            BEGIN RAISE EXCEPTION 'table {table}: append only' USING ERRCODE = 'insufficient_privilege'; END $$;
            CREATE TRIGGER {table}_never_changed BEFORE UPDATE OR DELETE OR TRUNCATE ON {table}
            FOR EACH STATEMENT EXECUTE FUNCTION {table}_never_changed();
        """,
        reverse_sql=f"DROP TRIGGER {table}_never_changed ON {table}; DROP FUNCTION {table}_never_changed();",
    )


def _runner(verb: str, kind: str, names: tuple[str, ...], direction: str, privileges: dict[str, str]) -> Callable[[Any, Any], None]:
    for process, words in privileges.items():
        if process not in PROCESSES or not _PRIVILEGES.fullmatch(words):
            raise ValueError(f"not a grant: {process}={words}")

    def run(_apps: Any, schema_editor: Any) -> None:
        quote = schema_editor.connection.ops.quote_name
        for process, words in privileges.items():
            role = quote(_role(process))
            schema_editor.execute(f"{verb} {words} ON {kind} {', '.join(map(quote, names))} {direction} {role}")

    return run


def _role(process: str) -> str:
    return role_name(current().database, process)
