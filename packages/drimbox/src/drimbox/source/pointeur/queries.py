# SPDX-FileCopyrightText: 2026 drimm contributors
# SPDX-License-Identifier: EUPL-1.2
"""Reading exams and pointers."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from uuid import NAMESPACE_OID, UUID, uuid5

from django.db import connection
from django.db.models import Count, Q, QuerySet

from drimbox.socle.jobs.queries import outside
from drimbox.source.pointeur.models import Examen, InstanceRejetee, Kos
from drimbox.source.pointeur.states import SETTLED, WAITING, EtatExamen
from drimbox.source.reception.models import MessageRecu
from drimbox.source.reception.states import EtatMessage

BATCH = 500
CONTENU = ("scelle", "clair")
"""Columns of a KOS that weigh, and that few need."""


def kos_of(examen_id: UUID) -> list[Kos]:
    """Return every KOS of an exam, the oldest first, without contents."""
    return list(Kos.objects.filter(examen=examen_id).defer(*CONTENU).order_by("version"))


def last_kos(examen_id: UUID) -> Kos | None:
    """Return the last KOS made of an exam, without its content."""
    return Kos.objects.filter(examen=examen_id).defer(*CONTENU).order_by("-version").first()


def rejected_of(study_uid: str, pacs: str) -> frozenset[str]:
    """Return the instances of a study that a PACS rejected; what another PACS says of its own copy does not count."""
    found = InstanceRejetee.objects.filter(study_instance_uid=study_uid, pacs__in=("", pacs))
    return frozenset(found.values_list("sop_instance_uid", flat=True))


def reducible(before: datetime) -> list[UUID]:
    """Return every KOS of settled exams that was made, or ended, before a date and still holds all that it held."""
    old = Q(ended_at__lt=before) | Q(ended_at__isnull=True, created_at__lt=before)
    # one that was reduced while it was in force, then ended, keeps nothing at last
    whole = Q(purged_at__isnull=True) | Q(ended_at__isnull=False, scelle__isnull=False)
    found = Kos.objects.filter(old & whole, examen__state__in=SETTLED)
    return list(found.order_by("created_at").values_list("pk", flat=True))


def sender_of(message_id: UUID) -> UUID:
    """Return a key of the sender of a message: what one sender asks is done in its order."""
    sender = MessageRecu.objects.values_list("sending_application", "sending_facility").get(pk=message_id)
    return uuid5(NAMESPACE_OID, "\x1f".join(sender))


def unread_until(message_id: UUID) -> list[UUID]:
    """Return the messages of one sender that nobody has read, up to this one, in the order in which they were kept."""
    sql = """
        SELECT earlier.id FROM reception_message AS earlier
        JOIN reception_message AS this ON this.id = %s AND this.sending_application = earlier.sending_application
                                      AND this.sending_facility = earlier.sending_facility AND earlier.rang <= this.rang
        WHERE earlier.state = %s ORDER BY earlier.rang LIMIT %s
    """
    with connection.cursor() as cursor:
        cursor.execute(sql, [message_id, EtatMessage.RECU.value, BATCH])
        return [pk for (pk,) in cursor.fetchall()]


def rank_of(message_id: UUID) -> int:
    """Return the rank of a message in the order in which all were kept; 0 for what came by no message."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT rang FROM reception_message WHERE id = %s", [message_id])
        row = cursor.fetchone()
    return 0 if row is None else int(row[0])


def of_message(message_id: UUID) -> list[Examen]:
    """Return the exams that follow a message."""
    return list(Examen.objects.filter(message=message_id).order_by("created_at"))


def overdue(limit: datetime, horizon: datetime) -> list[UUID]:
    """Return the exams that should have moved before a date, or wait for one beyond the horizon."""
    late = outside("next_attempt_at", limit, horizon) | Q(outside("changed_at", limit, horizon), next_attempt_at__isnull=True)
    return list(Examen.objects.filter(late, state__in=WAITING).values_list("pk", flat=True)[:BATCH])


def count_by_state() -> dict[EtatExamen, int]:
    """Return how many exams are in each state, zero included."""
    found = dict(Examen.objects.values_list("state").annotate(count=Count("pk")))
    return {state: found.get(state.value, 0) for state in EtatExamen}


def examens(states: Sequence[str] = (), text: str = "") -> QuerySet[Examen]:
    """Return exams, newest first.

    Args:
        states: only these, when given.
        text: a StudyInstanceUID, an exam number, an accession number or a document number, whole.
    """
    found = Examen.objects.select_related("message").defer("message__body", "message__corps")
    if states:
        found = found.filter(state__in=states)
    if text:
        found = found.filter(_matches(text)).distinct()
    return found


def _matches(text: str) -> Q:
    # the number of the last report, and those of the pointers already made
    by_accession = Q(accession=text) | Q(kos__accession=text)
    by_text = Q(study_instance_uid=text) | Q(compte_rendu=text) | by_accession | Q(kos__sop_instance_uid=text)
    try:
        return by_text | Q(pk=UUID(text))
    except ValueError:
        return by_text
