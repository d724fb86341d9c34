# SPDX-FileCopyrightText: 2026 drimm contributors
# SPDX-License-Identifier: EUPL-1.2
"""From an exam to what the DMP is told of it. Pure."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from datetime import datetime

from drimbox.config import StructureSettings
from drimbox.socle.dmp.model import KosADeposer
from drimbox.socle.personnes import Code, Structure
from drimbox.source.compte_rendu.model import CompteRendu, ExamenDecrit
from drimbox.source.pointeur.rapport import Rapport

DCM = "1.2.840.10008.2.16.4"
SECTEURS = "1.2.250.1.71.4.2.4"
_NO_IMAGE = frozenset({"KO", "PR", "SR", "DOC", "OT"})
CONNEXION_SECRETE = "CONNEXION_SECRETE"  # noqa: S105 - name of an HL7 flag
"""Says how the professional had opened the record, not who may see the document: that is what INVISIBLE_* say."""
DRAPEAU_IGNORE = "depot.connexion_secrete_ignoree"
"""Code of the line that tells a person so."""


def a_deposer(
    rapport: Rapport,
    demande: ExamenDecrit,
    *,
    contenu: bytes,
    sop_instance_uid: str,
    created_at: datetime,
    modalites: Iterable[str],
    structure: StructureSettings,
    visibilite: Iterable[str] = (),
) -> KosADeposer:
    """Gather what the entry of a KOS says.

    Args:
        rapport: message and report.
        demande: the study in the report, with the order that the PACS confirmed.
        contenu: the KOS.
        sop_instance_uid: of the KOS.
        created_at: when it was made, aware.
        modalites: modalities of the study in the PACS: those of the report may be miscoded (homologation, exams B, D, F, Q).
        structure: this DRIMbox's own organisation, for what the report leaves out.
        visibilite: flags that hide the exam, whatever its last message says.
    """
    compte_rendu = rapport.compte_rendu
    return KosADeposer(
        contenu=contenu,
        sop_instance_uid=sop_instance_uid,
        study_instance_uid=demande.study_instance_uid,
        created_at=created_at,
        patient=compte_rendu.patient,
        structure=compte_rendu.structure or Structure(structure.identifiant, structure.nom),
        auteur=compte_rendu.auteur,
        authentificateur=compte_rendu.authentificateur,
        cadre_exercice=compte_rendu.cadre_exercice,
        secteur_activite=compte_rendu.secteur_activite or Code(structure.secteur_activite, SECTEURS),
        acte=demande.acte,
        modalites=_modalites(modalites, demande),
        regions=demande.regions,
        accession=demande.accession,
        order=demande.order,
        debut=demande.debut,
        fin=demande.fin,
        confidentialite=compte_rendu.confidentialite,
        flags=(rapport.message.flags - {CONNEXION_SECRETE}) | frozenset(visibilite),
    )


def ignored(rapport: Rapport) -> tuple[str, ...]:
    """Return the codes of the flags that a report sets and its deposit leaves out."""
    return (DRAPEAU_IGNORE,) if CONNEXION_SECRETE in rapport.message.flags else ()


def demande_of(compte_rendu: CompteRendu, study_uid: str, accession: str) -> ExamenDecrit:
    """Return the study of a report with the order that bears this accession number, as it was paired when its KOS was made."""
    decrit = next(examen for examen in compte_rendu.examens if examen.study_instance_uid == study_uid)
    for order, number in compte_rendu.demandes:
        if number is not None and number.value == accession:
            return replace(decrit, accession=number, order=order or decrit.order)
    return decrit


def _modalites(pacs: Iterable[str], demande: ExamenDecrit) -> tuple[Code, ...]:
    labels = {code.code: code.label for code in demande.modalites}
    found = [modality for modality in dict.fromkeys(pacs) if modality and modality not in _NO_IMAGE]
    return tuple(Code(modality, DCM, labels.get(modality, modality)) for modality in found) or demande.modalites
