# SPDX-FileCopyrightText: 2026 drimm contributors
# SPDX-License-Identifier: EUPL-1.2
"""What a rejection note of the PACS changes to a pointer (IHE IOCM); inside the caller's transaction.

Part of the study rejected: another KOS without those instances takes the place of the first. All of it: the exam is withdrawn. What was
rejected stays so, for the KOS that are still to come.

A PACS speaks of its own copy. What it says of a study that is served from another PACS changes nothing and is told to a person; the end of
retention (113039) not even that, nor for a study that is not known yet: whoever still holds it will answer when its report comes.
"""

from __future__ import annotations

from datetime import datetime

from django.conf import settings

from drimbox.socle.journal.actions import record
from drimbox.socle.kos.reader import read_kos
from drimbox.source.pointeur.actions.rapports import start_again
from drimbox.source.pointeur.actions.retrait import withdraw
from drimbox.source.pointeur.errors import AutrePacs
from drimbox.source.pointeur.evenements import Motif, Rejeter
from drimbox.source.pointeur.models import Examen, InstanceRejetee, Kos
from drimbox.source.pointeur.queries import rejected_of
from drimbox.source.pointeur.states import WAITING, EtatExamen, EtatKos

_ALIVE = (EtatKos.EN_VIGUEUR, EtatKos.EN_ATTENTE)
_GONE = frozenset({EtatExamen.EN_RETRAIT, EtatExamen.RETIRE})


def reject(evenement: Rejeter, now: datetime) -> None:
    """Take rejected instances out of the pointer of a study, or its pointer out of the DMP. The same note again has no effect.

    Raises:
        AutrePacs: the images of the pointer are in another PACS.
    """
    examen = Examen.objects.select_for_update(of=("self",)).filter(study_instance_uid=evenement.study_uid).first()
    if evenement.motif is Motif.FIN_DE_CONSERVATION and not _is_served_by(examen, evenement.pacs):
        examen_id = None if examen is None else examen.id
        record("source:rejet:elsewhere", at=now, examen_id=examen_id, pacs=evenement.pacs, reason=evenement.motif.value)
        return
    if examen is not None and examen.db and not _is_served_by(examen, evenement.pacs):
        raise AutrePacs
    _keep(evenement, examen, now)
    # an exam that waits is built without them when its turn comes
    if examen is None or examen.state in WAITING | _GONE:
        return
    kos = Kos.objects.filter(examen=examen, state__in=_ALIVE).order_by("-version").first()
    if kos is None:
        return
    referenced = instances_of(kos)
    left = referenced - rejected_of(evenement.study_uid, evenement.pacs)
    if not left:
        withdraw(examen, evenement.motif, now)
    elif left != referenced:
        start_again(examen, now, event="source:examen:reduced", reason=evenement.motif.value, count=len(referenced) - len(left))


def _is_served_by(examen: Examen | None, pacs: str) -> bool:
    couple = None if examen is None else settings.DRIMBOX.couple_of(examen.db)
    return couple is not None and couple.pacs == pacs


def instances_of(kos: Kos) -> frozenset[str]:
    """Return the instances that a KOS references."""
    lu = read_kos(bytes(kos.contenu))
    return frozenset(instance.sop_instance_uid for serie in lu.series for instance in serie.instances)


def _keep(evenement: Rejeter, examen: Examen | None, now: datetime) -> None:
    # the note itself may be stored in the study that it speaks of: it is no part of the exam
    rows = [
        InstanceRejetee(
            study_instance_uid=evenement.study_uid,
            sop_instance_uid=uid,
            note_uid=evenement.note_uid,
            pacs=evenement.pacs,
            motif=evenement.motif.value,
            received_at=now,
        )
        for uid in sorted(evenement.instances | {evenement.note_uid})
    ]
    InstanceRejetee.objects.bulk_create(rows, ignore_conflicts=True, batch_size=1000)
    examen_id = None if examen is None else examen.id
    record(
        "source:rejet:kept", at=now, examen_id=examen_id, pacs=evenement.pacs, reason=evenement.motif.value, count=len(evenement.instances)
    )
