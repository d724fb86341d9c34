# SPDX-FileCopyrightText: 2026 drimm contributors
# SPDX-License-Identifier: EUPL-1.2
"""The report of a kept message, read again: what is kept is the message, nothing is copied from it."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass

from drimbox.source.compte_rendu.model import CompteRendu
from drimbox.source.compte_rendu.paire import read_paire
from drimbox.source.reception.message import MessageHl7
from drimbox.source.reception.reader import read_message


@dataclass(frozen=True, slots=True)
class Rapport:
    """A message and the report it carries.

    Attributes:
        message: PID, flags, intention.
        compte_rendu: the CDA.
        sha256: of the CDA, both levels when there are two: two messages may carry the same report.
    """

    message: MessageHl7
    compte_rendu: CompteRendu
    sha256: str


def read_rapport(body: bytes) -> Rapport:
    """Read a kept message.

    Raises:
        MessageRefuse: the message is refused by the rules of today.
        CompteRenduIllisible: its report is.
    """
    message = read_message(body)
    compte_rendu = read_paire(message.compte_rendu, message.jumeau)
    return Rapport(message, compte_rendu, hashlib.sha256(message.compte_rendu + (message.jumeau or b"")).hexdigest())
