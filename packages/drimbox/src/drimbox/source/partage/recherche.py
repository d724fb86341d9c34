# SPDX-FileCopyrightText: 2026 drimm contributors
# SPDX-License-Identifier: EUPL-1.2
"""Searches (QIDO-RS, DICOM PS3.18 §10.6) in the one study of a KOS, answered from that KOS alone: no other study exists here."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from fnmatch import fnmatchcase

from pydicom.datadict import keyword_for_tag, tag_for_keyword
from pydicom.dataset import Dataset

from drimbox.socle.kos.model import InstanceKos, SerieKos
from drimbox.source.admission.contenu import ExamenOuvert
from drimbox.source.admission.errors import AdresseIllisible
from drimbox.source.partage.paths import BASE, Ressource

MAX_PARAMETERS = 64
MAX_VALUE = 512
UNICODE = "ISO_IR 192"
_TAG = re.compile(r"[0-9A-Fa-f]{8}")
_CONTROLS = frozenset({"limit", "offset", "includefield", "fuzzymatching", "emptyvaluematching", "multiplevaluematching"})


@dataclass(frozen=True, slots=True)
class Question:
    """A search as it was asked.

    Attributes:
        wanted: keyword → value to match.
        offset: rows left out at the beginning.
        limit: most rows answered, or None.
        fuzzy: whether the peer wished a phonetic search of names, which is not made.
    """

    wanted: Mapping[str, str]
    offset: int = 0
    limit: int | None = None
    fuzzy: bool = False


def read_question(query: Iterable[tuple[str, str]]) -> Question:
    """Read the parameters of a search; attributes are given by keyword or by tag, case is that of the standard.

    Raises:
        AdresseIllisible: a parameter is too long, there are too many, or a bound is not a number.
    """
    pairs = list(query)
    if len(pairs) > MAX_PARAMETERS or any(len(name) > MAX_VALUE or len(value) > MAX_VALUE for name, value in pairs):
        raise AdresseIllisible("La recherche demandée est trop longue.")
    controls = {name.lower(): value for name, value in pairs if name.lower() in _CONTROLS}
    wanted = {_keyword(name): value.strip() for name, value in pairs if name.lower() not in _CONTROLS and value.strip()}
    limit = _count(controls["limit"]) if "limit" in controls else None
    return Question(wanted, _count(controls.get("offset", "0")), limit, controls.get("fuzzymatching") == "true")


def search(examen: ExamenOuvert, ressource: Ressource, question: Question, db: str) -> list[Dataset]:
    """Return the rows of a search, in the order of the KOS.

    Args:
        examen: what the KOS opens.
        ressource: level and what the path already names.
        question: what must match.
        db: our name, under which addresses are written.
    """
    rows = {"studies": _studies, "series": _series, "instances": _instances}[ressource.level](examen, ressource, db)
    found = [row for row in rows if matches(row, question)]
    return found[question.offset :][: question.limit]


def matches(row: Dataset, question: Question) -> bool:
    """Tell whether a row has every value wanted; what the KOS does not say cannot be matched and is left aside (§8.3.4.1)."""
    return all(_same(keyword, str(row.get(keyword)), value) for keyword, value in question.wanted.items() if row.get(keyword) is not None)


def unknown_keywords(question: Question, rows: Iterable[Dataset]) -> list[str]:
    """Return the attributes asked that no row can tell: the peer is warned that they did not filter."""
    known = {element.keyword for row in rows for element in row}
    return sorted(keyword for keyword in question.wanted if keyword not in known)


def _same(keyword: str, value: str, wanted: str) -> bool:
    if keyword.endswith("Date") and "-" in wanted:
        first, _, last = wanted.partition("-")
        return bool(value) and (not first or value >= first) and (not last or value <= last)
    if keyword.endswith("UID"):
        return value in re.split(r"[,\\]", wanted)
    if keyword == "ModalitiesInStudy":
        return wanted in value
    if "*" in wanted or "?" in wanted:
        return fnmatchcase(value.casefold(), wanted.replace("[", "[[]").casefold())
    return value.casefold() == wanted.casefold()


def _studies(examen: ExamenOuvert, _ressource: Ressource, db: str) -> Iterator[Dataset]:
    row = _study_row(examen, db)
    modalities = sorted({serie.modality for serie in examen.lu.series if serie.modality})
    row.ModalitiesInStudy = modalities or None
    row.NumberOfStudyRelatedSeries, row.NumberOfStudyRelatedInstances = len(examen.lu.series), examen.lu.instances_count
    yield row


def _study_row(examen: ExamenOuvert, db: str) -> Dataset:
    lu, row = examen.lu, Dataset()
    row.SpecificCharacterSet = UNICODE
    row.StudyInstanceUID, row.StudyDate, row.StudyTime = lu.study_instance_uid, lu.study_date, lu.study_time
    row.StudyDescription, row.StudyID = lu.study_description, None
    row.PatientName, row.PatientBirthDate, row.PatientSex = lu.patient_name, lu.patient_birth_date, lu.patient_sex
    row.PatientID = examen.ins.value if examen.ins else ""
    row.AccessionNumber = lu.accession.value if lu.accession else ""
    row.ReferringPhysicianName, row.InstanceAvailability = None, "ONLINE"
    row.RetrieveURL = f"https://{db}{BASE}/studies/{lu.study_instance_uid}"
    return row


def _series(examen: ExamenOuvert, ressource: Ressource, db: str) -> Iterator[Dataset]:
    for serie in examen.lu.series:
        yield _series_row(_above(examen, ressource, db), examen, serie, db)


def _above(examen: ExamenOuvert, ressource: Ressource, db: str) -> Dataset:
    """Attributes of the study, when the path does not name it (§10.6.3.3)."""
    return Dataset() if ressource.study is not None else _study_row(examen, db)


def _series_row(row: Dataset, examen: ExamenOuvert, serie: SerieKos, db: str) -> Dataset:
    row.SpecificCharacterSet = UNICODE
    row.StudyInstanceUID, row.SeriesInstanceUID = examen.lu.study_instance_uid, serie.series_instance_uid
    row.Modality, row.SeriesNumber, row.SeriesDescription = serie.modality, serie.number, serie.description
    row.NumberOfSeriesRelatedInstances = len(serie.instances)
    row.RetrieveURL = f"https://{db}{BASE}/studies/{examen.lu.study_instance_uid}/series/{serie.series_instance_uid}"
    return row


def _instances(examen: ExamenOuvert, ressource: Ressource, db: str) -> Iterator[Dataset]:
    for serie in examen.lu.series:
        if ressource.series in {None, serie.series_instance_uid}:
            for instance in serie.instances:
                above = _above(examen, ressource, db)
                yield _instance_row(above if ressource.series else _series_row(above, examen, serie, db), examen, serie, instance, db)


def _instance_row(row: Dataset, examen: ExamenOuvert, serie: SerieKos, instance: InstanceKos, db: str) -> Dataset:
    row.SpecificCharacterSet = UNICODE
    row.StudyInstanceUID, row.SeriesInstanceUID = examen.lu.study_instance_uid, serie.series_instance_uid
    row.SOPClassUID, row.SOPInstanceUID = instance.sop_class_uid, instance.sop_instance_uid
    row.InstanceNumber, row.NumberOfFrames = instance.number, instance.frames
    row.InstanceAvailability = "ONLINE"
    path = f"studies/{examen.lu.study_instance_uid}/series/{serie.series_instance_uid}/instances/{instance.sop_instance_uid}"
    row.RetrieveURL = f"https://{db}{BASE}/{path}"
    return row


def _keyword(name: str) -> str:
    """Return the keyword of an attribute named by keyword or tag; the name itself when the standard does not know it."""
    if _TAG.fullmatch(name):
        return keyword_for_tag(int(name, 16)) or name
    return name if tag_for_keyword(name) is not None else name[:64]


def _count(text: str) -> int:
    if not re.fullmatch(r"[0-9]{1,9}", text):
        raise AdresseIllisible("Une borne de la recherche n'est pas un nombre.")
    return int(text)
