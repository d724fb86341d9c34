# SPDX-FileCopyrightText: 2026 drimm contributors
# SPDX-License-Identifier: EUPL-1.2
"""Who and what the sample exam speaks of. Nobody: the INS is under the test authority and the names say what they are."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta, timezone
from uuid import NAMESPACE_OID, uuid5

from drimbox.socle.personnes import OID_INS_NIR_TEST, Code, Identifiant, Patient, Professionnel, Structure, TraitsPatient

CET = timezone(timedelta(hours=1))
LOINC = "2.16.840.1.113883.6.1"
CCAM = "1.2.250.1.215.300.1"
DCM = "1.2.840.10008.2.16.4"
SNOMED_CT = "2.16.840.1.113883.6.96"
PROFESSIONS = "1.2.250.1.213.1.1.4.5"

# UUID-derived (PS3.5 annex B.2): the authorities of an imaging centre that does not exist
OID_IPP, OID_ACCESSION, OID_ORDER = (f"2.25.{uuid5(NAMESPACE_OID, f'drimm/banc/{name}').int}" for name in ("ipp", "accession", "order"))


ACTE = Code("24727-0", LOINC, "CT Head W contrast IV")
ACTE_CCAM = Code("ACQH003", CCAM, "Scanographie du crâne et de son contenu, avec injection")
MODALITE = Code("CT", DCM, "Tomodensitométrie")
REGION = Code("774007", SNOMED_CT, "structure de la tête et/ou du cou")

PATIENT = Patient(
    ins=Identifiant("285063523804223", OID_INS_NIR_TEST),
    ipp=Identifiant("IPP-000042", OID_IPP),
    traits=TraitsPatient(
        nom_naissance="PAT-BANC",
        premier_prenom="CAMILLE",
        prenoms_naissance="CAMILLE JEANNE",
        date_naissance="19850614",
        sexe="F",
        nom_utilise="PAT-ESSAI",
        prenom_utilise="CAMILLE",
        lieu_naissance="35238",
    ),
)
AUTEUR = Professionnel(
    identifiant="810000000001",
    nom="EXEMPLE",
    prenom="Dominique",
    profession=Code("G15_10/SM44", PROFESSIONS, "Médecin - Radio-diagnostic (SM)"),
)
STRUCTURE = Structure("1350000007", "Centre d'imagerie du banc")


def sample_uid(*names: object) -> str:
    """Return a UID under 2.25 that depends on the names alone: the same sample has the same UIDs everywhere."""
    return f"2.25.{uuid5(NAMESPACE_OID, '/'.join(map(str, ('drimm', 'banc', *names)))).int}"


@dataclass(frozen=True, slots=True)
class ExamenJeu:
    """One study of the sample report."""

    study_instance_uid: str
    accession: Identifiant
    order: Identifiant
    description: str = "Scanner de la tête et du rachis thoracique"
    acte: Code = ACTE
    acte_ccam: Code = ACTE_CCAM
    modalite: Code = MODALITE
    region: Code = REGION
    debut: datetime = datetime(2026, 3, 12, 10, 25, tzinfo=CET)
    fin: datetime = datetime(2026, 3, 12, 10, 47, tzinfo=CET)

    @classmethod
    def numbered(cls, number: int, study_instance_uid: str = "") -> ExamenJeu:
        """Build a study with its own accession number, order number and UID."""
        return cls(
            study_instance_uid=study_instance_uid or sample_uid("study", number),
            accession=Identifiant(f"ACN-{number:06}", OID_ACCESSION),
            order=Identifiant(f"DEM-{number:06}", OID_ORDER),
        )


DOCUMENT = sample_uid("document")


@dataclass(frozen=True, slots=True)
class IdentiteJeu:
    """The sample report: patient, people and studies.

    Attributes:
        patient: INS under the test authority, IPP of the centre, traits.
        auteur: the radiologist, who also authenticates.
        structure: imaging centre.
        examens: studies named by the report.
        document: root of the identifiers of the report.
        version: versionNumber; from 2 on the report replaces the one before.
        valide_le: time of validation.
    """

    patient: Patient = PATIENT
    auteur: Professionnel = AUTEUR
    structure: Structure = STRUCTURE
    examens: tuple[ExamenJeu, ...] = field(default_factory=lambda: (ExamenJeu.numbered(1),))
    document: str = DOCUMENT
    version: int = 1
    valide_le: datetime = datetime(2026, 3, 12, 11, 17, tzinfo=CET)

    def with_examens(self, *examens: ExamenJeu) -> IdentiteJeu:
        """Return the same report about other studies."""
        return replace(self, examens=examens)

    @property
    def document_id(self) -> str:
        """ClinicalDocument/id of this version."""
        return f"{self.document}.{self.version}"

    @property
    def previous_id(self) -> str | None:
        """ClinicalDocument/id of the version that this one replaces."""
        return f"{self.document}.{self.version - 1}" if self.version > 1 else None


IDENTITE = IdentiteJeu()
