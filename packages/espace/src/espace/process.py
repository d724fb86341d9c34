# SPDX-FileCopyrightText: 2026 drimm contributors
# SPDX-License-Identifier: EUPL-1.2
"""The processes of the Espace: ``python -m espace process NAME``, started by ``espace run``."""

from __future__ import annotations

import importlib
import os
from collections.abc import Callable
from typing import Any

import django

from confiance.errors import OwnError
from confiance.exploitation import lifeline, logs
from espace.config import EspaceSettings, current


class ProcessusInconnu(OwnError):
    """No such process."""

    code = "espace.processus_inconnu"
    message = "Ce processus n'existe pas."
    remede = "Les processus sont pages, signataire, temoin, depot, ouvrier et zone."


def _pages(settings: EspaceSettings) -> None:
    _entry("espace.web.serveur")(settings.pages)


def _signataire(settings: EspaceSettings) -> None:
    _entry("espace.liste_blanche.signataire")(settings)


def _temoin(settings: EspaceSettings) -> None:
    _entry("espace.tete.processus")(settings)


def _depot(settings: EspaceSettings) -> None:
    _entry("espace.liste_blanche.depot")(settings)


def _ouvrier(settings: EspaceSettings) -> None:
    _entry("espace.ouvrier")(settings)


def _zone(settings: EspaceSettings) -> None:
    _entry("espace.zone.processus")(settings.zone)


PROCESSES: dict[str, Callable[[EspaceSettings], None]] = {
    "pages": _pages,
    "signataire": _signataire,
    "temoin": _temoin,
    "depot": _depot,
    "ouvrier": _ouvrier,
    "zone": _zone,
}


def _entry(module: str) -> Callable[[Any], None]:
    """Import late: models load only once Django is set up, and the key's module only in the process that reads it."""
    entry: Callable[[Any], None] = importlib.import_module(module).main
    return entry


def setup(process: str) -> EspaceSettings:
    """Make this process the one of that name: its PostgreSQL role follows; then set Django up.

    Args:
        process: pages, signataire, temoin, depot, ouvrier, zone, or what a command is: ``cli``, ``migrate``, ``comptes``.

    Raises:
        SettingsError: the configuration cannot be used.
    """
    settings = _become(process)
    django.setup()
    return settings


def _become(process: str) -> EspaceSettings:
    os.environ["DRIMM_PROCESS"] = process
    os.environ["DJANGO_SETTINGS_MODULE"] = "espace.django_settings"
    return current()


def run(name: str) -> None:
    """Be one process until SIGTERM.

    Raises:
        ProcessusInconnu: no such process.
        BaseInjoignable, BaseEmbarquee, BasePerimee: the database does not suit.
    """
    if name not in PROCESSES:
        raise ProcessusInconnu(f"Le processus « {name[:40]} » n'existe pas.")
    lifeline.hold()
    logs.configure("espace", name)
    check_database(name)
    PROCESSES[name](setup(name))


def check_database(process: str) -> None:
    """Refuse to serve on the embedded database, or on one that lacks migrations. No model is loaded for it.

    Args:
        process: name under which the database is entered, as for :func:`setup`.

    Raises:
        BaseInjoignable, BaseEmbarquee, BasePerimee: as said.
    """
    settings = _become(process)
    from espace.database import check_migrated, check_server, enter  # noqa: PLC0415 - its settings read DRIMM_PROCESS

    with enter("check") as database:
        check_server(database, settings.database)
        check_migrated(database)
