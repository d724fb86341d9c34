# SPDX-FileCopyrightText: 2026 drimm contributors
# SPDX-License-Identifier: EUPL-1.2
"""What admission reads of the pointers."""

from __future__ import annotations

from django.db.models import Exists, OuterRef

from drimbox.source.admission.rules import KosServi
from drimbox.source.depot_dmp.models import Envoi
from drimbox.source.depot_dmp.states import ActionEnvoi, EtatEnvoi
from drimbox.source.pointeur.models import Kos
from drimbox.source.pointeur.states import EtatKos


def find_kos(sop_instance_uid: str) -> KosServi | None:
    """Return one of our KOS by its SOPInstanceUID, or None.

    It is in service when the DMP has said that it holds it and it is neither withdrawn nor replaced. Before that answer, after a refusal,
    or when no deposit was asked (DESTDMP = N), nobody can have read it in the DMP: it opens nothing.
    """
    published = Envoi.objects.filter(kos=OuterRef("pk"), action=ActionEnvoi.PUBLIER, state=EtatEnvoi.DEPOSE)
    found = Kos.objects.filter(sop_instance_uid=sop_instance_uid).annotate(published=Exists(published))
    row = found.values_list("sop_instance_uid", "study_instance_uid", "db", "state", "published").first()
    return None if row is None else KosServi(row[0], row[1], row[2], in_service=row[3] == EtatKos.EN_VIGUEUR and row[4])
