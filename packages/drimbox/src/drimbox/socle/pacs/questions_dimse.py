# SPDX-FileCopyrightText: 2026 drimm contributors
# SPDX-License-Identifier: EUPL-1.2
"""Questions to a PACS over DIMSE: C-ECHO, C-FIND.

Blocking functions, to be called from a worker or a thread, never from an event loop.
"""

from __future__ import annotations

from collections.abc import Iterator

from pydicom.dataset import Dataset
from pynetdicom import build_context
from pynetdicom.association import Association

from drimbox.config import Pacs
from drimbox.socle.pacs.associations import opened
from drimbox.socle.pacs.errors import PacsIndisponible, PacsRefuse
from drimbox.socle.pacs.limites import LIMITES, LimitesReponse
from drimbox.socle.pacs.model import EtudePacs, InstancePacs, SeriePacs, rank
from drimbox.socle.pacs.textes import texte_de

VERIFICATION = "1.2.840.10008.1.1"
STUDY_ROOT_FIND = "1.2.840.10008.5.1.4.1.2.2.1"
UNCOMPRESSED = ["1.2.840.10008.1.2.1", "1.2.840.10008.1.2"]
SUCCESS = 0x0000
PENDING = (0xFF00, 0xFF01)
UNIQUE_KEYS = {"STUDY": "StudyInstanceUID", "SERIES": "SeriesInstanceUID", "IMAGE": "SOPInstanceUID"}
"""Every answer of a level bears it (PS3.4 section C.6.2.1)."""

STUDY_KEYS = (
    "AccessionNumber", "IssuerOfPatientID", "PatientBirthDate", "PatientID", "PatientName", "PatientSex",
    "ReferringPhysicianName", "StudyDate", "StudyDescription", "StudyID", "StudyTime",
)  # fmt: skip
SERIES_KEYS = ("Modality", "SeriesDescription", "SeriesNumber")
IMAGE_KEYS = ("InstanceNumber", "NumberOfFrames", "SOPClassUID")


def echo(pacs: Pacs) -> None:
    """Ask the PACS whether it lives (C-ECHO).

    Raises:
        PacsIndisponible: it does not answer.
        PacsRefuse: it answers no.
    """
    with opened(pacs, [build_context(VERIFICATION, UNCOMPRESSED[-1])]) as association:
        status = association.send_c_echo().get("Status")
    if status is None:
        raise PacsIndisponible
    if status != SUCCESS:
        raise PacsRefuse(f"Le PACS refuse le C-ECHO (statut {status:#06x}).")


def find_etude(pacs: Pacs, study_uid: str, *, series_uid: str | None = None, limites: LimitesReponse = LIMITES) -> EtudePacs | None:
    """Describe one study, its series and its instances.

    Args:
        pacs: the PACS asked.
        study_uid: StudyInstanceUID.
        series_uid: describe this series only.
        limites: how much may be answered.

    Returns:
        The study, or None when the PACS does not hold it, or holds no instance of it.

    Raises:
        PacsIndisponible: it does not answer.
        PacsRefuse: it answers no, or too much.
    """
    with opened(pacs, [build_context(STUDY_ROOT_FIND, UNCOMPRESSED)]) as association:
        answers = list(_find(association, "STUDY", STUDY_KEYS, {"StudyInstanceUID": study_uid}, limites.studies))
        etude = next((answer for answer in answers if _text(answer, "StudyInstanceUID") == study_uid), None)
        if etude is None:
            return None
        series = _find_series(association, study_uid, series_uid, limites)
    return _to_etude(etude, study_uid, series) if series else None


def find_study_uids(pacs: Pacs, *, accession: str, limites: LimitesReponse = LIMITES) -> tuple[str, ...]:
    """Return the UIDs of the studies that bear this accession number, in the order of the PACS.

    Serves to tell a study that has not arrived yet from a report that names the wrong study.
    """
    with opened(pacs, [build_context(STUDY_ROOT_FIND, UNCOMPRESSED)]) as association:
        answers = _find(association, "STUDY", ("StudyInstanceUID",), {"AccessionNumber": accession}, limites.studies)
        return tuple(dict.fromkeys(_text(a, "StudyInstanceUID") for a in answers if _text(a, "AccessionNumber") == accession))


def _find_series(association: Association, study_uid: str, series_uid: str | None, limites: LimitesReponse) -> tuple[SeriePacs, ...]:
    keys = {"StudyInstanceUID": study_uid, "SeriesInstanceUID": series_uid or ""}
    answers = list(_find(association, "SERIES", SERIES_KEYS, keys, limites.series))
    series, budget = [], limites.instances
    for answer in answers:
        uid = _text(answer, "SeriesInstanceUID")
        instances = _find_instances(association, study_uid, uid, budget)
        budget -= len(instances)
        if instances:
            series.append(
                SeriePacs(uid, _text(answer, "Modality"), _int(answer, "SeriesNumber"), _text(answer, "SeriesDescription"), instances)
            )
    return tuple(sorted(series, key=lambda serie: (rank(serie.number), serie.series_instance_uid)))


def _find_instances(association: Association, study_uid: str, series_uid: str, limit: int) -> tuple[InstancePacs, ...]:
    keys = {"StudyInstanceUID": study_uid, "SeriesInstanceUID": series_uid, "SOPInstanceUID": ""}
    answers = _find(association, "IMAGE", IMAGE_KEYS, keys, limit)
    instances = {
        _text(a, "SOPInstanceUID"): InstancePacs(
            _text(a, "SOPClassUID"), _text(a, "SOPInstanceUID"), _int(a, "InstanceNumber"), _int(a, "NumberOfFrames")
        )
        for a in answers
    }
    return tuple(sorted(instances.values(), key=lambda instance: (rank(instance.number), instance.sop_instance_uid)))


def _find(association: Association, level: str, keys: tuple[str, ...], matching: dict[str, str], limit: int) -> Iterator[Dataset]:
    identifier = Dataset()
    identifier.QueryRetrieveLevel = level
    for keyword in keys:
        setattr(identifier, keyword, None if keyword in {"InstanceNumber", "NumberOfFrames", "SeriesNumber"} else "")
    for keyword, value in matching.items():
        setattr(identifier, keyword, value)
    count = 0
    for status, answer in association.send_c_find(identifier, STUDY_ROOT_FIND):
        code = status.get("Status")
        if code is None:
            raise PacsIndisponible
        if code in PENDING:
            # an answer lost in silence would be images that the pointer forgets, or an exam that this PACS seems not to hold
            if answer is None or not _text(answer, UNIQUE_KEYS[level]):
                raise PacsRefuse(
                    f"Le PACS donne une réponse illisible ou sans identifiant au niveau {level}.",
                    remede="Consulter son journal à l'heure de la demande et signaler à son éditeur la réponse C-FIND mal encodée.",
                )
            count += 1
            if count > limit:
                raise PacsRefuse(f"Le PACS annonce plus de {limit} réponses au niveau {level}.")
            yield answer
        elif code != SUCCESS:
            raise PacsRefuse(f"Le PACS refuse la recherche (statut {code:#06x}).")


def _to_etude(answer: Dataset, study_uid: str, series: tuple[SeriePacs, ...]) -> EtudePacs:
    return EtudePacs(
        study_instance_uid=study_uid,
        accession_number=_text(answer, "AccessionNumber"),
        patient_id=_text(answer, "PatientID"),
        issuer_of_patient_id=_text(answer, "IssuerOfPatientID"),
        patient_name=_text(answer, "PatientName"),
        patient_birth_date=_text(answer, "PatientBirthDate"),
        patient_sex=_text(answer, "PatientSex"),
        study_date=_text(answer, "StudyDate"),
        study_time=_text(answer, "StudyTime"),
        study_id=_text(answer, "StudyID"),
        study_description=_text(answer, "StudyDescription"),
        referring_physician_name=_text(answer, "ReferringPhysicianName"),
        series=series,
    )


def _text(answer: Dataset, keyword: str) -> str:
    return texte_de(answer, keyword).strip(" \x00")


def _int(answer: Dataset, keyword: str) -> int | None:
    text = _text(answer, keyword)
    return int(text) if text.lstrip("-+").isdecimal() else None
