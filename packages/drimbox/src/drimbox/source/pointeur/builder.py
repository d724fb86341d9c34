# SPDX-FileCopyrightText: 2026 drimm contributors
# SPDX-License-Identifier: EUPL-1.2
"""Construction of the KOS of an exam: highdicom makes the Key Object Selection, the French module completes it.

highdicom builds a KOS from the headers of the objects. The headers are not read here (that would be a retrieval of the whole study): what
the C-FIND answered of the first object is put in their form, and the little that highdicom derives from it is what the PACS said. The
references to all objects take the place of that one (:mod:`references`), without the generic concept name of highdicom; its own equipment
is taken out: the reference KOS of the cross-validator has neither.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, tzinfo
from datetime import timezone as fixed_offset
from io import BytesIO

from highdicom.ko import KeyObjectSelection, KeyObjectSelectionDocument
from highdicom.sr import CodedConcept
from pydicom.dataset import Dataset
from pydicom.uid import ExplicitVRLittleEndian

from drimbox.socle.pacs.model import EtudePacs
from drimbox.socle.pacs.part10 import IMPLEMENTATION_CLASS_UID, IMPLEMENTATION_VERSION_NAME
from drimbox.socle.personnes import Identifiant, Structure, TraitsPatient
from drimbox.source.compte_rendu.model import CompteRendu, ExamenDecrit
from drimbox.source.pointeur import module_francais as francais
from drimbox.source.pointeur.errors import InsAbsent, KosImpossible
from drimbox.source.pointeur.notes_cles import NoteCle
from drimbox.source.pointeur.references import put_references
from drimbox.source.pointeur.rules import FIRST_INSTANCE_NUMBER, MANIFEST
from drimbox.source.pointeur.valeurs import check, fits

SERIES_NUMBER = 59
MANUFACTURER = "drimm"
MAX_SH = 16


def build_kos(
    compte_rendu: CompteRendu,
    examen: ExamenDecrit,
    etude: EtudePacs,
    *,
    couple_db: str,
    sop_instance_uid: str,
    series_instance_uid: str,
    now: datetime,
    timezone: tzinfo,
    instance_number: int = FIRST_INSTANCE_NUMBER,
    structure: Structure | None = None,
    notes: Sequence[NoteCle] = (),
) -> bytes:
    """Build the KOS of one study.

    Args:
        compte_rendu: the report that names the study.
        examen: the study in the report, paired with its order (compte_rendu.rules.pair_with_pacs).
        etude: the study in the PACS; every one of its objects is referenced.
        couple_db: db name that serves this PACS, written in every RetrieveURL.
        sop_instance_uid: of the KOS (rules.new_uid).
        series_instance_uid: of the series of the KOS; kept by its replacements.
        now: aware time of creation.
        timezone: zone of the imaging centre, in which the PACS writes its times.
        instance_number: 1, raised by one at each replacement.
        structure: organisation named by the KOS; that of the report by default.
        notes: key-image notes of the study.

    Returns:
        A Part-10 file, Explicit VR Little Endian.

    Raises:
        InsAbsent: the report has no INS.
        ValeurHorsNorme: a value cannot be written in its DICOM attribute.
        KosImpossible: the study has no object, is not the one of the report, or highdicom cannot make a KOS of it.
    """
    sujet = _Sujet.of(compte_rendu, examen, etude, structure, notes)
    moment = now.astimezone(_offset_of(etude, now, timezone))
    try:
        document = KeyObjectSelectionDocument(
            evidence=[header := _header(sujet)],
            content=_content(header, francais.description_text(examen, etude)),
            series_instance_uid=series_instance_uid,
            series_number=SERIES_NUMBER,
            sop_instance_uid=sop_instance_uid,
            instance_number=instance_number,
            manufacturer=MANUFACTURER,
            transfer_syntax_uid=ExplicitVRLittleEndian,
        )
        _date(document, moment)
        _complete(document, sujet)
        check(document)
        put_references(document, etude, db=couple_db, notes=notes)
        return _write(document)
    except (ValueError, TypeError, OverflowError):
        raise KosImpossible from None  # the text of the error may quote a value


@dataclass(frozen=True, slots=True)
class _Sujet:
    """What a KOS speaks of."""

    ins: Identifiant
    traits: TraitsPatient
    structure: Structure | None
    examen: ExamenDecrit
    etude: EtudePacs
    notes: tuple[NoteCle, ...]

    @classmethod
    def of(
        cls, compte_rendu: CompteRendu, examen: ExamenDecrit, etude: EtudePacs, structure: Structure | None, notes: Sequence[NoteCle]
    ) -> _Sujet:
        patient = compte_rendu.patient
        if patient.ins is None:
            raise InsAbsent
        if not any(serie.instances for serie in etude.series):
            raise KosImpossible("L'examen ne contient aucune image dans le PACS.")
        if examen.study_instance_uid != etude.study_instance_uid:
            raise KosImpossible("L'examen du PACS n'est pas celui du compte rendu.")
        return cls(patient.ins, patient.traits, structure or compte_rendu.structure, examen, etude, tuple(notes))


def _offset_of(etude: EtudePacs, now: datetime, timezone: tzinfo) -> tzinfo:
    """Return the one offset that makes every time of the KOS true.

    TimezoneOffsetFromUTC holds for all dates and times of the object (PS3.3 C.12.1.1.8), StudyDate and StudyTime of the PACS included: it
    is the offset of the zone at the time of the study, and our own times are written in it. Without a study date, that of today.
    """
    try:
        moment = datetime.strptime(etude.study_date + (etude.study_time[:6] or "120000"), "%Y%m%d%H%M%S").replace(tzinfo=timezone)
    except ValueError:
        moment = now.astimezone(timezone)
    offset = moment.utcoffset()
    assert offset is not None  # both are aware
    return fixed_offset(offset)


def _header(sujet: _Sujet) -> Dataset:
    """Put what the PACS says of the first object in the form of a header: highdicom reads patient and study in it."""
    serie = next(serie for serie in sujet.etude.series if serie.instances)
    header = Dataset()
    header.SOPClassUID = serie.instances[0].sop_class_uid
    header.SOPInstanceUID = serie.instances[0].sop_instance_uid
    header.StudyInstanceUID = sujet.etude.study_instance_uid
    header.SeriesInstanceUID = serie.series_instance_uid
    _describe(header, sujet)
    return header


def _describe(header: Dataset, sujet: _Sujet) -> None:
    """The patient is the report's: that is who the DMP knows. The study is the PACS's."""
    traits, etude = sujet.traits, sujet.etude
    header.SpecificCharacterSet = _charset(sujet)
    header.PatientID = sujet.ins.value
    header.PatientName = francais.patient_name(traits)
    header.PatientBirthDate = francais.birth_date(traits)
    header.PatientSex = traits.sexe if traits.sexe in {"M", "F", "O"} else ""
    header.AccessionNumber = ""  # the real one is in the request, with its authority
    header.StudyID = francais.one_line(etude.study_id)[:MAX_SH]
    # what the PACS says of the study matters less than the study: a value that the standard forbids is left out
    header.StudyDate = etude.study_date if fits("DA", etude.study_date) else ""
    header.StudyTime = etude.study_time if fits("TM", etude.study_time) else ""
    header.ReferringPhysicianName = etude.referring_physician_name if fits("PN", etude.referring_physician_name) else ""


def _content(header: Dataset, text: str) -> KeyObjectSelection:
    return KeyObjectSelection(document_title=CodedConcept(MANIFEST, "DCM", "MANIFEST"), referenced_objects=[header], description=text)


def _date(document: Dataset, moment: datetime) -> None:
    for name in ("InstanceCreation", "Series", "Content"):
        setattr(document, f"{name}Date", moment.strftime("%Y%m%d"))
        setattr(document, f"{name}Time", moment.strftime("%H%M%S"))
    document.TimezoneOffsetFromUTC = moment.strftime("%z")


def _complete(document: Dataset, sujet: _Sujet) -> None:
    document.ContinuityOfContent = "SEPARATE"
    document.StudyDescription = francais.one_line(sujet.etude.study_description)[: francais.MAX_LO]
    if sujet.structure is not None:
        document.InstitutionName = francais.institution_name(sujet.structure)
    document.IssuerOfPatientID = francais.issuer_of(sujet.ins)
    document.IssuerOfPatientIDQualifiersSequence = francais.authority(sujet.ins.oid)
    document.OtherPatientNames = francais.other_patient_names(sujet.traits)
    document.OtherPatientIDsSequence = francais.other_patient_ids(sujet.ins)
    if sujet.traits.lieu_naissance:
        document.PatientComments = sujet.traits.lieu_naissance
    document.ReferencedRequestSequence = [francais.referenced_request(sujet.examen)]
    document.pop("ContributingEquipmentSequence", None)


def _write(document: KeyObjectSelectionDocument) -> bytes:
    document.file_meta.ImplementationClassUID = IMPLEMENTATION_CLASS_UID
    document.file_meta.ImplementationVersionName = IMPLEMENTATION_VERSION_NAME
    buffer = BytesIO()
    document.save_as(buffer, enforce_file_format=True)
    return buffer.getvalue()


def _charset(sujet: _Sujet) -> str:
    """ISO_IR 100 as the French samples when it can hold every text, UTF-8 otherwise."""
    texts = [
        francais.patient_name(sujet.traits),
        *francais.other_patient_names(sujet.traits),
        sujet.structure.nom if sujet.structure else "",
        francais.description_text(sujet.examen, sujet.etude),
        sujet.etude.study_id,
        sujet.etude.referring_physician_name,
        *(note.description for note in sujet.notes),
    ]
    try:
        "".join(texts).encode("latin-1")
    except UnicodeEncodeError:
        return "ISO_IR 192"
    return "ISO_IR 100"
