# SPDX-FileCopyrightText: 2026 drimm contributors
# SPDX-License-Identifier: EUPL-1.2
"""The rows of a search, from the KOS alone, and their DICOM JSON (PS3.18 §10.6.3.3 and annex F).

Written without building data sets: a study has thousands of instances, and whoever asks gets a row for each.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, TypeAlias

from pydicom.datadict import dictionary_VR, tag_for_keyword

from drimbox.socle.kos.model import InstanceKos, SerieKos
from drimbox.source.admission.contenu import ExamenOuvert
from drimbox.source.partage.json_dicom import UNICODE
from drimbox.source.partage.paths import BASE, Ressource

Valeur: TypeAlias = "str | int | tuple[str, ...] | None"
Rangee: TypeAlias = Mapping[str, Valeur]
"""Keyword → value; None for what the KOS does not say."""

STUDY = frozenset({
    "StudyInstanceUID", "StudyDate", "StudyTime", "StudyDescription", "PatientName", "PatientBirthDate", "PatientSex", "PatientID",
    "AccessionNumber", "ModalitiesInStudy", "NumberOfStudyRelatedSeries", "NumberOfStudyRelatedInstances", "InstanceAvailability",
})  # fmt: skip
SERIES = frozenset(
    {"StudyInstanceUID", "SeriesInstanceUID", "Modality", "SeriesNumber", "SeriesDescription", "NumberOfSeriesRelatedInstances"}
)
INSTANCE = frozenset({
    "StudyInstanceUID", "SeriesInstanceUID", "SOPClassUID", "SOPInstanceUID", "InstanceNumber", "NumberOfFrames", "InstanceAvailability",
})  # fmt: skip
"""Keywords that rows of each level can be matched by."""

_COUNTED = frozenset({"ModalitiesInStudy", "NumberOfStudyRelatedSeries", "NumberOfStudyRelatedInstances"})
_UNSAID = ("SpecificCharacterSet", "RetrieveURL", "StudyID", "ReferringPhysicianName")
_ELEMENTS = {
    keyword: (f"{tag:08X}", dictionary_VR(tag))
    for keyword in (*STUDY, *SERIES, *INSTANCE, *_UNSAID)
    if (tag := tag_for_keyword(keyword)) is not None
}
_COMPONENTS = ("Alphabetic", "Ideographic", "Phonetic")


def keywords(ressource: Ressource) -> frozenset[str]:
    """Return those by which the rows of a search can be matched: those of their level, and of what the path does not name above it."""
    if ressource.level == "studies":
        return STUDY
    above = STUDY - _COUNTED if ressource.study is None else frozenset()
    if ressource.level == "series":
        return above | SERIES
    return above | INSTANCE if ressource.series else above | SERIES | INSTANCE


def of_study(examen: ExamenOuvert) -> Rangee:
    """Return what is told of the study."""
    lu = examen.lu
    return {
        "StudyInstanceUID": lu.study_instance_uid,
        "StudyDate": lu.study_date,
        "StudyTime": lu.study_time,
        "StudyDescription": lu.study_description,
        "StudyID": None,
        "PatientName": lu.patient_name,
        "PatientBirthDate": lu.patient_birth_date,
        "PatientSex": lu.patient_sex,
        "PatientID": examen.ins.value if examen.ins else "",
        "AccessionNumber": lu.accession.value if lu.accession else "",
        "ReferringPhysicianName": None,
        "InstanceAvailability": "ONLINE",
    }


def of_its_content(examen: ExamenOuvert) -> Rangee:
    """Return what a row of a study counts."""
    return {
        "ModalitiesInStudy": tuple(sorted({serie.modality for serie in examen.lu.series if serie.modality})) or None,
        "NumberOfStudyRelatedSeries": len(examen.lu.series),
        "NumberOfStudyRelatedInstances": examen.lu.instances_count,
    }


def of_serie(examen: ExamenOuvert, serie: SerieKos) -> Rangee:
    """Return what is told of a series."""
    return {
        "StudyInstanceUID": examen.lu.study_instance_uid,
        "SeriesInstanceUID": serie.series_instance_uid,
        "Modality": serie.modality,
        "SeriesNumber": serie.number,
        "SeriesDescription": serie.description,
        "NumberOfSeriesRelatedInstances": len(serie.instances),
    }


def of_instance(examen: ExamenOuvert, serie: SerieKos, instance: InstanceKos) -> Rangee:
    """Return what is told of an instance."""
    return {
        "StudyInstanceUID": examen.lu.study_instance_uid,
        "SeriesInstanceUID": serie.series_instance_uid,
        "SOPClassUID": instance.sop_class_uid,
        "SOPInstanceUID": instance.sop_instance_uid,
        "InstanceNumber": instance.number,
        "NumberOfFrames": instance.frames,
        "InstanceAvailability": "ONLINE",
    }


def to_json(row: Rangee, level: str, db: str) -> dict[str, Any]:
    """Return the JSON object of a row, with the address of what it tells of.

    Args:
        row: what is told.
        level: ``studies``, ``series`` or ``instances``.
        db: our name, under which the address is written.
    """
    told = {**row, "SpecificCharacterSet": UNICODE, "RetrieveURL": _url(row, level, db)}
    return dict(sorted(_element(keyword, value) for keyword, value in told.items()))


def _url(row: Rangee, level: str, db: str) -> str:
    named = (("studies", "StudyInstanceUID"), ("series", "SeriesInstanceUID"), ("instances", "SOPInstanceUID"))
    count = [name for name, _ in named].index(level) + 1
    return f"https://{db}{BASE}/" + "/".join(f"{name}/{row[keyword]}" for name, keyword in named[:count])


def _element(keyword: str, value: Valeur) -> tuple[str, dict[str, Any]]:
    tag, vr = _ELEMENTS[keyword]
    values = _values(value, vr)
    return tag, {"vr": vr, "Value": [_name(one) if vr == "PN" else one for one in values]} if values else {"vr": vr}


def _values(value: Valeur, vr: str) -> list[Any]:
    if value is None or value in {"", ()}:
        return []
    if isinstance(value, str):
        return [value] if vr == "UR" else value.split("\\")
    return list(value) if isinstance(value, tuple) else [value]


def _name(text: str) -> dict[str, str]:
    return {name: part for name, part in zip(_COMPONENTS, text.split("="), strict=False) if part}
