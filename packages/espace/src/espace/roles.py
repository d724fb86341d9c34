# SPDX-FileCopyrightText: 2026 drimm contributors
# SPDX-License-Identifier: EUPL-1.2
"""Roles of PostgreSQL, one per process (architecture, decision 7).

``proprietaire`` owns the tables and runs the migrations; it serves no request. ``pages`` writes the Registre and asks for
publications. ``signataire`` alone writes what is published. ``temoin`` only adds its signature to heads. ``depot`` only reads what is
published, and goes out. ``ouvrier`` sends the mails, watches the deadlines and seals
the journal. ``zone`` reads the Registre and keeps what it saw of the DNS. Commands typed by a person use the role of
``pages``: a person at the keyboard has no more power than one at the console.
"""

from __future__ import annotations

from confiance.errors import OwnError

ROLES = ("proprietaire", "pages", "signataire", "zone", "temoin", "depot", "ouvrier")
OWNER = "proprietaire"
_OF_COMMANDS = {"cli": "pages", "migrate": OWNER, "comptes": OWNER}


class RoleInconnu(OwnError):
    """This process has no role."""

    code = "espace.role_inconnu"
    message = "Ce rôle n'existe pas."
    remede = "Les processus sont pages, signataire, temoin, depot, ouvrier et zone."


def role_of(process: str, prefix: str) -> str:
    """Return the PostgreSQL role under which a process works.

    Args:
        process: a name of process, or ``cli``, ``migrate``, ``comptes``.
        prefix: prefix of the roles, from the settings.

    Raises:
        RoleInconnu: no such process.
    """
    name = _OF_COMMANDS.get(process, process)
    if name not in ROLES:
        raise RoleInconnu(f"Le processus « {process[:40]} » n'a pas de rôle PostgreSQL.")
    return prefix + name


def roles_sql(prefix: str, database: str) -> str:
    """Return the statements that the administrator of PostgreSQL runs once, passwords apart.

    Args:
        prefix: prefix of the roles.
        database: name of the database.
    """
    lines = [f'CREATE ROLE "{prefix}{role}" LOGIN NOSUPERUSER NOCREATEDB NOCREATEROLE NOINHERIT;' for role in ROLES]
    passwords = [f'\\password "{prefix}{role}"' for role in ROLES]
    create = f'CREATE DATABASE "{database}" OWNER "{prefix}{OWNER}" TEMPLATE template0 ENCODING \'UTF8\';'
    return "\n".join([*lines, *passwords, create, ""])
