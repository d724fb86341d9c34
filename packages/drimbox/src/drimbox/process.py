# SPDX-FileCopyrightText: 2026 drimm contributors
# SPDX-License-Identifier: EUPL-1.2
"""The processes of a DRIMbox, by name. Each is started by the supervisor and ends on SIGTERM or with its lifeline."""

from __future__ import annotations

import os
from collections.abc import Callable
from importlib import import_module

from confiance.exploitation import lifeline, logs
from drimbox.config import current

_ENTRIES = {
    "pages": "drimbox.web.server",
    "images": "drimbox.source.partage.server",
    "reception": "drimbox.source.reception.server",
    "ouvrier": "drimbox.socle.jobs.worker",
}


def set_up(process: str) -> None:
    """Enter the database under the role of a process, and load the rooms.

    Args:
        process: one of drimbox.config.ROLES.
    """
    import django  # noqa: PLC0415 - the settings read DRIMM_PROCESS when Django is loaded

    become(process)
    django.setup()


def become(process: str) -> None:
    """Take the name of a process, from which the settings choose its role; no room is loaded.

    Args:
        process: one of drimbox.config.ROLES.
    """
    os.environ["DRIMM_PROCESS"] = process
    os.environ["DJANGO_SETTINGS_MODULE"] = "drimbox.django_settings"


def run(name: str) -> None:
    """Run one process until it is told to stop."""
    lifeline.hold()
    logs.configure("drimbox", name)
    current.cache_clear()  # its parent, of which it is a fork, read the file long ago: a process that is replaced takes what it says now
    set_up(name)
    _entry(name)()


def _entry(name: str) -> Callable[[], None]:
    # imported late: a process loads its own rooms only, under its own role
    module = import_module(_ENTRIES[name])
    entry: Callable[[], None] = module.main
    return entry
