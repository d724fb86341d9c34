# SPDX-FileCopyrightText: 2026 drimm contributors
# SPDX-License-Identifier: EUPL-1.2
"""What the DMP is told of a KOS: submission set, entry of the KOS, entry of the signature, associations.

Source: IHE ITI TF-3 §4.2, CI-SIS volet Partage de documents de santé, published validation samples. Choices made where these samples
differ: the author of the submission set and of the KOS is the DRIMbox itself (it made the KOS), the physician is the
legalAuthenticator; times are UTC without suffix, as XDS wants; digests are lower case.
"""

from __future__ import annotations

import hashlib
import uuid
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from lxml import etree

from drimbox.socle.dmp import vocabulary as voc
from drimbox.socle.dmp.errors import DepotIncomplet
from drimbox.socle.dmp.hl7_types import cx, dtm, escaped, xcn_person, xcn_system, xon
from drimbox.socle.dmp.model import NORMAL, KosADeposer
from drimbox.socle.dmp.rim import RegistryObject, association
from drimbox.socle.dmp.signature import SignatureDocument
from drimbox.socle.dmp.vihf import Logiciel
from drimbox.socle.personnes import Code, Identifiant, Professionnel, Structure

SUBMISSION_SET = "SubmissionSet01"
DOCUMENT_KOS = "DocumentKOS"
DOCUMENT_SIGNATURE = "Signature01"


@dataclass(frozen=True, slots=True)
class Soumission:
    """A complete submission: nothing that the DMP requires is missing.

    Attributes:
        kos: what is deposited.
        structure: of the author.
        responsable: who answers for the content (legalAuthenticator).
        patient_ins: patient of the record.
        cadre_exercice: practiceSettingCode.
        secteur_activite: healthcareFacilityTypeCode.
        debut: start of the act.
        unique_id: of the submission set.
        source_oid: who submits.
        logiciel: with which software.
    """

    kos: KosADeposer
    structure: Structure
    responsable: Professionnel
    patient_ins: Identifiant
    cadre_exercice: Code
    secteur_activite: Code
    debut: datetime
    unique_id: str
    source_oid: str
    logiciel: Logiciel

    @property
    def system(self) -> str:
        """The DRIMbox as an author (XCN)."""
        return xcn_system(self.structure, self.logiciel.identifiant, self.logiciel.nom)


def prepare(kos: KosADeposer, logiciel: Logiciel, source_oid: str) -> Soumission:
    """Check that nothing is missing and give the submission its identifier.

    Raises:
        DepotIncomplet: names every missing value at once.
    """
    responsable = kos.authentificateur or kos.auteur
    ins, structure, debut = kos.patient.ins, kos.structure, kos.debut
    cadre, secteur = kos.cadre_exercice, kos.secteur_activite
    missing = {
        "l'INS du patient": ins,
        "la structure de l'auteur": structure,
        "l'auteur ou l'authentificateur du compte rendu": responsable,
        "le cadre d'exercice": cadre,
        "le secteur d'activité": secteur,
        "le début de l'acte": debut,
    }
    if not (ins and structure and responsable and cadre and secteur and debut):
        raise DepotIncomplet(name for name, value in missing.items() if not value)
    confidentialities(kos)  # an unknown visibility must be seen before anything is signed
    return Soumission(
        kos=kos,
        structure=structure,
        responsable=responsable,
        patient_ins=ins,
        cadre_exercice=cadre,
        secteur_activite=secteur,
        debut=debut,
        # ITU-T X.667: unique without any counter to keep
        unique_id=f"2.25.{uuid.uuid4().int}",
        source_oid=source_oid,
        logiciel=logiciel,
    )


def confidentialities(kos: KosADeposer) -> tuple[Code, ...]:
    """Return the confidentiality of the report, then one code per visibility flag (JDV_J08).

    Raises:
        DepotIncomplet: a flag asks for a visibility that we cannot express: better nothing than too much shown.
    """
    unknown = kos.flags - voc.VISIBILITY_OF_FLAG.keys() - voc.FLAGS_WITHOUT_EFFECT
    if unknown:
        raise DepotIncomplet(f"la prise en charge de l'indicateur {flag}" for flag in sorted(unknown) if flag.isidentifier())
    visibilities = {voc.VISIBILITY_OF_FLAG[flag].code: voc.VISIBILITY_OF_FLAG[flag] for flag in kos.flags if flag in voc.VISIBILITY_OF_FLAG}
    return (kos.confidentialite, *(visibilities[code] for code in sorted(visibilities)))


def build_objects(soumission: Soumission, signature: SignatureDocument, now: datetime, remplace: str | None = None) -> list[etree._Element]:
    """Return the registry objects of the submission, in order.

    Args:
        soumission: what is deposited.
        signature: its signature document.
        now: aware instant of submission.
        remplace: entryUUID of the document that the KOS takes the place of (TD 2.2), or None.
    """
    replaces = [] if remplace is None else [association(voc.REPLACES, "Replaces", DOCUMENT_KOS, remplace)]
    return [
        _submission_set(soumission, now).build(),
        _kos_entry(soumission, now).build(),
        _signature_entry(soumission, signature, now).build(),
        association(voc.HAS_MEMBER, "HasMemberKOS", SUBMISSION_SET, DOCUMENT_KOS),
        association(voc.HAS_MEMBER, "HasMemberSignature", SUBMISSION_SET, DOCUMENT_SIGNATURE),
        association(voc.SIGNS, "Signs", DOCUMENT_SIGNATURE, SUBMISSION_SET),
        *replaces,
    ]


def _submission_set(soumission: Soumission, now: datetime) -> RegistryObject:
    package = RegistryObject("RegistryPackage", SUBMISSION_SET, name=voc.KOS_TITLE, description="KOS")
    package.slot("submissionTime", dtm(now))
    package.author(voc.SS_AUTHOR, soumission.system, xon(soumission.structure))
    package.classify(voc.SS_CONTENT_TYPE, voc.CONTENT_TYPE)
    package.node(voc.SUBMISSION_SET_NODE)
    package.identify(voc.SS_PATIENT_ID, cx(soumission.patient_ins, "NH"), "XDSSubmissionSet.patientId")
    package.identify(voc.SS_SOURCE_ID, soumission.source_oid, "XDSSubmissionSet.sourceId")
    package.identify(voc.SS_UNIQUE_ID, soumission.unique_id, "XDSSubmissionSet.uniqueId")
    return package


def _entry(identifier: str, mime_type: str, name: str, description: str) -> RegistryObject:
    attributes = {"mimeType": mime_type, "objectType": voc.STABLE_DOCUMENT}
    return RegistryObject("ExtrinsicObject", identifier, attributes, name, description)


def _kos_entry(soumission: Soumission, now: datetime) -> RegistryObject:
    kos = soumission.kos
    entry = _entry(DOCUMENT_KOS, "application/dicom", voc.KOS_TITLE, "KOS")
    entry.slot("creationTime", dtm(kos.created_at))
    _common_slots(entry, soumission, now, language="fr-FR")
    entry.slot("serviceStartTime", dtm(soumission.debut))
    if kos.fin is not None:
        entry.slot("serviceStopTime", dtm(kos.fin))
    entry.slot("sourcePatientId", cx(soumission.patient_ins, "PI"))
    entry.slot("hash", hashlib.sha1(kos.contenu, usedforsecurity=False).hexdigest())
    entry.slot("size", str(len(kos.contenu)))
    entry.slot("sourcePatientInfo", *_patient_info(soumission))
    entry.slot(voc.REFERENCE_ID_LIST, *_references(kos))
    entry.author(voc.DE_AUTHOR, soumission.system, xon(soumission.structure))
    _classify_kos(entry, soumission)
    _identify_document(entry, soumission, kos.sop_instance_uid)
    return entry


def _classify_kos(entry: RegistryObject, soumission: Soumission) -> None:
    kos = soumission.kos
    entry.classify(voc.DE_CLASS, voc.KOS_CLASS)
    entry.classify(voc.DE_TYPE, voc.KOS_TYPE)
    entry.classify(voc.DE_FORMAT, voc.KOS_FORMAT)
    for code in confidentialities(kos):
        entry.classify(voc.DE_CONFIDENTIALITY, code)
    _classify_setting(entry, soumission)
    if kos.acte is not None:
        entry.classify(voc.DE_EVENT, kos.acte)
    # the DMP's filters name the value set, not the table the code comes from
    for code in _distinct(kos.modalites):
        entry.classify(voc.DE_EVENT, Code(code.code, voc.MODALITES, code.label))
    for code in _distinct(kos.regions):
        entry.classify(voc.DE_EVENT, Code(code.code, voc.REGIONS, code.label))


def _signature_entry(soumission: Soumission, signature: SignatureDocument, now: datetime) -> RegistryObject:
    entry = _entry(DOCUMENT_SIGNATURE, "text/xml", "Source", "")
    entry.slot("creationTime", dtm(now))
    _common_slots(entry, soumission, now, language="art")
    entry.slot("serviceStartTime", dtm(now))
    entry.slot("serviceStopTime", dtm(now))
    entry.slot("sourcePatientId", cx(soumission.patient_ins, "NH"))
    entry.slot("hash", signature.hash)
    entry.slot("size", str(len(signature.contenu)))
    entry.author(voc.DE_AUTHOR, soumission.system, xon(soumission.structure))
    entry.classify(voc.DE_CLASS, voc.SIGNATURE_CLASS)
    entry.classify(voc.DE_TYPE, voc.SIGNATURE_TYPE)
    entry.classify(voc.DE_FORMAT, voc.SIGNATURE_FORMAT)
    # the signature is a technical document: nobody is shown it, whatever the KOS
    for code in (NORMAL, voc.MASQUE_PS, voc.INVISIBLE_PATIENT):
        entry.classify(voc.DE_CONFIDENTIALITY, code)
    _classify_setting(entry, soumission)
    entry.classify(voc.DE_EVENT, voc.SIGNATURE_PURPOSE)
    _identify_document(entry, soumission, signature.unique_id)
    return entry


def _common_slots(entry: RegistryObject, soumission: Soumission, now: datetime, language: str) -> None:
    entry.slot("submissionTime", dtm(now))
    entry.slot("languageCode", language)
    entry.slot("legalAuthenticator", xcn_person(soumission.responsable))


def _classify_setting(entry: RegistryObject, soumission: Soumission) -> None:
    entry.classify(voc.DE_FACILITY, soumission.secteur_activite)
    entry.classify(voc.DE_PRACTICE, soumission.cadre_exercice)


def _identify_document(entry: RegistryObject, soumission: Soumission, unique_id: str) -> None:
    entry.identify(voc.DE_PATIENT_ID, cx(soumission.patient_ins, "NH"), "XDSDocumentEntry.patientId")
    entry.identify(voc.DE_UNIQUE_ID, unique_id, "XDSDocumentEntry.uniqueId")


def _patient_info(soumission: Soumission) -> tuple[str, ...]:
    traits = soumission.kos.patient.traits
    return (
        f"PID-5|{escaped(traits.nom_naissance)}^{escaped(traits.premier_prenom)}^^^^^L",
        f"PID-7|{escaped(traits.date_naissance)}",
        f"PID-8|{escaped(traits.sexe)}",
    )


def _references(kos: KosADeposer) -> tuple[str, ...]:
    """Write referenceIdList: the DMP takes these three kinds only (JDV_J231)."""
    study = Identifiant(kos.study_instance_uid, voc.STUDY_AUTHORITY)
    kinds = (
        (kos.accession, voc.REFERENCE_ACCESSION),
        (study, voc.REFERENCE_STUDY),
        (kos.order, voc.REFERENCE_ORDER),
    )
    return tuple(cx(identifiant, kind) for identifiant, kind in kinds if identifiant is not None)


def _distinct(codes: Iterable[Code]) -> Iterable[Code]:
    return {code.code: code for code in codes}.values()
