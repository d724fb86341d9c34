# SPDX-FileCopyrightText: 2026 drimm contributors
# SPDX-License-Identifier: EUPL-1.2
"""Why the record could not be searched, or a KOS not be used."""

from __future__ import annotations

from confiance.errors import OwnError, PeerError


class SituationAbsente(OwnError):
    """The professional has not said in which situation of exercise he asks."""

    code = "recherche_dmp.situation_absente"
    message = "La situation d'exercice n'est pas choisie."
    remede = "Choisir la situation d'exercice au titre de laquelle le dossier est consulté."
    clause = "VIHF 3.0, Identifiant_Structure"


class RechercheInterdite(OwnError):
    """The patient opposes, or was not asked."""

    code = "recherche_dmp.interdite"
    message = "Le patient ne permet pas cette consultation, ou n'a pas été informé."
    remede = "Recueillir l'information et la non-opposition du patient dans le RIS, puis relancer l'appel."
    clause = "Code de la santé publique, L1111-17"


class IdentifiantHorsNorme(PeerError):
    """The entry of the record bears an identifier that no KOS can have."""

    code = "recherche_dmp.identifiant_hors_norme"
    message = "L'identifiant de ce document dans le DMP n'est pas un UID DICOM."
    remede = "Prévenir l'établissement qui l'a publié ; les autres examens restent accessibles."
    clause = "CI-SIS, volet IMG-KOS ; DICOM PS3.5 §9"


class KosNonDemande(OwnError):
    """The record holds more KOS than one search fetches: this one waits for the next search."""

    code = "recherche_dmp.non_demande"
    message = "Le pointeur de cet examen n'a pas encore été demandé au DMP : le dossier en contient beaucoup."
    remede = "Interroger de nouveau le DMP : les examens suivants sont alors demandés, du plus récent au plus ancien."


class AutrePatient(PeerError):
    """A KOS of the record bears another INS than the patient of the call."""

    code = "recherche_dmp.autre_patient"
    message = "Ce KOS porte l'identité d'un autre patient."
    remede = "Ne pas l'utiliser ; prévenir l'établissement qui l'a publié."
