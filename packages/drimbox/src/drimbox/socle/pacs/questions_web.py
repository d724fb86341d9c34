# SPDX-FileCopyrightText: 2026 drimm contributors
# SPDX-License-Identifier: EUPL-1.2
"""Questions to a PACS over DICOMweb (QIDO-RS), for those whose C-FIND is slow, closed, or absent."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from urllib.parse import quote

from drimbox.config import Pacs
from drimbox.socle.pacs.errors import PacsAbsent, PacsIncomplet, PacsRefuse
from drimbox.socle.pacs.limites import LIMITES, LimitesReponse
from drimbox.socle.pacs.model import EtudePacs, InstancePacs, SeriePacs, rank
from drimbox.socle.pacs.qido import Row, integer, search, text

ACCESSION, ISSUER, PATIENT_ID, PATIENT_NAME = "00080050", "00100021", "00100020", "00100010"
BIRTH_DATE, SEX, REFERRING, STUDY_DATE, STUDY_TIME = "00100030", "00100040", "00080090", "00080020", "00080030"
STUDY_DESCRIPTION, STUDY_ID, STUDY_UID, SERIES_UID = "00081030", "00200010", "0020000D", "0020000E"
MODALITY, SERIES_NUMBER, SERIES_DESCRIPTION = "00080060", "00200011", "0008103E"
SOP_CLASS, SOP_INSTANCE, INSTANCE_NUMBER, FRAMES = "00080016", "00080018", "00200013", "00280008"
SERIES_INSTANCES = "00201209"

STUDY_FIELDS = (ISSUER, BIRTH_DATE, SEX, REFERRING, STUDY_DESCRIPTION, STUDY_ID, STUDY_TIME)
SERIES_FIELDS = (MODALITY, SERIES_NUMBER, SERIES_DESCRIPTION, SERIES_INSTANCES)
IMAGE_FIELDS = (SOP_CLASS, INSTANCE_NUMBER, FRAMES)


@dataclass(frozen=True, slots=True)
class _Recherche:
    """What is searched: below which address, what names a row, what must match, what is wanted besides."""

    path: str
    key: str
    matching: tuple[tuple[str, str], ...] = ()
    fields: tuple[str, ...] = ()
    only_one: bool = False

    @property
    def parameters(self) -> list[tuple[str, str]]:
        return [*self.matching, *(("includefield", field) for field in self.fields)]


def echo(pacs: Pacs) -> None:
    """Ask one study, whichever: the PACS lives when it answers."""
    search(pacs, "/studies", [("limit", "1")], LIMITES.octets)


def find_etude(pacs: Pacs, study_uid: str, *, series_uid: str | None = None, limites: LimitesReponse = LIMITES) -> EtudePacs | None:
    """Describe one study; see :func:`drimbox.socle.pacs.questions.find_etude`."""
    wanted = _Recherche("/studies", STUDY_UID, ((STUDY_UID, study_uid),), STUDY_FIELDS, only_one=True)
    rows = _all(pacs, wanted, limites.studies, limites)
    etude = next((row for row in rows if text(row, STUDY_UID) == study_uid), None)
    if etude is None:
        return None
    try:
        series = _find_series(pacs, study_uid, series_uid, limites)
    except PacsAbsent:
        return None  # gone between two questions
    return _to_etude(etude, study_uid, series) if series else None


def find_study_uids(pacs: Pacs, *, accession: str, limites: LimitesReponse = LIMITES) -> tuple[str, ...]:
    """Return the studies of an accession number; see :func:`drimbox.socle.pacs.questions.find_study_uids`."""
    rows = _all(pacs, _Recherche("/studies", STUDY_UID, ((ACCESSION, accession),)), limites.studies, limites)
    return tuple(dict.fromkeys(text(row, STUDY_UID) for row in rows if text(row, ACCESSION) == accession))


def _find_series(pacs: Pacs, study_uid: str, series_uid: str | None, limites: LimitesReponse) -> tuple[SeriePacs, ...]:
    base = f"/studies/{quote(study_uid, safe='')}/series"
    matching = ((SERIES_UID, series_uid),) if series_uid else ()
    rows = list(_all(pacs, _Recherche(base, SERIES_UID, matching, SERIES_FIELDS), limites.series, limites))
    series, budget = [], limites.instances
    for row in rows:
        uid = text(row, SERIES_UID)
        if series_uid and uid != series_uid:
            continue
        instances = _find_instances(pacs, f"{base}/{quote(uid, safe='')}/instances", budget, limites)
        if len(instances) < (integer(row, SERIES_INSTANCES) or 0):
            # a page lost in silence would be images that the pointer forgets
            raise PacsIncomplet("Le PACS annonce plus d'instances qu'il n'en décrit (QIDO).")
        budget -= len(instances)
        if instances:
            series.append(SeriePacs(uid, text(row, MODALITY), integer(row, SERIES_NUMBER), text(row, SERIES_DESCRIPTION), instances))
    return tuple(sorted(series, key=lambda serie: (rank(serie.number), serie.series_instance_uid)))


def _find_instances(pacs: Pacs, path: str, limit: int, limites: LimitesReponse) -> tuple[InstancePacs, ...]:
    instances = [
        InstancePacs(text(row, SOP_CLASS), text(row, SOP_INSTANCE), integer(row, INSTANCE_NUMBER), integer(row, FRAMES))
        for row in _all(pacs, _Recherche(path, SOP_INSTANCE, (), IMAGE_FIELDS), limit, limites)
    ]
    return tuple(sorted(instances, key=lambda instance: (rank(instance.number), instance.sop_instance_uid)))


def _all(pacs: Pacs, recherche: _Recherche, limit: int, limites: LimitesReponse) -> Iterator[Row]:
    """Ask page after page, until one brings nothing new: a server may give less than the page asked, or know no pages at all."""
    seen: set[str] = set()
    while True:
        page = [("limit", str(limites.page)), ("offset", str(len(seen)))]
        rows = {text(row, recherche.key): row for row in search(pacs, recherche.path, [*recherche.parameters, *page], limites.octets)}
        new = {uid: row for uid, row in rows.items() if uid and uid not in seen}
        seen |= new.keys()
        if len(seen) > limit:
            raise PacsRefuse(f"Le PACS annonce plus de {limit} réponses (QIDO).")
        yield from new.values()
        if not new or recherche.only_one:
            return


def _to_etude(row: Row, study_uid: str, series: tuple[SeriePacs, ...]) -> EtudePacs:
    return EtudePacs(
        study_instance_uid=study_uid,
        accession_number=text(row, ACCESSION),
        patient_id=text(row, PATIENT_ID),
        issuer_of_patient_id=text(row, ISSUER),
        patient_name=text(row, PATIENT_NAME),
        patient_birth_date=text(row, BIRTH_DATE),
        patient_sex=text(row, SEX),
        study_date=text(row, STUDY_DATE),
        study_time=text(row, STUDY_TIME),
        study_id=text(row, STUDY_ID),
        study_description=text(row, STUDY_DESCRIPTION),
        referring_physician_name=text(row, REFERRING),
        series=series,
    )
