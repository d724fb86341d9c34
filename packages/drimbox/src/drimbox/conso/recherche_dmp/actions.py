# SPDX-FileCopyrightText: 2026 drimm contributors
# SPDX-License-Identifier: EUPL-1.2
"""Searching the record of the patient of a call, and keeping what was found."""

from __future__ import annotations

import asyncio
from datetime import datetime
from hashlib import sha256

from django.conf import settings
from django.db import transaction
from django.db.models import QuerySet

from confiance.errors import DrimmError
from drimbox.conso.appel.models import Appel, SessionProfessionnel
from drimbox.conso.appel.parameters import AppelRecu
from drimbox.conso.appel.queries import professionnel_of, recu_of, situation_of
from drimbox.conso.appel.rules import Recherche, may_search
from drimbox.conso.recherche_dmp import apercu
from drimbox.conso.recherche_dmp.errors import AutrePatient, IdentifiantHorsNorme, KosNonDemande, RechercheInterdite, SituationAbsente
from drimbox.conso.recherche_dmp.fetch import DejaVus, Document, fetch_kos
from drimbox.conso.recherche_dmp.models import KosTrouve
from drimbox.socle.coffre.fields import seal
from drimbox.socle.dmp.model import ContexteVihf, ModeVihf
from drimbox.socle.identite.professionnel import TABLE_SECTEUR
from drimbox.socle.journal.actions import new_trace, record
from drimbox.socle.kos.reader import LimitesKos, read_kos
from drimbox.socle.pacs.uids import is_loose_uid
from drimbox.socle.personnes import Code, Identifiant, Structure


def search(appel: Appel, session: SessionProfessionnel, now: datetime) -> None:
    """Search the KOS of the patient in the DMP and keep them with the call.

    Raises:
        RechercheInterdite: the patient opposes, or was not asked.
        SituationAbsente: no situation of exercise is chosen.
        DmpRefuse: the DMP refused.
        DmpIndisponible: the DMP does not answer.
        DmpReponseInvalide: its answer cannot be used.
    """
    recu = recu_of(appel)
    if may_search(recu.accord) is not Recherche.PERMISE:
        raise RechercheInterdite
    contexte = _contexte(recu, session)
    try:
        found = asyncio.run(fetch_kos(settings.DRIMBOX, contexte, vus=_seen(appel), most=settings.DRIMBOX.conso.max_kos))
    except DrimmError as error:
        with transaction.atomic():
            record("recherche:dmp:failed", trace=new_trace(), code=error.code, dossier_id=appel.id)
        raise
    _keep(appel, recu.patient.ins, found, now)


def _seen(appel: Appel) -> DejaVus:
    rows = KosTrouve.objects.filter(appel=appel)
    refused = rows.filter(contenu=b"").exclude(code=KosNonDemande.code)
    return DejaVus(_keys(rows.exclude(contenu=b"")), _keys(refused))


def _keys(rows: QuerySet[KosTrouve]) -> frozenset[str]:
    return frozenset(rows.values_list("sop_instance_uid", flat=True))


def _contexte(recu: AppelRecu, session: SessionProfessionnel) -> ContexteVihf:
    """Say who asks, from where and for whom (VIHF in mode AIR)."""
    situation, own = situation_of(session), settings.DRIMBOX.structure
    if situation is None:
        raise SituationAbsente
    assert recu.patient.ins is not None  # the reader of calls requires it
    return ContexteVihf(
        mode=ModeVihf.INDIRECTE_RENFORCEE,
        professionnel=professionnel_of(session).in_situation(situation),
        structure=situation.structure or Structure(own.identifiant, own.nom),
        secteur_activite=Code(situation.activite.secteur or own.secteur_activite, TABLE_SECTEUR),
        patient_ins=recu.patient.ins,
    )


@transaction.atomic
def _keep(appel: Appel, ins: Identifiant | None, found: list[Document], now: datetime) -> None:
    uids = [_key(document) for document in found]
    # what the record no longer shows is no longer shown; what was brought from it stays told until the call expires
    KosTrouve.objects.filter(appel=appel, rapatriement__isnull=True).exclude(sop_instance_uid__in=uids).delete()
    kept = _keys(KosTrouve.objects.filter(appel=appel).exclude(contenu=b""))
    for document in found:
        if _key(document) not in kept:
            KosTrouve.objects.filter(appel=appel, sop_instance_uid=_key(document)).delete()
            _keep_one(appel, ins, document, now)
    appel.searched_at = now
    appel.save(update_fields=["searched_at"])
    record("recherche:dmp:searched", dossier_id=appel.id, count=len(found))
    waiting = sum(isinstance(document.error, KosNonDemande) for document in found)
    if waiting:
        record("recherche:dmp:partial", code=KosNonDemande.code, dossier_id=appel.id, count=waiting)


def _key(document: Document) -> str:
    """Return under what an entry is kept: its UID, or the print of an identifier that is none and may be of any length."""
    unique_id = document.fiche.unique_id
    return unique_id if is_loose_uid(unique_id) else sha256(unique_id.encode()).hexdigest()


def _keep_one(appel: Appel, ins: Identifiant | None, document: Document, now: datetime) -> None:
    row = KosTrouve(appel=appel, sop_instance_uid=_key(document), found_at=now)
    shown, contenu = apercu.of_fiche(document.fiche), b""
    try:
        shown, contenu = _read(document, ins, shown)
    except DrimmError as error:
        row.code = error.code
        if not isinstance(error, KosNonDemande):  # nothing was asked: one line tells how many wait
            record("recherche:kos:refused", trace=new_trace(), code=error.code, dossier_id=appel.id)
    row.fiche = seal(row, shown.to_bytes())
    row.contenu = seal(row, contenu) if contenu else b""
    row.save(force_insert=True)


def _read(document: Document, ins: Identifiant | None, shown: apercu.Apercu) -> tuple[apercu.Apercu, bytes]:
    if not is_loose_uid(document.fiche.unique_id):
        raise IdentifiantHorsNorme
    if document.error is not None:
        raise document.error
    kos = read_kos(document.contenu, limites=LimitesKos(octets=settings.DRIMBOX.conso.max_kos_bytes))
    if ins is None or kos.patient_ins is None or kos.patient_ins.value != ins.value or kos.sop_instance_uid != document.fiche.unique_id:
        raise AutrePatient
    return apercu.with_kos(shown, kos, settings.DRIMBOX.zone), document.contenu
