# SPDX-FileCopyrightText: 2026 drimm contributors
# SPDX-License-Identifier: EUPL-1.2
"""The only place that changes the state of a KOS; always inside the caller's transaction, the exam locked, with its line of journal."""

from __future__ import annotations

import hashlib
from datetime import datetime

from drimbox.socle.journal.actions import record
from drimbox.source.pointeur.kos_construit import KosConstruit
from drimbox.source.pointeur.models import Examen, Kos
from drimbox.source.pointeur.patient_pacs import PatientPacs
from drimbox.source.pointeur.states import EtatKos


def keep_kos(examen: Examen, construit: KosConstruit, now: datetime, *, state: EtatKos = EtatKos.EN_VIGUEUR) -> Kos:
    """Keep a KOS of a locked exam, whose columns the caller saves; the db name of its first one stays the exam's for ever."""
    etude, accession = construit.localisation.etude, construit.demande.accession
    kos = Kos.objects.create(
        examen=examen,
        version=construit.version,
        sop_instance_uid=construit.sop_instance_uid,
        series_instance_uid=construit.series_instance_uid,
        study_instance_uid=examen.study_instance_uid,
        db=construit.db,
        accession=accession.value if accession else "",
        modalites=",".join(dict.fromkeys(serie.modality for serie in etude.series if serie.modality))[:100],
        contenu=construit.contenu,
        patient=PatientPacs.of(etude),
        sha256=hashlib.sha256(construit.contenu).hexdigest(),
        series_count=len(etude.series),
        instances_count=sum(len(serie.instances) for serie in etude.series),
        state=state,
        created_at=construit.created_at,
    )
    examen.db = examen.db or kos.db
    record("source:kos:kept", at=now, examen_id=examen.id, kos_id=kos.id, db=kos.db, series=kos.series_count, instances=kos.instances_count)
    return kos


def put_in_force(kos: Kos, now: datetime) -> None:
    """The DMP holds this KOS: the one that it takes the place of ends, and it is served from now on."""
    if kos.state != EtatKos.EN_ATTENTE:
        return  # a first KOS is in force from the start; one withdrawn meanwhile stays so
    former = Kos.objects.filter(examen=kos.examen_id, state=EtatKos.EN_VIGUEUR).first()
    if former is not None:
        end(former, EtatKos.REMPLACE, now)
    kos.state, kos.remplace = EtatKos.EN_VIGUEUR, former
    kos.save(update_fields=["state", "remplace"])


def end(kos: Kos, state: EtatKos, now: datetime) -> None:
    """End a KOS: replaced or withdrawn. It is kept, with its history, and served no more."""
    kos.state, kos.ended_at = state, now
    kos.save(update_fields=["state", "ended_at"])
    event = "source:kos:withdrawn" if state == EtatKos.RETIRE else "source:kos:replaced"
    record(event, at=now, examen_id=kos.examen_id, kos_id=kos.id)
