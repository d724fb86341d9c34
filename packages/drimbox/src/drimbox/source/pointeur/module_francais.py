# SPDX-FileCopyrightText: 2026 drimm contributors
# SPDX-License-Identifier: EUPL-1.2
"""What the French volet IMG-KOS adds to a Key Object Selection: identity by INS, requests and authorities, description."""

from __future__ import annotations

import re
from datetime import datetime

from pydicom.dataset import Dataset

from drimbox.socle.pacs.model import EtudePacs
from drimbox.socle.personnes import OID_INS_NIA, Identifiant, Structure, TraitsPatient
from drimbox.source.compte_rendu.model import ExamenDecrit

INSTITUTION_CARETS = "^" * 9
MAX_LO = 64


def patient_name(traits: TraitsPatient) -> str:
    """PatientName: birth family name and first birth given name."""
    return f"{traits.nom_naissance}^{traits.premier_prenom}".rstrip("^")


def other_patient_names(traits: TraitsPatient) -> list[str]:
    """OtherPatientNames: the list of birth given names, then the used name when there is one (homologation, OtherPatientName sets)."""
    names = [f"^{traits.prenoms_naissance or traits.premier_prenom}"]
    if traits.nom_utilise or traits.prenom_utilise:
        names.append(f"{traits.nom_utilise or ''}^{traits.prenom_utilise or ''}".rstrip("^"))
    return names


def birth_date(traits: TraitsPatient) -> str:
    """PatientBirthDate: a full, real date or nothing; presumed dates have no DICOM form."""
    try:
        datetime.strptime(traits.date_naissance, "%Y%m%d")  # noqa: DTZ007 - a calendar date has no zone
    except ValueError:
        return ""
    return traits.date_naissance


def issuer_of(ins: Identifiant) -> str:
    """IssuerOfPatientID of an INS."""
    return "ASIP-SANTE-INS-NIA" if ins.oid == OID_INS_NIA else "ASIP-SANTE-INS-NIR"


def institution_name(structure: Structure) -> str:
    """InstitutionName: name, nine carets, identifier. The name yields when both do not fit, the identifier never does."""
    tail = INSTITUTION_CARETS + structure.identifiant
    return one_line(structure.nom)[: MAX_LO - len(tail)].rstrip() + tail


def authority(oid: str) -> list[Dataset]:
    """An authority by its OID, as the item that DICOM wants."""
    item = Dataset()
    item.UniversalEntityID = oid
    item.UniversalEntityIDType = "ISO"
    return [item]


def other_patient_ids(ins: Identifiant) -> list[Dataset]:
    """OtherPatientIDsSequence: the INS once more, which images carry too."""
    item = Dataset()
    item.PatientID = ins.value
    item.IssuerOfPatientID = issuer_of(ins)
    item.TypeOfPatientID = "TEXT"
    item.IssuerOfPatientIDQualifiersSequence = authority(ins.oid)
    return [item]


def referenced_request(examen: ExamenDecrit) -> Dataset:
    """ReferencedRequestSequence item: accession and placer order, each with its authority; the rest is type 2 and empty."""
    item = Dataset()
    item.StudyInstanceUID = examen.study_instance_uid
    item.AccessionNumber = examen.accession.value if examen.accession else ""
    if examen.accession:
        item.IssuerOfAccessionNumberSequence = authority(examen.accession.oid)
    item.ReferencedStudySequence = []
    item.RequestedProcedureDescription = ""
    item.RequestedProcedureCodeSequence = []
    item.RequestedProcedureID = ""
    item.PlacerOrderNumberImagingServiceRequest = examen.order.value if examen.order else ""
    if examen.order:
        item.OrderPlacerIdentifierSequence = authority(examen.order.oid)
    item.FillerOrderNumberImagingServiceRequest = ""
    return item


def description_text(examen: ExamenDecrit, etude: EtudePacs) -> str:
    """Key Object Description: the structured text that consumers parse, one line per series."""
    acte = examen.acte.label or examen.acte.code if examen.acte else ""
    lines = [f"Examen : {one_line(etude.study_description)}", f"Acte = {one_line(acte)}"]
    lines += [f"Série-{s.series_instance_uid} : {one_line(s.modality)} @ : {one_line(s.description)}" for s in etude.series]
    return "\n".join(lines) + "\n"


def one_line(text: str) -> str:
    """Return a text on one line, without the backslash that separates DICOM values."""
    return re.sub(r"[\s\\]+", " ", text).strip()
