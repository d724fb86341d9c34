# SPDX-FileCopyrightText: 2026 drimm contributors
# SPDX-License-Identifier: EUPL-1.2
"""What admission reads of the pointers."""

from __future__ import annotations

from django.db.models import Exists, OuterRef

from drimbox.source.admission.errors import KosRemplace, KosRetire, Refus
from drimbox.source.admission.rules import KosServi
from drimbox.source.depot_dmp.models import Envoi
from drimbox.source.depot_dmp.states import DEPOTS, EtatEnvoi
from drimbox.source.pointeur.models import Kos
from drimbox.source.pointeur.states import EtatKos

_ENDED: dict[str, type[Refus]] = {EtatKos.RETIRE: KosRetire, EtatKos.REMPLACE: KosRemplace}


def find_kos(sop_instance_uid: str) -> KosServi | None:
    """Return one of our KOS by its SOPInstanceUID, or None.

    It is in service when the DMP has said that it holds it and it is neither withdrawn nor replaced. Before that answer, after a refusal,
    or when no deposit was asked (DESTDMP = N), nobody can have read it in the DMP: it opens nothing.
    """
    published = Envoi.objects.filter(kos=OuterRef("pk"), action__in=DEPOTS, state=EtatEnvoi.DEPOSE)
    found = Kos.objects.filter(sop_instance_uid=sop_instance_uid).annotate(published=Exists(published))
    row = found.values_list("sop_instance_uid", "study_instance_uid", "db", "state", "published", "pk", "examen_id").first()
    if row is None:
        return None
    uid, study, db, state, deposited, kos_id, examen_id = row
    in_service = state == EtatKos.EN_VIGUEUR and deposited
    ended = _ENDED.get(state) if deposited else None
    return KosServi(uid, study, db, in_service=in_service, ended=ended, kos_id=kos_id, examen_id=examen_id)


def content_of(sop_instance_uid: str) -> bytes:
    """Return the Part 10 file of one of our KOS; nothing when there is none."""
    row = Kos.objects.filter(sop_instance_uid=sop_instance_uid).values_list("contenu", flat=True).first()
    return b"" if row is None else bytes(row)
