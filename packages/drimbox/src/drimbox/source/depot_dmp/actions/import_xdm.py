# SPDX-FileCopyrightText: 2026 drimm contributors
# SPDX-License-Identifier: EUPL-1.2
"""A pointer that another DRIMbox deposited, taken over from an XDM archive: it is served from now on, nothing is sent to the DMP."""

from __future__ import annotations

import hashlib
from datetime import datetime
from urllib.parse import urlsplit

from django.db import transaction

from drimbox.config import DrimboxSettings
from drimbox.socle.dmp.errors import XdmContredit, XdmEtranger, XdmIllisible
from drimbox.socle.dmp.xdm import LotXdm
from drimbox.socle.journal.actions import record
from drimbox.socle.kos.errors import KosIllisible
from drimbox.socle.kos.model import KosLu
from drimbox.socle.kos.reader import read_kos
from drimbox.source.depot_dmp.models import Envoi
from drimbox.source.depot_dmp.states import EtatEnvoi
from drimbox.source.pointeur.models import Examen, Kos
from drimbox.source.pointeur.rules import hidden_by
from drimbox.source.pointeur.states import EtatExamen
from drimbox.source.reception.models import MessageRecu
from drimbox.source.reception.states import EtatMessage

ORIGIN = "XDM"
"""What stands for the message that such an exam never had here."""


@transaction.atomic
def take_over(lot: LotXdm, settings: DrimboxSettings, now: datetime) -> bool:
    """Keep a pointer and the deposit that made it; False when it was already here.

    Raises:
        XdmIllisible: the KOS cannot be read, or is not the one of its entry.
        XdmEtranger: its addresses are not those of one couple of this DRIMbox.
        XdmContredit: another pointer of that study is known here.
    """
    lu = _read(lot)
    db = _db_of(lu, settings)
    if Kos.objects.filter(sop_instance_uid=lu.sop_instance_uid, sha256=_sha256(lot.contenu)).exists():
        return False
    if Examen.objects.filter(study_instance_uid=lu.study_instance_uid).exists():
        raise XdmContredit
    examen = Examen.objects.create(
        study_instance_uid=lu.study_instance_uid,
        message=_origin(lot, now),
        compte_rendu=lot.compte_rendu[:200],
        compte_rendu_sha256=hashlib.sha256(b"").hexdigest(),
        visibilite=hidden_by(lot.fiche.confidentialites),
        db=db,
        state=EtatExamen.DEPOSE,
        created_at=now,
        changed_at=now,
    )
    kos = _keep_kos(examen, lot, lu, db, now)
    Envoi.objects.create(
        examen=examen,
        kos=kos,
        message=examen.message,
        sequence=1,
        content_type=lot.requete.content_type,
        body=lot.requete.body,
        built_at=now,
        state=EtatEnvoi.DEPOSE,
        created_at=now,
        answered_at=now,
    )
    record("dmp:archive:taken", at=now, examen_id=examen.id, kos_id=kos.id, db=db)
    return True


def _read(lot: LotXdm) -> KosLu:
    try:
        lu = read_kos(lot.contenu)
    except KosIllisible as error:
        raise XdmIllisible(error.message) from None
    patient = lu.patient_ins.value if lu.patient_ins else ""
    if (lu.sop_instance_uid, patient) != (lot.fiche.unique_id, lot.fiche.patient_ins.value):
        raise XdmIllisible("Un pointeur de l'archive n'est pas celui, ou pas celui du patient, que disent ses métadonnées.")
    return lu


def _db_of(lu: KosLu, settings: DrimboxSettings) -> str:
    hosts = {urlsplit(serie.retrieve_url or "").hostname or "" for serie in lu.series}
    couple = settings.couple_of(next(iter(hosts))) if len(hosts) == 1 else None
    if couple is None:
        raise XdmEtranger
    return couple.db


def _origin(lot: LotXdm, now: datetime) -> MessageRecu:
    return MessageRecu.objects.create(
        received_at=now,
        peer="127.0.0.1",
        sending_application=ORIGIN,
        sending_facility="",
        control_id=lot.fiche.unique_id,
        trigger=ORIGIN,
        sha256=_sha256(lot.contenu),
        state=EtatMessage.LU,
        changed_at=now,
        purged_at=now,
    )


def _keep_kos(examen: Examen, lot: LotXdm, lu: KosLu, db: str, now: datetime) -> Kos:
    return Kos.objects.create(
        examen=examen,
        sop_instance_uid=lu.sop_instance_uid,
        series_instance_uid=_series_of(lot.contenu),
        study_instance_uid=lu.study_instance_uid,
        db=db,
        accession=lu.accession.value if lu.accession else "",
        modalites=",".join(dict.fromkeys(serie.modality for serie in lu.series if serie.modality))[:100],
        contenu=lot.contenu,
        sha256=_sha256(lot.contenu),
        series_count=len(lu.series),
        instances_count=lu.instances_count,
        created_at=lot.fiche.creation or now,
    )


def _series_of(contenu: bytes) -> str:
    from io import BytesIO  # noqa: PLC0415 - with pydicom, for this alone

    from pydicom import dcmread  # noqa: PLC0415 - the console loads this room without the DICOM libraries

    return str(dcmread(BytesIO(contenu), specific_tags=["SeriesInstanceUID"]).SeriesInstanceUID)


def _sha256(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()
