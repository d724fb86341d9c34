# SPDX-FileCopyrightText: 2026 drimm contributors
# SPDX-License-Identifier: EUPL-1.2
"""PostgreSQL roles of a DRIMbox: one per process, and the owner who migrates (architecture, decision 7)."""

from __future__ import annotations

from collections.abc import Iterator

from drimbox.config import ROLES, Database

PROPRIETAIRE = "proprietaire"
PROCESSES = tuple(role for role in ROLES if role != PROPRIETAIRE)

__all__ = ["PROCESSES", "PROPRIETAIRE", "ROLES", "role_name", "statements"]


def role_name(database: Database, process: str) -> str:
    """Return the role under which a process enters the database."""
    return f"{database.role_prefix}{process}"


def statements(database: Database) -> Iterator[str]:
    """Yield the SQL that a DBA runs once, before ``drimbox migrate``. Passwords are given apart, by psql's password command."""
    owner = _quoted(role_name(database, PROPRIETAIRE))
    for process in ROLES:
        yield f"CREATE ROLE {_quoted(role_name(database, process))} LOGIN NOSUPERUSER NOCREATEDB NOCREATEROLE;"
    yield f"CREATE DATABASE {_quoted(database.name)} OWNER {owner} TEMPLATE template0 ENCODING 'UTF8';"
    yield f"REVOKE ALL ON DATABASE {_quoted(database.name)} FROM PUBLIC;"
    for process in PROCESSES:
        yield f"GRANT CONNECT ON DATABASE {_quoted(database.name)} TO {_quoted(role_name(database, process))};"


def _quoted(name: str) -> str:
    return '"' + name.replace('"', '""') + '"'
