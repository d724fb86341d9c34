# SPDX-FileCopyrightText: 2026 drimm contributors
# SPDX-License-Identifier: EUPL-1.2
"""Who is spoken of: a patient, a professional, a structure, with the codes of the French reference tables.

Pure values, shared by the reader of reports, the builder of KOS, the DMP wire and the identity of users.
"""

from __future__ import annotations

from dataclasses import dataclass

OID_INS_NIR = "1.2.250.1.213.1.4.8"
OID_INS_NIA = "1.2.250.1.213.1.4.9"
OID_INS_NIR_TEST = "1.2.250.1.213.1.4.10"
OID_INS_NIR_DEMO = "1.2.250.1.213.1.4.11"
OIDS_INS = frozenset({OID_INS_NIR, OID_INS_NIA, OID_INS_NIR_TEST, OID_INS_NIR_DEMO})

OID_PROFESSIONNEL = "1.2.250.1.71.4.2.1"
OID_STRUCTURE = "1.2.250.1.71.4.2.2"


@dataclass(frozen=True, slots=True)
class Code:
    """A coded value.

    Attributes:
        code: the value, as in its table.
        scheme: OID of the table.
        label: text for people, as received.
    """

    code: str
    scheme: str
    label: str = ""


@dataclass(frozen=True, slots=True)
class Identifiant:
    """A value and the OID of the authority that gave it (CDA: extension and root)."""

    value: str
    oid: str


@dataclass(frozen=True, slots=True)
class TraitsPatient:
    """Identity traits of the patient (RNIV).

    Attributes:
        nom_naissance: birth family name.
        prenoms_naissance: list of birth given names, as one text separated by blanks; empty when unknown.
        premier_prenom: first birth given name.
        nom_utilise: used family name, or None.
        prenom_utilise: used given name, or None.
        date_naissance: ``YYYYMMDD`` (may hold 00 or be shorter for presumed dates).
        sexe: ``M``, ``F``, ``O`` or ``U``.
        lieu_naissance: INSEE code (COG) of the birth place, or None.
    """

    nom_naissance: str
    premier_prenom: str
    prenoms_naissance: str
    date_naissance: str
    sexe: str
    nom_utilise: str | None = None
    prenom_utilise: str | None = None
    lieu_naissance: str | None = None

    def __repr__(self) -> str:
        return "TraitsPatient(…)"


@dataclass(frozen=True, slots=True)
class Patient:
    """A patient as one document knows it. Its repr shows nothing: it must never reach a log."""

    ins: Identifiant | None
    ipp: Identifiant | None
    traits: TraitsPatient

    def __repr__(self) -> str:
        return "Patient(…)"


@dataclass(frozen=True, slots=True)
class Structure:
    """A health structure: national identifier (FINESS, SIRET… with its type digit) and name."""

    identifiant: str
    nom: str
    oid: str = OID_STRUCTURE


@dataclass(frozen=True, slots=True)
class Professionnel:
    """A health professional: national identifier (RPPS), names, profession and specialty."""

    identifiant: str
    nom: str
    prenom: str
    oid: str = OID_PROFESSIONNEL
    profession: Code | None = None
    savoir_faire: Code | None = None
