# SPDX-FileCopyrightText: 2026 drimm contributors
# SPDX-License-Identifier: Apache-2.0
"""The tree of errors of drimm.

::

    DrimmError
    ├── PeerError       the other side is wrong: what it sent is refused
    ├── OwnError        we are wrong: settings, files, state of this program
    └── TransportError  the network failed: nobody is wrong yet, try again

Each class has a stable ``code`` (what programs compare), a French ``message`` (what a person reads), a ``remede`` (what that person
can do) and a ``clause`` (where the rule comes from). No message may hold a secret or a patient's data.
"""

from __future__ import annotations

from typing import ClassVar


class DrimmError(Exception):
    """Base of every error that crosses a public door of drimm.

    Attributes:
        code: stable identifier, lower case, dotted by room: ``liste_blanche.signataire_inconnu``.
        message: French sentence for a person.
        remede: French sentence that says what to do.
        clause: document and section that hold the rule; empty when the rule is our own.
    """

    code: ClassVar[str] = "drimm.erreur"
    message: str = "Une erreur est survenue."
    remede: str = ""
    clause: str = ""

    def __init__(self, message: str | None = None, *, remede: str | None = None) -> None:
        if message is not None:
            self.message = message
        if remede is not None:
            self.remede = remede
        super().__init__(self.message)

    def as_dict(self) -> dict[str, str]:
        """Return what a machine shows of this error: code, message, remede and clause."""
        return {"code": self.code, "message": self.message, "remede": self.remede, "clause": self.clause}


class PeerError(DrimmError):
    """What the other side sent is refused."""


class OwnError(DrimmError):
    """This program, its settings or its files are at fault."""


class TransportError(DrimmError):
    """The network failed; nothing is known of the other side's opinion."""
