# SPDX-FileCopyrightText: 2026 drimm contributors
# SPDX-License-Identifier: EUPL-1.2
"""Keeping a message: its row and the job that treats it, or neither; a message already known is recognised and has no second effect."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.db import connection, transaction
from psycopg import Cursor

from drimbox.socle.jobs.actions import QUEUE_SOURCE, defer
from drimbox.socle.journal.actions import record
from drimbox.source.reception.corps import put_body
from drimbox.source.reception.message import EnTete
from drimbox.source.reception.models import MessageRecu
from drimbox.source.reception.states import EtatMessage

TRAITER = "drimbox.source.pointeur.jobs.traiter"
_COLUMNS = (
    "id", "received_at", "peer", "source", "sending_application", "sending_facility", "control_id", "trigger", "sha256",
    "corps", "octets", "state", "code", "changed_at",
)  # fmt: skip
# one exchange with the server says both whether the message is new and that it is kept
_PLACES = ", ".join("%b" if column == "corps" else "%s" for column in _COLUMNS)
_INSERT = (
    f"INSERT INTO reception_message ({', '.join(_COLUMNS)}) VALUES ({_PLACES})"  # noqa: S608 - constants
    " ON CONFLICT (sending_application, sending_facility, control_id, sha256) DO NOTHING"
)


@dataclass(frozen=True, slots=True)
class Provenance:
    """Where a message comes from.

    Attributes:
        address: IP address of the sender.
        ris: name of the RIS in the settings, or an empty text.
    """

    address: str
    ris: str


@transaction.atomic(durable=True)
def keep(en_tete: EnTete, data: bytes, provenance: Provenance, now: datetime) -> UUID:
    """Keep a message that was looked at and found good; return its number, that of the first one when it came before.

    The connection has synchronous_commit on (settings): when this returns, the message survives a power cut.
    """
    row = _row(en_tete, data, provenance, now)
    if not _insert(row):
        known = _known(row)
        record("reception:message:repeated", at=now, message_id=known, peer_ip=provenance.address)
        return known
    record(
        "reception:message:stored",
        at=now,
        message_id=row.id,
        peer_ip=provenance.address,
        ris=provenance.ris or None,
        bytes=row.octets,
        state=row.state,
    )
    defer(TRAITER, queue=QUEUE_SOURCE, message_id=row.id)
    return row.id


def _insert(row: MessageRecu) -> bool:
    # The cursors of Django write values into the text of the statement, bytes in hexadecimal: twice the body, copied several times. This
    # one sends them as they are, in the same transaction.
    connection.ensure_connection()
    with connection.wrap_database_errors, Cursor(connection.connection) as cursor:
        cursor.execute(_INSERT, [getattr(row, column) for column in _COLUMNS])
        return cursor.rowcount == 1


def _row(en_tete: EnTete, data: bytes, provenance: Provenance, now: datetime) -> MessageRecu:
    row = MessageRecu(
        received_at=now,
        peer=provenance.address,
        source=provenance.ris,
        sending_application=en_tete.sending_application,
        sending_facility=en_tete.sending_facility,
        control_id=en_tete.control_id,
        trigger=en_tete.trigger,
        sha256=hashlib.sha256(data).hexdigest(),
        state=EtatMessage.RECU,
        changed_at=now,
    )
    put_body(row, data)
    return row


def _known(row: MessageRecu) -> UUID:
    known: UUID = MessageRecu.objects.values_list("id", flat=True).get(
        sending_application=row.sending_application,
        sending_facility=row.sending_facility,
        control_id=row.control_id,
        sha256=row.sha256,
    )
    return known
