# SPDX-FileCopyrightText: 2026 drimm contributors
# SPDX-License-Identifier: EUPL-1.2
"""A structure, its certificates, a small KOS and its deposit: what every test of the DMP starts from."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from io import BytesIO
from pathlib import Path
from typing import Any

from pydicom.dataset import Dataset, FileMetaDataset
from pydicom.sequence import Sequence
from pydicom.uid import ExplicitVRLittleEndian

from banc.pki import OrganisationPlan, Pki, PkiPlan, build
from drimbox.config import Certificate, Dmp
from drimbox.socle.dmp.model import ContexteVihf, KosADeposer, ModeVihf
from drimbox.socle.personnes import Code, Identifiant, Patient, Professionnel, Structure, TraitsPatient

NOW = datetime(2026, 11, 22, 9, 30, tzinfo=UTC)
INS = Identifiant("279035121518989", "1.2.250.1.213.1.4.10")
KOS_UID = "2.999.1.10"
STUDY_UID = "2.999.1.1"
DMP_NAME = "dmp.banc.test"

PLAN = PkiPlan.of_mesh(
    {
        "a": (OrganisationPlan("a", "BANC-DRIMM OPERATEUR A", "300000000300019"), ("db1.1.mesimagesmedicales.fr",)),
        "b": (OrganisationPlan("b", "BANC-DRIMM OPERATEUR B", "300000000300027"), ("db1.2.mesimagesmedicales.fr",)),
    },
    servers=(DMP_NAME,),
)

MEDECIN = Professionnel(
    "801234560801",
    "DOC",
    "CAMILLE",
    profession=Code("G15_10/SM44", "1.2.250.1.213.1.1.4.5", "Médecin - Radio-diagnostic (SM)"),
)
STRUCTURE = Structure("10B0174462", "Centre d'imagerie & radiologie")
PATIENT = Patient(INS, Identifiant("IPP101", "2.999.4"), TraitsPatient("PAT-TROIS", "DOMINIQUE", "DOMINIQUE", "19790328", "F"))
SECTEUR = Code("SA08", "1.2.250.1.71.4.2.4", "Cabinet de groupe")
CONSULTATION = ContexteVihf(ModeVihf.INDIRECTE_RENFORCEE, replace(MEDECIN, identifiant="899700000001"), STRUCTURE, SECTEUR, INS)


def built_pki(folder: Path, now: datetime = NOW) -> Pki:
    return build(folder, PLAN, now)


def dmp_settings(pki: Pki, base_url: str = "https://localhost:1", **changes: Any) -> Dmp:
    values: dict[str, Any] = {
        "base_url": base_url,
        "auth": Certificate(certificate=pki.auth_cli("a").certificate, key=pki.auth_cli("a").key),
        "sign": Certificate(certificate=pki.sign("a").certificate, key=pki.sign("a").key),
        "trust": pki.market_ca,
        "source_oid": "2.999.1",
        "lps_id": "0001",
        "lps_homologation": "BANC-0001",
        "timeout": 5.0,
    }
    return Dmp(**(values | changes))


def kos_bytes(kos_uid: str = KOS_UID, study_uid: str = STUDY_UID, ins: str = INS.value, **changes: Any) -> bytes:
    dataset = Dataset()
    dataset.SOPClassUID = "1.2.840.10008.5.1.4.1.1.88.59"
    dataset.SOPInstanceUID = kos_uid
    dataset.StudyInstanceUID = study_uid
    dataset.SeriesInstanceUID = f"{study_uid}.99"
    dataset.Modality = "KO"
    dataset.PatientID = ins
    dataset.ConceptNameCodeSequence = Sequence([_item(CodeValue="113030", CodingSchemeDesignator="DCM", CodeMeaning="MANIFEST")])
    url = f"https://db1.1.mesimagesmedicales.fr/dicom-web-rs/studies/{study_uid}/series/{study_uid}.1"
    instance = _item(ReferencedSOPClassUID="1.2.840.10008.5.1.4.1.1.4", ReferencedSOPInstanceUID=f"{study_uid}.1.1")
    series = _item(SeriesInstanceUID=f"{study_uid}.1", RetrieveURL=url, ReferencedSOPSequence=Sequence([instance]))
    evidence = _item(StudyInstanceUID=study_uid, ReferencedSeriesSequence=Sequence([series]))
    dataset.CurrentRequestedProcedureEvidenceSequence = Sequence([evidence])
    for keyword, value in changes.items():
        setattr(dataset, keyword, value)
    dataset.file_meta = FileMetaDataset()
    dataset.file_meta.MediaStorageSOPClassUID = dataset.SOPClassUID
    dataset.file_meta.MediaStorageSOPInstanceUID = dataset.SOPInstanceUID
    dataset.file_meta.TransferSyntaxUID = ExplicitVRLittleEndian
    written = BytesIO()
    dataset.save_as(written, enforce_file_format=True)
    return written.getvalue()


def kos_a_deposer(**changes: Any) -> KosADeposer:
    uid, study = changes.get("sop_instance_uid", KOS_UID), changes.get("study_instance_uid", STUDY_UID)
    kos = KosADeposer(
        contenu=kos_bytes(uid, study),
        sop_instance_uid=uid,
        study_instance_uid=study,
        created_at=NOW,
        patient=PATIENT,
        structure=STRUCTURE,
        auteur=MEDECIN,
        authentificateur=replace(MEDECIN, profession=None),
        cadre_exercice=Code("AMBULATOIRE", "1.2.250.1.213.1.1.4.9", "Ambulatoire"),
        secteur_activite=SECTEUR,
        acte=Code("24727-0", "2.16.840.1.113883.6.1", "CT Head W contrast IV"),
        modalites=(Code("CT", "1.2.840.10008.2.16.4", "Tomodensitométrie"),),
        regions=(Code("774007", "2.16.840.1.113883.6.96", "tête et cou"),),
        accession=Identifiant("ACN101", "2.999.5"),
        order=Identifiant("OPN101", "2.999.6"),
        debut=datetime.fromisoformat("2021-01-08T10:25:00+01:00"),
        fin=datetime.fromisoformat("2021-01-08T11:17:00+01:00"),
    )
    return replace(kos, **changes)


def _item(**values: Any) -> Dataset:
    item = Dataset()
    for keyword, value in values.items():
        setattr(item, keyword, value)
    return item
