# SPDX-FileCopyrightText: 2026 drimm contributors
# SPDX-License-Identifier: EUPL-1.2
"""The database as a whole: is it one that may be used, is it up to date."""

from __future__ import annotations

from io import StringIO
from typing import Any

import psycopg
from django.conf import settings as django_settings

from confiance.errors import OwnError, TransportError
from confiance.exploitation.migrations import shipped
from drimbox.config import Database

Connection = psycopg.Connection[tuple[Any, ...]]
_LABELS = {"procrastinate.contrib.django": "procrastinate"}
OLDEST_SERVER = 150000


class BaseRefusee(OwnError):
    """The database server may not be used."""

    code = "base.refusee"
    message = "Cette base de données ne peut pas être employée."
    remede = "Corrigez la table [database] de la configuration."
    clause = "architecture, décision 3"


class BaseInjoignable(TransportError):
    """The database does not answer, or does not know this role."""

    code = "base.injoignable"
    message = "La base PostgreSQL ne répond pas, ou refuse ce rôle."
    remede = "Vérifiez la section [database], les mots de passe et les rôles (drimbox roles-sql)."


class BasePasAJour(OwnError):
    """The database is behind this program."""

    code = "base.pas_a_jour"
    message = "La base n'est pas à jour de cette version de la DRIMbox."
    remede = "Lancez « drimbox migrate », puis recommencez."


def enter() -> Connection:
    """Open a connection outside the ORM, under the role of this process; the caller closes it.

    Raises:
        BaseInjoignable: no answer.
    """
    values = django_settings.DATABASES["default"]
    try:
        return psycopg.connect(
            host=values["HOST"],
            port=values["PORT"],
            dbname=values["NAME"],
            user=values["USER"],
            password=values["PASSWORD"],
            autocommit=True,
            **values["OPTIONS"],
        )
    except psycopg.Error:
        raise BaseInjoignable from None


def check_server(connection: Connection, database: Database) -> None:
    """Refuse a server too old, or an embedded one where the settings do not accept it.

    Raises:
        BaseRefusee: too old, or embedded and not accepted.
    """
    embedded = connection.execute("SELECT current_setting('drimm.embedded', true)").fetchone()
    version = connection.info.server_version
    if version < OLDEST_SERVER:
        raise BaseRefusee(f"PostgreSQL {version // 10000} est trop ancien.", remede="Installez PostgreSQL 15 ou plus récent.")
    if embedded == ("on",) and not database.accept_embedded:
        raise BaseRefusee(
            "La base est un PostgreSQL embarqué, fait pour le banc.",
            remede="Donnez un vrai serveur, ou database.accept_embedded = true sur un banc.",
        )


def check_migrations(connection: Connection) -> None:
    """Refuse a database that is behind this program; no room is loaded for it.

    Raises:
        BasePasAJour: migrations are waiting.
    """
    try:
        applied = set(connection.execute("SELECT app, name FROM django_migrations"))
    except psycopg.errors.UndefinedTable:
        raise BasePasAJour from None
    if shipped(django_settings.INSTALLED_APPS, _LABELS) - applied:
        raise BasePasAJour


def migrate_database() -> int:
    """Apply the migrations; return how many there were to apply."""
    from django.core.management import call_command  # noqa: PLC0415 - costly, and only this command needs it

    waiting = _waiting()
    call_command("migrate", interactive=False, verbosity=0, stdout=StringIO())
    return waiting


def _waiting() -> int:
    from django.db import connection  # noqa: PLC0415 - as above
    from django.db.migrations.executor import MigrationExecutor  # noqa: PLC0415 - as above

    executor = MigrationExecutor(connection)
    return len(executor.migration_plan(executor.loader.graph.leaf_nodes()))
