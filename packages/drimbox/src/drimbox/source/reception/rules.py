# SPDX-FileCopyrightText: 2026 drimm contributors
# SPDX-License-Identifier: EUPL-1.2
"""Decisions on a received message. Pure."""

from __future__ import annotations

from drimbox.source.reception.errors import IntentionContradictoire
from drimbox.source.reception.message import Intention

_NOUVEAU, _REMPLACEMENT, _SUPPRESSION = Intention.NOUVEAU, Intention.REMPLACEMENT, Intention.SUPPRESSION
_ANY = frozenset(Intention)
_BY_EVENT = {"T02": frozenset({_NOUVEAU}), "T10": frozenset({_REMPLACEMENT}), "T04": frozenset({_SUPPRESSION})}
_BY_ORC = {"NW": frozenset({_NOUVEAU}), "RO": frozenset({_REMPLACEMENT}), "CA": frozenset({_SUPPRESSION})}
_FINAL, _AUTHENTICATED = frozenset({"", "F", "C", "D"}), frozenset({"", "AU", "LA"})
# F (final) is also what replacing ORU messages of the homologation write
_BY_OBX = {"F": frozenset({_NOUVEAU, _REMPLACEMENT}), "C": frozenset({_REMPLACEMENT}), "D": frozenset({_SUPPRESSION})}


def agree(event: str, orc_1: str, obx_11: str) -> Intention:
    """Return what the three indicators ask, when they agree.

    A value outside the volet (an older ORC-1 SC, an empty field) says nothing and contradicts nothing.

    Args:
        event: MSH-9.2.
        orc_1: order control.
        obx_11: status of the document.

    Raises:
        IntentionContradictoire: no intention fits all three (CI-SIS, volet Transmission d'un document CDA-R2 en HL7v2, 2.1).
    """
    by_orc = _BY_ORC.get(orc_1, _ANY)
    if event == "R01" and obx_11 == "D" and orc_1 == "NW":
        by_orc = _ANY  # an ORU is published as a new order whatever it carries: only OBX-11 tells a removal (homologation, exam I)
    possible = _BY_EVENT.get(event, _ANY) & by_orc & _BY_OBX.get(obx_11, _ANY)
    if not possible:
        raise IntentionContradictoire
    # nothing said at all means a first sending; the report itself may still name the one it replaces
    return next(intention for intention in (_NOUVEAU, _REMPLACEMENT, _SUPPRESSION) if intention in possible)


def is_validated(obx_11: str, txa_17: str) -> bool:
    """Tell whether a report may be published: nothing says that it is a draft.

    Args:
        obx_11: status of the document (table 0085): P, I, R… are of results to come.
        txa_17: completion (table 0271): dictated, incomplete, pre-authenticated… is not authenticated yet.
    """
    return obx_11 in _FINAL and txa_17 in _AUTHENTICATED


def slowdown(unread: int, threshold: int, longest: float) -> float:
    """Return how long an acknowledgement is held back, in seconds.

    Nothing up to the threshold, then in proportion of what is too much, the longest wait at twice the threshold. A RIS waits for each
    answer before it sends the next message: answers that come slowly slow it down, and lose nothing.

    Args:
        unread: messages kept and not read yet.
        threshold: how many are ordinary.
        longest: the longest wait.
    """
    return longest * min(max(unread - threshold, 0) / threshold, 1.0)
