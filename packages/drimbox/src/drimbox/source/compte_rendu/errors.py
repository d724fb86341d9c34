# SPDX-FileCopyrightText: 2026 drimm contributors
# SPDX-License-Identifier: EUPL-1.2
"""Why a report cannot be used.

::

    PeerError
    └── CompteRenduIllisible
        ├── CompteRenduTropGros     beyond a limit of the reader
        ├── DocumentsDiscordants    a message carries it twice, and the two do not say the same
        ├── DoctypeRefuse           declares a document type
        ├── ChampManquant           a field that the pointer needs is absent
        ├── PlusieursPatients       speaks of more than one patient
        ├── AutreDocument           a CDA that is no imaging report
        ├── SansExamen              names no imaging study: not an imaging report
        └── StudyUidInvalide        names a study by something that is no DICOM UID
"""

from __future__ import annotations

from confiance.errors import PeerError


class CompteRenduIllisible(PeerError):
    """Not a CDA-R2 document that can be read."""

    code = "compte_rendu.illisible"
    message = "Le compte rendu n'est pas un document CDA-R2 lisible."
    remede = "Faire corriger le message par l'éditeur du RIS, puis le faire renvoyer."
    clause = "CI-SIS, volet Structuration minimale de documents de santé ; volet IMG-CR-IMG"


class CompteRenduTropGros(CompteRenduIllisible):
    """The document exceeds a limit of the reader."""

    code = "compte_rendu.trop_gros"
    message = "Le compte rendu dépasse la taille ou la profondeur admise."
    remede = "Réduire le document joint au compte rendu, puis le renvoyer."
    clause = ""


class DocumentsDiscordants(CompteRenduIllisible):
    """Two documents of one message that should be one report in two levels of CDA, and are not."""

    code = "compte_rendu.documents_discordants"
    message = "Les deux comptes rendus du message n'ont pas la même date, le même patient, les mêmes examens et la même confidentialité."
    remede = "Envoyer un compte rendu par message, ou le même document dans deux niveaux de CDA (1 et 3)."
    clause = "CI-SIS, volet Transmission d'un document CDA-R2 en HL7v2, 2.0 et 2.1"


class DoctypeRefuse(CompteRenduIllisible):
    """The document declares a DOCTYPE: no CDA does, attacks do."""

    code = "compte_rendu.doctype"
    message = "Le compte rendu contient une déclaration DOCTYPE, qui est refusée."


class ChampManquant(CompteRenduIllisible):
    """A field that the pointer needs is absent or malformed."""

    code = "compte_rendu.champ_manquant"
    message = "Un champ nécessaire manque dans le compte rendu."

    @classmethod
    def of(cls, path: str) -> ChampManquant:
        """Build the error that names the missing field by its path, never by a value."""
        return cls(f"Le champ « {path} » manque ou est mal formé dans le compte rendu.")


class PlusieursPatients(CompteRenduIllisible):
    """More than one recordTarget, patientRole or patient: the images would go to whoever stands first."""

    code = "compte_rendu.plusieurs_patients"
    message = "Le compte rendu désigne plus d'un patient (recordTarget)."
    remede = "Envoyer un compte rendu par patient."
    clause = "CI-SIS, volet Structuration minimale de documents de santé, recordTarget"


class AutreDocument(CompteRenduIllisible):
    """A CDA whose code is not that of imaging reports."""

    code = "compte_rendu.autre_document"
    message = "Ce document n'est pas un compte rendu d'imagerie médicale (code LOINC 18748-4)."
    remede = "Régler le RIS pour n'envoyer à la DRIMbox que les comptes rendus d'imagerie."
    clause = "CI-SIS, volet IMG-CR-IMG, ClinicalDocument/code"


class SansExamen(CompteRenduIllisible):
    """No documentationOf/serviceEvent has an identifier."""

    code = "compte_rendu.sans_examen"
    message = "Ce document ne désigne aucun examen d'imagerie."
    remede = "Vérifier que ce document est bien un compte rendu d'imagerie ; son serviceEvent/id doit porter le Study Instance UID."
    clause = "CI-SIS, volet IMG-CR-IMG, documentationOf/serviceEvent/id"


class StudyUidInvalide(CompteRenduIllisible):
    """serviceEvent/id/@root is no DICOM UID."""

    code = "compte_rendu.study_uid_invalide"
    message = "Le compte rendu désigne un examen par un identifiant qui n'est pas un Study Instance UID."
    remede = "Faire corriger serviceEvent/id/@root par l'éditeur du RIS, puis faire renvoyer le compte rendu."
    clause = "DICOM PS3.5 section 9.1 ; CI-SIS, volet IMG-CR-IMG"
