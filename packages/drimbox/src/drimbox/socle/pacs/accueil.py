# SPDX-FileCopyrightText: 2026 drimm contributors
# SPDX-License-Identifier: EUPL-1.2
"""Answering an association that a PACS asks of us (PS3.8 section 7.1): what is taken of what it proposes."""

from __future__ import annotations

from collections.abc import Callable, Container

from drimbox.socle.pacs.appel import AssociationPacs
from drimbox.socle.pacs.dimse.negotiation import (
    ACCEPTED,
    MAX_PDU,
    NO_ABSTRACT_SYNTAX,
    NO_TRANSFER_SYNTAX,
    Accord,
    Proposition,
    encode_accept,
)
from drimbox.socle.pacs.liaison import Liaison

VERIFICATION = "1.2.840.10008.1.1"


def accept(
    proposition: Proposition,
    liaison: Liaison,
    results: dict[int, tuple[int, str]],
    *,
    seconds: float,
    max_pdu: int = MAX_PDU,
) -> AssociationPacs:
    """Send the acceptance and return the association.

    Args:
        proposition: what the PACS asked.
        liaison: its connection.
        results: from :func:`judge`.
        seconds: longest silence.
        max_pdu: longest PDU that we take.
    """
    liaison.send((encode_accept(proposition, results, max_pdu=max_pdu),))
    accepted = {i: syntax for i, (result, syntax) in results.items() if result == ACCEPTED}
    return AssociationPacs(liaison, proposition, Accord(accepted, proposition.max_pdu), seconds)


def judge(proposition: Proposition, takes: Callable[[str], bool], syntaxes: Container[str]) -> dict[int, tuple[int, str]]:
    """Return, for each context proposed, the result and the transfer syntax: the first one proposed that we read.

    A PACS puts the syntax it keeps first, or alone: taking its first choice spares it a conversion.

    Args:
        proposition: what the PACS asked.
        takes: whether we take an abstract syntax; verification always is.
        syntaxes: transfer syntaxes that we read.
    """
    results: dict[int, tuple[int, str]] = {}
    for contexte in proposition.contextes:
        proposed = contexte.transfer_syntaxes
        chosen = next((syntax for syntax in proposed if syntax in syntaxes), None)
        refused = proposed[0] if proposed else ""  # its value means nothing (PS3.8 table 9-18)
        if contexte.abstract_syntax != VERIFICATION and not takes(contexte.abstract_syntax):
            results[contexte.context_id] = (NO_ABSTRACT_SYNTAX, refused)
        elif chosen is None:
            results[contexte.context_id] = (NO_TRANSFER_SYNTAX, refused)
        else:
            results[contexte.context_id] = (ACCEPTED, chosen)
    return results
