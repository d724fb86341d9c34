# SPDX-FileCopyrightText: 2026 drimm contributors
# SPDX-License-Identifier: EUPL-1.2
"""Lenient reading of a KOS, whoever made it: ours, those of other DRIMboxes, of the agency's samples, of IHE test kits.

Lenient on form (missing template, text at the root, blanks around values, any order), strict on what a patient's safety hangs on: it is a
Key Object Selection of one study, and every object it points to has a series and a UID. Nothing in it is trusted: addresses least of all.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from io import BytesIO

import pydicom.config
from pydicom import dcmread
from pydicom.dataset import Dataset

from drimbox.socle.kos.description import SerieDecrite, parse_description
from drimbox.socle.kos.elements import items_of
from drimbox.socle.kos.errors import KosIdentifiant, KosIllisible, KosIncomplet, KosPlusieursExamens, KosTropGros
from drimbox.socle.kos.model import InstanceKos, KosLu, SerieKos
from drimbox.socle.pacs.textes import texte_de
from drimbox.socle.pacs.uids import KEY_OBJECT_SELECTION, is_loose_uid
from drimbox.socle.personnes import Identifiant

pydicom.config.settings.reading_validation_mode = pydicom.config.IGNORE


@dataclass(frozen=True, slots=True)
class LimitesKos:
    """What the reader accepts.

    Attributes:
        octets: size of the file (a KOS of 10,000 instances weighs 2 MB).
        series: number of series.
        instances: number of objects pointed to.
    """

    octets: int = 16 * 1024 * 1024
    series: int = 5_000
    instances: int = 100_000


LIMITES = LimitesKos()


def read_kos(data: bytes, *, limites: LimitesKos = LIMITES) -> KosLu:
    """Read a KOS from a Part-10 file.

    Raises:
        KosTropGros: beyond a limit.
        KosIncomplet: it points to nothing.
        KosPlusieursExamens: it points to several studies.
        KosIdentifiant: what it names is not named by a DICOM UID.
        KosIllisible: anything else that is not a usable KOS.
    """
    if len(data) > limites.octets:
        raise KosTropGros
    dataset = _parse(data)
    try:
        return _read(dataset, limites)
    except KosIllisible:
        raise
    except (AttributeError, KeyError, TypeError, ValueError, IndexError) as error:
        raise KosIllisible from error


def _parse(data: bytes) -> Dataset:
    try:
        dataset = dcmread(BytesIO(data), stop_before_pixels=True)
        for _element in dataset.iterall():
            pass  # values are decoded here, where what goes wrong is expected
    except Exception as error:  # pydicom raises struct.error, zlib.error, RecursionError and others on hostile bytes
        raise KosIllisible from error
    return dataset


def _read(dataset: Dataset, limites: LimitesKos) -> KosLu:
    if _text(dataset, "SOPClassUID") != KEY_OBJECT_SELECTION or not _text(dataset, "SOPInstanceUID"):
        raise KosIllisible
    study_uid, named = _evidence(dataset, limites)
    description = parse_description("\n".join(_texts(dataset)))
    series = tuple(_read_serie(uid, items, description.series.get(uid)) for uid, items in named.items())
    series = tuple(serie for serie in series if serie.instances)
    _check_uids(_text(dataset, "SOPInstanceUID"), study_uid, series)
    count = sum(len(serie.instances) for serie in series)
    if not count:
        raise KosIncomplet
    if count > limites.instances:
        raise KosTropGros
    request = _first(dataset, "ReferencedRequestSequence")
    return KosLu(
        sop_instance_uid=_text(dataset, "SOPInstanceUID"),
        study_instance_uid=study_uid,
        patient_ins=_patient_id(dataset),
        patient_name=_text(dataset, "PatientName"),
        patient_birth_date=_text(dataset, "PatientBirthDate"),
        patient_sex=_text(dataset, "PatientSex"),
        accession=_accession(dataset, request),
        order=_issued(request, "PlacerOrderNumberImagingServiceRequest", "OrderPlacerIdentifierSequence"),
        title=_text(_first(dataset, "ConceptNameCodeSequence"), "CodeValue"),
        instance_number=_int(dataset, "InstanceNumber") or 1,
        study_date=_text(dataset, "StudyDate"),
        study_time=_text(dataset, "StudyTime"),
        study_description=_text(dataset, "StudyDescription") or description.examen,
        acte=description.acte,
        institution_name=_text(dataset, "InstitutionName"),
        series=tuple(sorted(series, key=lambda serie: serie.number if serie.number is not None else 2**31)),
    )


def _evidence(dataset: Dataset, limites: LimitesKos) -> tuple[str, dict[str, list[Dataset]]]:
    """Return the study of the evidence and the items of each series; a KOS of this mesh points to one study.

    A series may be named by several items: its objects are those of all of them.
    """
    studies = list(items_of(dataset, "CurrentRequestedProcedureEvidenceSequence"))
    uids = {_text(study, "StudyInstanceUID") or _text(dataset, "StudyInstanceUID") for study in studies}
    if not all(uids) or not uids:
        raise KosIncomplet
    if len(uids) > 1:
        raise KosPlusieursExamens
    series = [item for study in studies for item in items_of(study, "ReferencedSeriesSequence") if _text(item, "SeriesInstanceUID")]
    if len(series) > limites.series:
        raise KosTropGros
    named: dict[str, list[Dataset]] = {}
    for item in series:
        named.setdefault(_text(item, "SeriesInstanceUID"), []).append(item)
    return uids.pop(), named


def _check_uids(kos: str, study: str, series: Sequence[SerieKos]) -> None:
    objects = (instance.sop_instance_uid for serie in series for instance in serie.instances)
    if not all(map(is_loose_uid, (kos, study, *(serie.series_instance_uid for serie in series), *objects))):
        raise KosIdentifiant


def _read_serie(uid: str, items: Sequence[Dataset], described: SerieDecrite | None) -> SerieKos:
    instances = {
        _text(sop, "ReferencedSOPInstanceUID"): InstanceKos(
            sop_class_uid=_text(sop, "ReferencedSOPClassUID"),
            sop_instance_uid=_text(sop, "ReferencedSOPInstanceUID"),
            number=_int(sop, "InstanceNumber"),
            frames=_int(sop, "NumberOfFrames"),
        )
        for item in items
        for sop in items_of(item, "ReferencedSOPSequence")
        if _text(sop, "ReferencedSOPInstanceUID")
    }
    return SerieKos(
        series_instance_uid=uid,
        modality=described.modality if described else "",
        description=described.description if described else "",
        number=next((number for item in items if (number := _int(item, "SeriesNumber")) is not None), None),
        retrieve_url=next((url for item in items if (url := _text(item, "RetrieveURL"))), None),
        instances=tuple(sorted(instances.values(), key=lambda i: i.number if i.number is not None else 2**31)),
    )


def _patient_id(dataset: Dataset) -> Identifiant | None:
    value = _text(dataset, "PatientID")
    if not value:
        return None
    return Identifiant(value, _text(_first(dataset, "IssuerOfPatientIDQualifiersSequence"), "UniversalEntityID"))


def _accession(dataset: Dataset, request: Dataset) -> Identifiant | None:
    issued = _issued(request, "AccessionNumber", "IssuerOfAccessionNumberSequence")
    return issued or _issued(dataset, "AccessionNumber", "IssuerOfAccessionNumberSequence")


def _issued(dataset: Dataset, keyword: str, issuer: str) -> Identifiant | None:
    value = _text(dataset, keyword)
    return Identifiant(value, _text(_first(dataset, issuer), "UniversalEntityID")) if value else None


def _texts(dataset: Dataset) -> Iterator[str]:
    """Yield the free texts: at the root in old KOS, in TEXT items otherwise."""
    yield texte_de(dataset, "TextValue")
    for item in items_of(dataset, "ContentSequence"):
        if _text(item, "ValueType") in {"TEXT", ""}:
            yield texte_de(item, "TextValue")


def _first(dataset: Dataset, keyword: str) -> Dataset:
    return next(iter(items_of(dataset, keyword)), Dataset())


def _text(dataset: Dataset, keyword: str) -> str:
    return " ".join(texte_de(dataset, keyword).replace("\x00", "").split())


def _int(dataset: Dataset, keyword: str) -> int | None:
    text = _text(dataset, keyword)
    return int(text) if text.lstrip("+-").isdecimal() and len(text) <= 12 else None
