# SPDX-FileCopyrightText: 2026 drimm contributors
# SPDX-License-Identifier: EUPL-1.2
"""The homologation exams, from the public facts about them: reports made again by the banc, images described as a PACS would."""

from __future__ import annotations

import json
from dataclasses import replace
from functools import cache
from pathlib import Path
from typing import Any

from lxml import etree

from banc.jeux import IDENTITE, ExamenJeu, IdentiteJeu, make_report
from banc.jeux.identite import DCM, SNOMED_CT
from drimbox.socle.pacs.model import EtudePacs, InstancePacs, SeriePacs
from drimbox.socle.personnes import Code, Identifiant, Patient, Structure, TraitsPatient

V3 = {"h": "urn:hl7-org:v3"}
SOP_CLASSES = {
    "CT": "1.2.840.10008.5.1.4.1.1.2",
    "MR": "1.2.840.10008.5.1.4.1.1.4",
    "NM": "1.2.840.10008.5.1.4.1.1.20",
    "XA": "1.2.840.10008.5.1.4.1.1.12.1",
}


@cache
def facts(shared_data: Path, exam: str) -> dict[str, Any]:
    exams = json.loads((shared_data / "homologation" / "exams.json").read_text(encoding="utf-8"))["exams"]
    return next(item["cda"] for item in exams if item["exam"] == exam)


def identite(shared_data: Path, exam: str) -> IdentiteJeu:
    cda = facts(shared_data, exam)
    organisation = cda["author"]["organization"]
    return replace(
        IDENTITE,
        patient=_patient(cda["patient"]),
        structure=Structure(organisation["id"], organisation["name"]),
        examens=_examens(cda),
        document=cda["id"]["root"],
    )


def report(shared_data: Path, exam: str) -> bytes:
    """Return the report of an exam. Two studies of one serviceEvent (exam F) are put together again."""
    root = etree.fromstring(make_report(identite(shared_data, exam)))
    events = root.findall("h:documentationOf/h:serviceEvent", V3)
    if len(facts(shared_data, exam)["serviceEvents"]) == 1 and len(events) > 1:
        for event in events[1:]:
            events[0].insert(1, event.find("h:id", V3))
            root.remove(event.getparent())
    return etree.tostring(root)


def study(shared_data: Path, exam: str, rank: int = 0, *, images_of: str | None = None) -> EtudePacs:
    """Describe the images of an exam as its PACS does: those of the patient that all exams share.

    Args:
        shared_data: the public samples.
        exam: whose study and accession number.
        rank: which study of the report.
        images_of: whose identity the images bear; exam A's by default.
    """
    examen = identite(shared_data, exam).examens[rank]
    patient = identite(shared_data, images_of or "A").patient
    modality = "MR" if examen.modalite.code == "RM" else examen.modalite.code
    instances = tuple(InstancePacs(SOP_CLASSES[modality], f"1.2.250.1.213.4.5.2.3.{n}", n) for n in (1, 2))
    return EtudePacs(
        study_instance_uid=examen.study_instance_uid,
        accession_number=examen.accession.value,
        patient_id=patient.ipp.value if patient.ipp else "",
        issuer_of_patient_id="",
        patient_name=f"{patient.traits.nom_naissance}^{patient.traits.premier_prenom}",
        patient_birth_date=patient.traits.date_naissance,
        patient_sex=patient.traits.sexe,
        study_date="20210108",
        study_time="102500",
        study_id="",
        study_description=f"Examen {exam}",
        referring_physician_name="",
        series=(SeriePacs("1.2.250.1.213.4.5.2.2.1", modality, 1, "Série E1", instances),),
    )


def _patient(patient: dict[str, Any]) -> Patient:
    ins, ipp = (Identifiant(item["extension"], item["root"]) for item in patient["ids"])
    traits = TraitsPatient(
        nom_naissance=patient["family_BR"],
        premier_prenom=patient["given_BR"],
        prenoms_naissance=" ".join(patient["given_list"]),
        date_naissance=patient["birth_date"],
        sexe=patient["sex"],
        nom_utilise=patient["family_CL"],
        prenom_utilise=patient["given_CL"],
        lieu_naissance=patient["birth_place"]["insee_county"],
    )
    return Patient(ins, ipp, traits)


def _examens(cda: dict[str, Any]) -> tuple[ExamenJeu, ...]:
    (event,) = cda["serviceEvents"]
    codes = {item["codeSystem"]: item for item in event["translations"]}
    common = {
        "acte": Code(event["code"]["code"], event["code"]["codeSystem"], event["code"]["label"]),
        "modalite": Code(codes[DCM]["code"], DCM, ""),
        "region": Code(codes[SNOMED_CT]["code"], SNOMED_CT, codes[SNOMED_CT].get("label", "")),
    }
    return tuple(
        ExamenJeu(
            study_instance_uid=uid,
            accession=Identifiant(order["accessionNumber"]["extension"], order["accessionNumber"]["root"]),
            order=Identifiant(order["placer_order"]["extension"], order["placer_order"]["root"]),
            **common,
        )
        for uid, order in zip(event["study_instance_uids"], cda["orders"], strict=True)
    )
