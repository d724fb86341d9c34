# SPDX-FileCopyrightText: 2026 drimm contributors
# SPDX-License-Identifier: EUPL-1.2
"""Keeping a message, then and only then acknowledging it."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

import hl7
from django.db import Error, IntegrityError, connection, transaction
from procrastinate.exceptions import ProcrastinateException

from confiance.errors import DrimmError
from confiance.exploitation.logs import get_logger
from drimbox.socle.jobs.actions import QUEUE_SOURCE, defer
from drimbox.socle.journal.actions import new_trace, record
from drimbox.source.compte_rendu.errors import CompteRenduIllisible
from drimbox.source.compte_rendu.reader import read_cda
from drimbox.source.reception import ack
from drimbox.source.reception.errors import CompteRenduRefuse, DefautInterne, EnregistrementImpossible, MessageRefuse
from drimbox.source.reception.message import EnTete, Intention
from drimbox.source.reception.models import MessageRecu
from drimbox.source.reception.reader import check_header, read_header, read_report
from drimbox.source.reception.segments import parse
from drimbox.source.reception.states import EtatMessage

TRAITER = "drimbox.source.pointeur.jobs.traiter"
log = get_logger("reception")


@dataclass(frozen=True, slots=True)
class Examine:
    """What was seen of a message before it is kept."""

    en_tete: EnTete
    state: EtatMessage
    code: str = ""


def receive(data: bytes, *, peer: str, now: datetime) -> bytes:
    """Take one message and return its acknowledgement.

    AA is returned after COMMIT, never before. A message already kept (same sender, MSH-10 and content) is acknowledged again without
    a second effect.

    Args:
        data: the message without its MLLP frame.
        peer: IP address of the sender.
        now: aware date of receipt.
    """
    en_tete = ack.UNKNOWN
    try:
        message = parse(data)
        en_tete = read_header(message)
        examined = _examine(message, en_tete)
        _keep(examined, data, peer, now)
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


def retry(message_id: UUID, now: datetime) -> None:
    """Read again a message that waits for a person, on that person's decision."""
    with transaction.atomic():
        message = MessageRecu.objects.select_for_update(of=("self",)).defer("body").get(pk=message_id)
        if message.state == EtatMessage.ATTENTE_PERSONNE:
            set_state(message, EtatMessage.RECU, now)
            defer(TRAITER, queue=QUEUE_SOURCE, message_id=message.id)


def set_state(message: MessageRecu, state: EtatMessage, now: datetime, *, code: str = "") -> None:
    """Move a message, with its line of journal, inside the caller's transaction."""
    record("reception:message:moved", message_id=message.id, from_state=message.state, to_state=state.value, code=code or None)
    message.state, message.code, message.changed_at = state, code, now
    message.save(update_fields=["state", "code", "changed_at"])


def _examine(message: hl7.Message, en_tete: EnTete) -> Examine:
    check_header(en_tete)
    if en_tete.message_type == "OMI":
        return Examine(en_tete, EtatMessage.ATTENTE_PERSONNE, "reception.annulation_a_traiter")
    report = read_report(message)
    if report.intention is Intention.SUPPRESSION:
        return Examine(en_tete, EtatMessage.ATTENTE_PERSONNE, "reception.suppression_a_traiter")
    if report.intention is Intention.REMPLACEMENT:
        return Examine(en_tete, EtatMessage.ATTENTE_PERSONNE, "reception.remplacement_a_traiter")
    try:
        read_cda(report.compte_rendu)
    except CompteRenduIllisible as error:
        raise CompteRenduRefuse(error) from None
    return Examine(en_tete, EtatMessage.RECU)


def _keep(examined: Examine, data: bytes, peer: str, now: datetime) -> None:
    en_tete = examined.en_tete
    sha256 = hashlib.sha256(data).hexdigest()
    with transaction.atomic(durable=True):
        with connection.cursor() as cursor:
            cursor.execute("SET LOCAL synchronous_commit = on")
        known = MessageRecu.objects.filter(
            sending_application=en_tete.sending_application,
            sending_facility=en_tete.sending_facility,
            control_id=en_tete.control_id,
            sha256=sha256,
        )
        if known.exists():
            record("reception:message:repeated", message_id=known.values_list("id", flat=True)[0], peer_ip=peer)
            return
        row = MessageRecu(
            received_at=now,
            peer=peer,
            sending_application=en_tete.sending_application,
            sending_facility=en_tete.sending_facility,
            control_id=en_tete.control_id,
            trigger=en_tete.trigger,
            sha256=sha256,
            body=data,
            state=examined.state,
            code=examined.code,
            changed_at=now,
        )
        _insert(row, examined)


def _insert(row: MessageRecu, examined: Examine) -> None:
    try:
        with transaction.atomic():
            row.save(force_insert=True)
    except IntegrityError:
        # the same message came by another connection while we looked: it is kept there
        return
    record(
        "reception:message:stored", message_id=row.id, peer_ip=row.peer, bytes=len(row.body), state=row.state, code=examined.code or None
    )
    if row.state == EtatMessage.RECU:
        defer(TRAITER, queue=QUEUE_SOURCE, message_id=row.id)


def _refuse(en_tete: EnTete, error: DrimmError, peer: str, now: datetime, *, error_type: str | None = None) -> bytes:
    # what is not the message's fault is ours: AE, internal error
    kind, erreur, segment = (error.ack, error.erreur, error.segment) if isinstance(error, MessageRefuse) else ("AE", "207", "")
    code, trace = error.as_dict()["code"], new_trace()
    try:
        record("reception:message:refused", trace=trace, code=code, peer_ip=peer, state=kind, error_type=error_type)
    except Error:
        log.warning("reception:message:refused", trace=trace, code=code, peer_ip=peer, state=kind, error_type=error_type)
    texte = f"{error.message} {error.remede}".strip()
    return ack.refuse(en_tete, ack.Refus(kind, erreur, segment, texte, code, trace), now)
