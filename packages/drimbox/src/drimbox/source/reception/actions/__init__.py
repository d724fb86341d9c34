# SPDX-FileCopyrightText: 2026 drimm contributors
# SPDX-License-Identifier: EUPL-1.2
"""Receiving a message: looked at, kept, acknowledged, in that order; and what a person decides of those that wait."""

from __future__ import annotations

from datetime import datetime
from time import monotonic
from typing import Any
from uuid import UUID

from django.conf import settings
from django.db import Error, transaction
from procrastinate.exceptions import ProcrastinateException

from confiance.distinguished_name import DistinguishedName
from confiance.errors import DrimmError
from confiance.exploitation.logs import get_logger
from drimbox.socle.jobs.actions import QUEUE_SOURCE, defer
from drimbox.socle.journal.actions import new_trace, record
from drimbox.socle.journal.debit import Debit
from drimbox.source.compte_rendu.errors import CompteRenduIllisible
from drimbox.source.compte_rendu.paire import read_paire
from drimbox.source.reception import ack
from drimbox.source.reception.actions.conservation import TRAITER, Provenance, keep
from drimbox.source.reception.annulation import read_annulation
from drimbox.source.reception.emetteur import Appelant, ris_of
from drimbox.source.reception.errors import CompteRenduRefuse, DefautInterne, EnregistrementImpossible, MessageFige, MessageRefuse
from drimbox.source.reception.message import EnTete
from drimbox.source.reception.models import MessageRecu
from drimbox.source.reception.reader import check_header, read_header, read_report
from drimbox.source.reception.segments import Message, parse
from drimbox.source.reception.states import TRANSITIONS, EtatMessage

__all__ = ["TRAITER", "receive", "retry", "set_aside", "set_state", "too_long"]
log = get_logger("reception")
REFUSALS = Debit()


def receive(data: bytes, *, peer: str, now: datetime, dn: DistinguishedName | None = None) -> bytes:
    """Take one message and return its acknowledgement.

    AA is returned after COMMIT, never before. A message already kept (same sender, MSH-10 and content) is acknowledged again without
    a second effect.

    Args:
        data: the message without its MLLP frame.
        peer: IP address of the sender.
        now: aware date of receipt.
        dn: name of the certificate that the sender showed; None without TLS.
    """
    en_tete = ack.UNKNOWN
    try:
        message = parse(data)
        en_tete = read_header(message)
        ris = ris_of(settings.DRIMBOX.reception, en_tete, Appelant(peer, dn))
        _examine(message, en_tete)
        keep(en_tete, data, Provenance(peer, ris), now)
    except MessageRefuse as error:
        return _refuse(en_tete, error, peer, now)
    except (Error, ProcrastinateException):
        return _refuse(en_tete, EnregistrementImpossible(), peer, now)
    except Exception as error:  # noqa: BLE001 - whatever a reader forgot, the RIS gets its answer, the connection stays, nothing is kept
        return _refuse(en_tete, DefautInterne(), peer, now, error_type=type(error).__name__)
    return ack.accept(en_tete, now)


def too_long(head: bytes, error: DrimmError, *, peer: str, now: datetime) -> bytes:
    """Return the refusal of a message that was cut because it is too long, from what was read of it."""
    try:
        en_tete = read_header(parse(head))
    except MessageRefuse:
        en_tete = ack.UNKNOWN
    return _refuse(en_tete, error, peer, now)


@transaction.atomic
def retry(message_id: UUID, now: datetime) -> None:
    """Read a message again, on a person's decision.

    Raises:
        MessageFige: it is being read already, or its content was erased.
    """
    message = _locked(message_id)
    if message.purged_at is not None or EtatMessage.RECU not in TRANSITIONS[EtatMessage(message.state)]:
        raise MessageFige
    set_state(message, EtatMessage.RECU, now)
    record("console:message:replayed", at=now, message_id=message.id)
    defer(TRAITER, queue=QUEUE_SOURCE, message_id=message.id)


@transaction.atomic
def set_aside(message_id: UUID, now: datetime) -> None:
    """Take a message out of those that wait, on a person's decision: it was dealt with otherwise.

    Raises:
        MessageFige: it waits for nobody.
    """
    message = _locked(message_id)
    if EtatMessage.ECARTE not in TRANSITIONS[EtatMessage(message.state)]:
        raise MessageFige
    set_state(message, EtatMessage.ECARTE, now, code=message.code)


def set_state(message: MessageRecu, state: EtatMessage, now: datetime, *, code: str = "") -> None:
    """Move a message, with its line of journal, inside the caller's transaction."""
    record("reception:message:moved", message_id=message.id, from_state=message.state, to_state=state.value, code=code or None)
    message.state, message.code, message.changed_at = state, code, now
    message.save(update_fields=["state", "code", "changed_at"])


def _locked(message_id: UUID) -> MessageRecu:
    return MessageRecu.objects.select_for_update(of=("self",)).defer("body", "corps").get(pk=message_id)


def _examine(message: Message, en_tete: EnTete) -> None:
    check_header(en_tete)
    if en_tete.message_type == "OMI":
        read_annulation(message)
        return
    report = read_report(message)
    try:
        read_paire(report.compte_rendu, report.jumeau)
    except CompteRenduIllisible as error:
        raise CompteRenduRefuse(error) from error


def _refuse(en_tete: EnTete, error: DrimmError, peer: str, now: datetime, *, error_type: str | None = None) -> bytes:
    # what is not the message's fault is ours: AE, internal error
    kind, erreur, segment = (error.ack, error.erreur, error.segment) if isinstance(error, MessageRefuse) else ("AE", "207", "")
    code, trace = error.as_dict()["code"], new_trace()
    left_out = REFUSALS.admit(peer, code, at=monotonic())
    try:
        if left_out is None:  # the logs alone, beyond so many in a minute
            log.warning("reception:message:refused", trace=trace, code=code, peer_ip=peer, state=kind, error_type=error_type)
        else:
            told: dict[str, Any] = {"peer_ip": peer, "state": kind, "error_type": error_type, "count": left_out or None}
            record("reception:message:refused", trace=trace, code=code, **told)
    except Error:
        log.warning("reception:message:refused", trace=trace, code=code, peer_ip=peer, state=kind, error_type=error_type)
    texte = f"{error.message} {error.remede}".strip()
    return ack.refuse(en_tete, ack.Refus(kind, erreur, segment, texte, code, trace), now)
