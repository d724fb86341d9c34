# SPDX-FileCopyrightText: 2026 drimm contributors
# SPDX-License-Identifier: EUPL-1.2
"""Conducts one rapatriement: series after series, from the source to the PACS, writing down what the PACS said."""

from __future__ import annotations

from collections.abc import AsyncGenerator, Iterator
from contextlib import aclosing
from datetime import UTC, datetime
from time import monotonic
from uuid import UUID

from confiance.errors import DrimmError, OwnError
from confiance.exploitation.logs import get_logger
from confiance.liste_blanche import ListeBlanche
from drimbox.config import DrimboxSettings
from drimbox.conso.appel.actions import fresh_token
from drimbox.conso.appel.errors import SessionAbsente
from drimbox.conso.rapatriement import actions
from drimbox.conso.rapatriement.errors import DestinationRefusee, ErreurInterne, ImagesManquantes, ImagesRefusees
from drimbox.conso.rapatriement.models import Rapatriement, SerieRapatriee
from drimbox.conso.rapatriement.multipart import Limits
from drimbox.conso.rapatriement.objet import Attendu
from drimbox.conso.rapatriement.pair import context_towards
from drimbox.conso.rapatriement.pont import pulled
from drimbox.conso.rapatriement.rules import Destination, choose_destination
from drimbox.conso.rapatriement.source import Chemin, Demande, fetch_series
from drimbox.conso.rapatriement.states import EtatSerie
from drimbox.conso.rapatriement.veille import Veille, watched
from drimbox.conso.recherche_dmp.queries import kos_of
from drimbox.conso.restitution.actions import give
from drimbox.socle.annuaire import acheminement
from drimbox.socle.annuaire import queries as annuaire
from drimbox.socle.kos.model import KosLu, SerieKos
from drimbox.socle.pacs.model import ObjetDicom
from drimbox.socle.personnes import OIDS_INS

PROGRESS_SECONDS = 0.5
log = get_logger("rapatriement")


def _utc_now() -> datetime:
    return datetime.now(UTC)


def conduct(drimbox: DrimboxSettings, rapatriement_id: UUID) -> None:
    """Bring the images of one KOS. It may run again after a fall: what is complete is not asked twice."""
    row = actions.begin(rapatriement_id, _utc_now())
    if row is None:
        return
    kos = kos_of(row.kos)
    named = {serie.series_instance_uid: serie for serie in kos.series}
    for serie in SerieRapatriee.objects.filter(rapatriement=row).exclude(state=EtatSerie.COMPLETE).order_by("position"):
        _bring(drimbox, row, kos, named, serie)
    actions.end(row.id, _utc_now())


def _bring(drimbox: DrimboxSettings, row: Rapatriement, kos: KosLu, series: dict[str, SerieKos], serie: SerieRapatriee) -> None:
    """Bring one series; whatever goes wrong is written on its row and does not stop the others."""
    actions.begin_series(serie, "")
    error: DrimmError | None = None
    try:
        named = series[serie.series_instance_uid]
        destination = choose_destination(named.retrieve_url, _liste(), drimbox.zone)
        actions.begin_series(serie, str(destination.db))
        if row.session is None:
            raise SessionAbsente
        _carry(drimbox, _demande(kos, named, destination, fresh_token(row.session.pk, _utc_now())), serie)
    except DrimmError as raised:
        error = raised
    except Exception as unforeseen:  # a fault of ours ends this series too: raised, its job would be tried again for ever
        log.error("rapatriement:serie:failed", trace=row.trace, exc_info=unforeseen)
        error = ErreurInterne()
    actions.end_series(row, serie, error)


def _liste() -> ListeBlanche:
    """Return the list in force; without one no token leaves."""
    try:
        return annuaire.current(_utc_now())
    except OwnError as error:
        raise DestinationRefusee("Aucune Liste Blanche en vigueur ne permet de joindre une source.", remede=error.remede) from error


def _demande(kos: KosLu, named: SerieKos, destination: Destination, token: str) -> Demande:
    instances = {instance.sop_instance_uid: instance.sop_class_uid for instance in named.instances}
    ins = kos.patient_ins.value if kos.patient_ins is not None and kos.patient_ins.oid in OIDS_INS else ""
    attendu = Attendu(kos.study_instance_uid, named.series_instance_uid, instances, ins)
    return Demande(destination, attendu, kos.sop_instance_uid, token)


def _carry(drimbox: DrimboxSettings, demande: Demande, serie: SerieRapatriee) -> None:
    """Carry one series from the source to the PACS."""
    conso = drimbox.conso
    veille = Veille(demande.destination, drimbox.tls, _utc_now)
    context = context_towards(demande.destination, drimbox.tls, _utc_now, crls=annuaire.fetched_crls(), verified=veille.meet)

    async def fetch() -> AsyncGenerator[ObjetDicom, None]:
        resolver = acheminement.resolver(drimbox.acheminement)
        limits = Limits(max_part=conso.max_instance_bytes, max_parts=len(demande.attendu.instances) + 16)
        try:
            chemin = Chemin(context, resolver, conso.idle_seconds, limits)
            async with watched(veille.refusal), aclosing(fetch_series(demande, chemin)) as objets:
                async for objet in objets:
                    yield objet
        finally:
            await resolver.close()

    shown_at = monotonic()
    with pulled(fetch, buffered=conso.buffered_objects) as objets:
        for sent in give(drimbox, _counted(objets, serie)):
            serie.stored += sent.stored
            serie.refused += not sent.stored
            if monotonic() - shown_at >= PROGRESS_SECONDS:
                actions.write_progress(serie)
                shown_at = monotonic()
    if serie.refused:
        raise ImagesRefusees
    if serie.missing:
        raise ImagesManquantes


def _counted(objets: Iterator[ObjetDicom], serie: SerieRapatriee) -> Iterator[ObjetDicom]:
    """Count what arrives, each instance once."""
    seen: set[str] = set()
    for objet in objets:
        if objet.sop_instance_uid in seen:
            continue
        seen.add(objet.sop_instance_uid)
        serie.received += 1
        serie.bytes += len(objet.dataset)
        yield objet
