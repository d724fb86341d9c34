# SPDX-FileCopyrightText: 2026 drimm contributors
# SPDX-License-Identifier: EUPL-1.2
"""What a process checks of its database before it serves: not the embedded one, and every migration applied."""

from __future__ import annotations

import psycopg
from django.conf import settings as django_settings
from django.db.utils import Error as DatabaseError
from django.db.utils import InterfaceError, OperationalError

from confiance.errors import DrimmError, OwnError, TransportError
from confiance.exploitation.migrations import shipped
from espace.config import Database

Connection = psycopg.Connection[tuple[object, ...]]


class BaseEmbarquee(OwnError):
    """The server is the embedded one of the banc."""

    code = "espace.base_embarquee"
    message = "Cette base est celle du banc : elle ne convient pas à la production."
    remede = "Donnez un PostgreSQL de production, ou posez database.accept_embedded = true sur un banc."
    clause = "architecture, décision 3"


class BasePerimee(OwnError):
    """Migrations are missing."""

    code = "espace.base_perimee"
    message = "La base n'est pas à jour."
    remede = "Lancez « espace migrate » avec la même configuration."


class BaseRefuse(OwnError):
    """PostgreSQL refuses what we wrote: a constraint holds where a rule should have."""

    code = "espace.base_refuse"
    message = "La base refuse cette écriture."
    remede = "Rien n'a été écrit. Signalez ce cas, avec l'heure, à l'équipe qui maintient l'Espace."


class BaseInjoignable(TransportError):
    """PostgreSQL does not answer, or refuses this role."""

    code = "espace.base_injoignable"
    message = "PostgreSQL ne répond pas, ou refuse le rôle de ce processus."
    remede = "Vérifiez la table [database], les rôles (« espace roles-sql ») et les fichiers de mots de passe."


def explain(error: DatabaseError) -> DrimmError:
    """Return what a person is told of a failure of PostgreSQL; its own words may hold values and are left out."""
    if isinstance(error.__cause__, psycopg.errors.UndefinedTable | psycopg.errors.UndefinedColumn):
        return BasePerimee()
    if is_lost(error) or isinstance(error.__cause__, psycopg.errors.InsufficientPrivilege):
        return BaseInjoignable()
    return BaseRefuse()


def is_lost(error: DatabaseError) -> bool:
    """Tell whether the connection is to be made again, rather than one statement refused."""
    return isinstance(error, OperationalError | InterfaceError)


def check_server(database: Connection, settings: Database) -> None:
    """Refuse the embedded server unless told otherwise.

    Raises:
        BaseEmbarquee: the embedded server, and ``accept_embedded`` is false.
    """
    row = database.execute("SELECT current_setting('drimm.embedded', true)").fetchone()
    if row and row[0] == "on" and not settings.accept_embedded:
        raise BaseEmbarquee


def check_migrated(database: Connection) -> None:
    """Refuse a database whose migrations are not all applied.

    Raises:
        BasePerimee: at least one is missing.
    """
    try:
        applied = set(database.execute("SELECT app, name FROM django_migrations"))
    except psycopg.errors.UndefinedTable:
        raise BasePerimee from None
    if shipped(django_settings.INSTALLED_APPS) - applied:
        raise BasePerimee


def enter(purpose: str) -> Connection:
    """Open a connection of our own, outside the ORM, under the role of this process; the caller closes it.

    Args:
        purpose: what it is for, in one word; PostgreSQL shows it beside the name of the process.

    Raises:
        BaseInjoignable: no connection.
    """
    values = django_settings.DATABASES["default"]
    try:
        return psycopg.connect(
            host=values["HOST"],
            port=values["PORT"],
            dbname=values["NAME"],
            user=values["USER"],
            password=values["PASSWORD"],
            application_name=f"{values['OPTIONS']['application_name']} {purpose}",
            connect_timeout=5,
            autocommit=True,
        )
    except psycopg.Error:
        raise BaseInjoignable from None
