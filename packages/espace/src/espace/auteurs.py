# SPDX-FileCopyrightText: 2026 drimm contributors
# SPDX-License-Identifier: EUPL-1.2
"""Who acts: the login of an account of the console, or the account of the machine for who acts at its keyboard."""

from __future__ import annotations

import os
import pwd

CLI = "cli:"
"""Before the account of the machine, in the journal and in demandes."""
_LONGEST = 150


def at_keyboard() -> str:
    """Return the account of this process. The environment is not asked: anybody writes there what they like."""
    number = os.getuid()
    try:
        name = pwd.getpwuid(number).pw_name
    except KeyError:  # an account of no name, as in a container
        name = str(number)
    return f"{CLI}{name}"[:_LONGEST]


def same_person(one: str, other: str) -> bool:
    """Tell whether two authors may be one person: who has an account on the machine and one on the console is not two persons."""
    return _personne(one) == _personne(other)


def _personne(login: str) -> str:
    return login.strip().casefold().removeprefix(CLI)
