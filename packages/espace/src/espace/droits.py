# SPDX-FileCopyrightText: 2026 drimm contributors
# SPDX-License-Identifier: EUPL-1.2
"""Grants and prohibitions, written in the migrations so that no table ever exists without them (architecture, decision 7)."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from typing import Any

from django.conf import settings
from django.db.migrations.operations import RunPython
from psycopg import sql

from confiance.exploitation.operations import SurLaBase
from espace.roles import OWNER, ROLES

_PRIVILEGE = re.compile(r"(SELECT|INSERT|UPDATE|DELETE)(?: \(([a-z0-9_, ]+)\))?")

_NEVER_CHANGED = """
CREATE OR REPLACE FUNCTION {guard}() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'les lignes de % ne changent pas et ne partent pas', TG_TABLE_NAME USING ERRCODE = 'insufficient_privilege';
END $$;
CREATE TRIGGER {guard} BEFORE UPDATE OR DELETE ON {table} FOR EACH ROW WHEN ({when}) EXECUTE FUNCTION {guard}();
CREATE TRIGGER {emptied} BEFORE TRUNCATE ON {table} FOR EACH STATEMENT EXECUTE FUNCTION {guard}();
"""
_COLUMNS_NEVER_CHANGED = """
CREATE OR REPLACE FUNCTION {guard}() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'ces colonnes de % ne changent pas, ses lignes ne partent pas', TG_TABLE_NAME USING ERRCODE = 'insufficient_privilege';
END $$;
CREATE TRIGGER {guard} BEFORE UPDATE ON {table} FOR EACH ROW WHEN ({changed}) EXECUTE FUNCTION {guard}();
CREATE TRIGGER {kept} BEFORE DELETE ON {table} FOR EACH ROW EXECUTE FUNCTION {guard}();
CREATE TRIGGER {emptied} BEFORE TRUNCATE ON {table} FOR EACH STATEMENT EXECUTE FUNCTION {guard}();
"""
_COLUMNS_CHANGED_AGAIN = """
DROP TRIGGER {guard} ON {table}; DROP TRIGGER {kept} ON {table}; DROP TRIGGER {emptied} ON {table}; DROP FUNCTION {guard}();
"""
_ADDED_ONLY = """
CREATE OR REPLACE FUNCTION {guard}() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'ce rôle ne peut pas ajouter cette ligne à %', TG_TABLE_NAME USING ERRCODE = 'insufficient_privilege';
END $$;
CREATE TRIGGER {guard} BEFORE INSERT ON {table} FOR EACH ROW
    WHEN (current_user = {role} AND ({when}) IS NOT TRUE) EXECUTE FUNCTION {guard}();
"""
_ADDED_AGAIN = "DROP TRIGGER {guard} ON {table}; DROP FUNCTION {guard}();"
_CHANGED_AGAIN = "DROP TRIGGER {guard} ON {table}; DROP TRIGGER {emptied} ON {table}; DROP FUNCTION {guard}();"


def _role(name: str) -> sql.Identifier:
    if name not in ROLES:
        message = f"unknown role {name!r}"
        raise ValueError(message)
    return sql.Identifier(settings.ESPACE.database.role_prefix + name)


def _privilege(text: str) -> sql.Composable:
    found = _PRIVILEGE.fullmatch(text)
    if found is None:
        message = f"unknown privilege {text!r}"
        raise ValueError(message)
    if not found[2]:
        return sql.SQL(found[1])
    columns = sql.SQL(", ").join(sql.Identifier(column.strip()) for column in found[2].split(","))
    return sql.SQL("{} ({})").format(sql.SQL(found[1]), columns)


def grant(table: str, **privileges: Iterable[str]) -> SurLaBase:
    """Return the migration operation that gives rights on one table.

    Args:
        table: name of the table.
        privileges: role → ``SELECT``, ``INSERT``, ``DELETE``, ``UPDATE`` or ``UPDATE (column, column)``.
    """

    def forward(_apps: Any, editor: Any) -> None:
        for role, words in privileges.items():
            rights = sql.SQL(", ").join(_privilege(word) for word in words)
            editor.execute(_as_text(editor, sql.SQL("GRANT {} ON {} TO {}").format(rights, sql.Identifier(table), _role(role))))

    def backward(_apps: Any, editor: Any) -> None:
        for role in privileges:
            editor.execute(_as_text(editor, sql.SQL("REVOKE ALL ON {} FROM {}").format(sql.Identifier(table), _role(role))))

    return SurLaBase(forward, backward)


def never_changed(table: str, *, when: str = "true") -> SurLaBase:
    """Return the operation after which nobody, the owner included, may UPDATE, DELETE or TRUNCATE rows of this table.

    Args:
        table: name of the table.
        when: condition on ``OLD``, in SQL, of the rows that are protected.
    """
    names = {
        "table": sql.Identifier(table),
        "guard": sql.Identifier(f"{table}_jamais_change"),
        "emptied": sql.Identifier(f"{table}_jamais_vide"),
        "when": sql.SQL(when),
    }
    return in_words(_NEVER_CHANGED, _CHANGED_AGAIN, lambda: names)


def columns_never_changed(table: str, *columns: str) -> SurLaBase:
    """Return the operation after which nobody, the owner included, may change these columns, nor DELETE or TRUNCATE rows of this table.

    Args:
        table: name of the table.
        columns: those that keep for ever the value that they were given.
    """
    differs = (sql.SQL("OLD.{0} IS DISTINCT FROM NEW.{0}").format(sql.Identifier(column)) for column in columns)
    names = {
        "table": sql.Identifier(table),
        "guard": sql.Identifier(f"{table}_colonnes_fixes"),
        "kept": sql.Identifier(f"{table}_jamais_part"),
        "emptied": sql.Identifier(f"{table}_jamais_vide"),
        "changed": sql.SQL(" OR ").join(differs),
    }
    return in_words(_COLUMNS_NEVER_CHANGED, _COLUMNS_CHANGED_AGAIN, lambda: names)


def added_only(table: str, role: str, *, when: str) -> SurLaBase:
    """Return the operation after which a role may only add rows that meet a condition.

    Args:
        table: name of the table, on which the role has INSERT.
        role: the role.
        when: condition on ``NEW``, in SQL.
    """

    def names() -> dict[str, sql.Composable]:
        role_name = sql.Literal(settings.ESPACE.database.role_prefix + role)
        guard = sql.Identifier(f"{table}_ajout_{role}")
        return {"table": sql.Identifier(table), "guard": guard, "role": role_name, "when": sql.SQL(when)}

    return in_words(_ADDED_ONLY, _ADDED_AGAIN, names)


def close_database() -> SurLaBase:
    """Return the operation that lets only our roles enter this database and its schema; only the owner creates in it."""

    def forward(_apps: Any, editor: Any) -> None:
        database = sql.Identifier(editor.connection.settings_dict["NAME"])
        users = sql.SQL(", ").join(_role(role) for role in ROLES)
        for statement in (
            sql.SQL("REVOKE ALL ON DATABASE {} FROM PUBLIC").format(database),
            sql.SQL("GRANT CONNECT ON DATABASE {} TO {}").format(database, users),
            sql.SQL("REVOKE ALL ON SCHEMA public FROM PUBLIC"),
            sql.SQL("GRANT USAGE ON SCHEMA public TO {}").format(users),
            sql.SQL("GRANT CREATE ON SCHEMA public TO {}").format(_role(OWNER)),
        ):
            editor.execute(_as_text(editor, statement))

    return SurLaBase(forward, RunPython.noop)


def in_words(forward: str, backward: str, names: Callable[[], Mapping[str, sql.Composable]]) -> SurLaBase:
    """Return the operation that executes one text, and another one to undo it.

    Args:
        forward: statements of SQL, with names between braces.
        backward: statements of SQL, likewise.
        names: gives what the names stand for, once a database is there.
    """

    def run(text: str) -> Callable[[Any, Any], None]:
        return lambda _apps, editor: editor.execute(_as_text(editor, sql.SQL(text).format(**names())), params=None)

    return SurLaBase(run(forward), run(backward))


def _as_text(editor: Any, statement: sql.Composable) -> str:
    """Return a statement in words, for the schema editor of a migration."""
    editor.connection.ensure_connection()
    return statement.as_string(editor.connection.connection)
