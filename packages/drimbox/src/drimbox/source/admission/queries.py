# SPDX-FileCopyrightText: 2026 drimm contributors
# SPDX-License-Identifier: EUPL-1.2
"""What admission reads of the pointers."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime
from uuid import UUID

from django.db.models import Exists, OuterRef

from drimbox.source.admission.errors import AutrePatient, KosInconnu, KosRemplace, KosRetire, Refus
from drimbox.source.admission.rules import KosServi
from drimbox.source.depot_dmp.models import Envoi
from drimbox.source.depot_dmp.states import DEPOTS, EtatEnvoi
from drimbox.source.pointeur.models import Kos
from drimbox.source.pointeur.patient_pacs import PatientPacs
from drimbox.source.pointeur.states import EtatExamen, EtatKos

_ENDED: dict[str, type[Refus]] = {EtatKos.RETIRE: KosRetire, EtatKos.REMPLACE: KosRemplace}


def find_kos(sop_instance_uid: str) -> KosServi | None:
    """Return one of our KOS by its SOPInstanceUID, or None.

    It is in service when the DMP has said that it holds it and it is neither withdrawn nor replaced. Before that answer, after a refusal,
    or when no deposit was asked (DESTDMP = N), nobody can have read it in the DMP: it opens nothing. Nor does it once the PACS was seen to
    give its study under another patient, until a person has looked.
    """
    return _served([sop_instance_uid]).get(sop_instance_uid)


def ended_kos(sop_instance_uids: Collection[str]) -> dict[str, type[Refus]]:
    """Return those of these KOS that open nothing any more, with the refusal that tells why."""
    found = _served(sop_instance_uids)
    closed = (uid for uid in sop_instance_uids if uid not in found or not found[uid].in_service)
    return {uid: found[uid].ended or KosInconnu if uid in found else KosInconnu for uid in closed}


def _served(sop_instance_uids: Collection[str]) -> dict[str, KosServi]:
    published = Envoi.objects.filter(kos=OuterRef("pk"), action__in=DEPOTS, state=EtatEnvoi.DEPOSE)
    found = Kos.objects.filter(sop_instance_uid__in=sop_instance_uids).annotate(published=Exists(published))
    columns = ("sop_instance_uid", "study_instance_uid", "db", "state", "published", "pk", "examen_id", "examen__state", "purged_at")
    return {row[0]: _kos_servi(*row) for row in found.values_list(*columns)}


def _kos_servi(  # noqa: PLR0917 - the columns of one row
    uid: str, study: str, db: str, state: str, deposited: bool, kos_id: UUID, examen_id: UUID, stage: str, purged_at: datetime | None
) -> KosServi:
    closed = stage == EtatExamen.PATIENT_CHANGE
    in_service = state == EtatKos.EN_VIGUEUR and deposited and not closed
    ended = _ENDED.get(state, AutrePatient if closed else None) if deposited else None
    return KosServi(uid, study, db, in_service=in_service, ended=ended, kos_id=kos_id, examen_id=examen_id, purged_at=purged_at)


def content_of(sop_instance_uid: str) -> tuple[bytes, PatientPacs | None]:
    """Return the Part 10 file of one of our KOS and the patient of its PACS; nothing when there is none."""
    kos = Kos.objects.filter(sop_instance_uid=sop_instance_uid).first()
    return (b"", None) if kos is None else (kos.contenu, kos.patient)
