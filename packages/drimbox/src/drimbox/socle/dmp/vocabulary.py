# SPDX-FileCopyrightText: 2026 drimm contributors
# SPDX-License-Identifier: EUPL-1.2
"""Identifiers of the XDS.b standard and of the French tables that the DMP asks for.

Sources: IHE ITI TF-3 §4.2 (schemes, associations), CI-SIS volet Partage de documents de santé, value sets JDV_J08, JDV_J231,
1.2.250.1.213.1.1.5.618 (modalities) and 1.2.250.1.213.1.1.5.695 (regions).
"""

from __future__ import annotations

from typing import Final

from drimbox.socle.pacs.uids import KEY_OBJECT_SELECTION
from drimbox.socle.personnes import Code

# namespaces
RIM: Final = "urn:oasis:names:tc:ebxml-regrep:xsd:rim:3.0"
RS: Final = "urn:oasis:names:tc:ebxml-regrep:xsd:rs:3.0"
LCM: Final = "urn:oasis:names:tc:ebxml-regrep:xsd:lcm:3.0"
QUERY: Final = "urn:oasis:names:tc:ebxml-regrep:xsd:query:3.0"
XDSB: Final = "urn:ihe:iti:xds-b:2007"
XOP: Final = "http://www.w3.org/2004/08/xop/include"

# actions (IHE ITI TF-2)
ACTION_DEPOT: Final = "urn:ihe:iti:2007:ProvideAndRegisterDocumentSet-b"
ACTION_RECHERCHE: Final = "urn:ihe:iti:2007:RegistryStoredQuery"
ACTION_RETRAIT: Final = "urn:ihe:iti:2007:RetrieveDocumentSet"
ACTION_MISE_A_JOUR: Final = "urn:ihe:iti:2010:UpdateDocumentSet"
ACTION_EXISTENCE: Final = "urn:hl7-org:v3:PRPA_IN201307UV02"

# stored queries
FIND_DOCUMENTS: Final = "urn:uuid:14d4debf-8f97-4251-9a74-a90016b0af0d"
FIND_BY_REFERENCE: Final = "urn:uuid:12941a89-e02e-4be5-967c-ce4bfc8fe492"
GET_DOCUMENTS: Final = "urn:uuid:5c4f972b-d56b-40ac-a5fc-c8ca9b40b9d4"

STATUS_PREFIX: Final = "urn:oasis:names:tc:ebxml-regrep:StatusType:"
STATUS_APPROVED: Final = f"{STATUS_PREFIX}Approved"
STATUS_DELETED: Final = "urn:asip:ci-sis:2010:StatusType:Deleted"
"""JDV_J52 and the DMP: what is deleted is kept, and shown to nobody (TD 3.3c)."""
RESPONSE_SUCCESS: Final = "urn:oasis:names:tc:ebxml-regrep:ResponseStatusType:Success"

# objects, associations
STABLE_DOCUMENT: Final = "urn:uuid:7edca82f-054d-47f2-a032-9b2a5b5186c1"
SUBMISSION_SET_NODE: Final = "urn:uuid:a54d6aa5-d40d-43f9-88c5-b4633d873bdd"
HAS_MEMBER: Final = "urn:oasis:names:tc:ebxml-regrep:AssociationType:HasMember"
SIGNS: Final = "urn:ihe:iti:2007:AssociationType:signs"
REPLACES: Final = "urn:ihe:iti:2007:AssociationType:RPLC"
UPDATES_STATUS: Final = "urn:ihe:iti:2010:AssociationType:UpdateAvailabilityStatus"

# classification schemes and identification schemes of the submission set
SS_AUTHOR: Final = "urn:uuid:a7058bb9-b4e4-4307-ba5b-e3f0ab85e12d"
SS_CONTENT_TYPE: Final = "urn:uuid:aa543740-bdda-424e-8c96-df4873be8500"
SS_PATIENT_ID: Final = "urn:uuid:6b5aea1a-874d-4603-a4bc-96a0a7b38446"
SS_SOURCE_ID: Final = "urn:uuid:554ac39e-e3fe-47fe-b233-965d2a147832"
SS_UNIQUE_ID: Final = "urn:uuid:96fdda7c-d067-4183-912e-bf5ee74998a8"

# those of a document entry
DE_AUTHOR: Final = "urn:uuid:93606bcf-9494-43ec-9b4e-a7748d1a838d"
DE_CLASS: Final = "urn:uuid:41a5887f-8865-4c09-adf7-e362475b143a"
DE_TYPE: Final = "urn:uuid:f0306f51-975f-434e-a61c-c59651d33983"
DE_CONFIDENTIALITY: Final = "urn:uuid:f4f85eac-e6cb-4883-b524-f2705394840f"
DE_FORMAT: Final = "urn:uuid:a09d5840-386c-46f2-b5ad-9c3699a4309d"
DE_FACILITY: Final = "urn:uuid:f33fb8ac-18af-42cc-ae0e-ed0b0bdb91e1"
DE_PRACTICE: Final = "urn:uuid:cccf5598-8b07-4b77-a05e-ae952c785ead"
DE_EVENT: Final = "urn:uuid:2c6b8cb7-8b2a-4051-b291-b1ae6a575ef4"
DE_PATIENT_ID: Final = "urn:uuid:58a6f841-87b3-4a3e-92fd-a8ffeff98427"
DE_UNIQUE_ID: Final = "urn:uuid:2e82c1f6-a085-4c72-9da3-8640a32e42ab"

REFERENCE_ID_LIST: Final = "urn:ihe:iti:xds:2013:referenceIdList"
REFERENCE_ACCESSION: Final = "urn:ihe:iti:xds:2013:accession"
REFERENCE_ORDER: Final = "urn:ihe:iti:xds:2013:order"
REFERENCE_STUDY: Final = "urn:ihe:iti:xds:2016:studyInstanceUID"
STUDY_AUTHORITY: Final = "1.2.3.4.5.6"
"""Authority that the published samples write beside a StudyInstanceUID, which needs none."""

MODALITES: Final = "1.2.250.1.213.1.1.5.618"
REGIONS: Final = "1.2.250.1.213.1.1.5.695"
VISIBILITES: Final = "1.2.250.1.213.1.1.4.13"

# the KOS
KOS_CLASS: Final = Code("31", "1.2.250.1.213.1.1.4.1", "Imagerie médicale")
KOS_TYPE: Final = Code("IMG-KOS", "1.2.250.1.213.1.1.4.12", "Référence d'objets d'un examen d'imagerie")
KOS_FORMAT: Final = Code(
    KEY_OBJECT_SELECTION,
    "1.2.840.10008.2.6.1",
    "Document de Références d'objets d'imagerie selon profil IHE RAD XDS-I",
)
KOS_TITLE: Final = "Référence d'Objets d'un Examen d'Imagerie"
CONTENT_TYPE: Final = Code("04", "1.2.250.1.213.2.2", "Hospitalisation de jour")
"""The content type of every submission of a KOS in the published samples."""

# the signature of the submission set (IHE DSG)
SIGNATURE_CLASS: Final = Code("urn:oid:1.3.6.1.4.1.19376.1.2.1.1.1", "URN", "Digital Signature")
SIGNATURE_TYPE: Final = Code("E1762", "ASTM", "Full Document")
SIGNATURE_FORMAT: Final = Code("http://www.w3.org/2000/09/xmldsig#", "URN", "Default Signature Style")
SIGNATURE_PURPOSE: Final = Code("1.2.840.10065.1.12.1.14", "1.2.840.10065.1.12", "Source")

MASQUE_PS: Final = Code("MASQUE_PS", VISIBILITES, "Masqué aux professionnels de santé")
INVISIBLE_PATIENT: Final = Code("INVISIBLE_PATIENT", VISIBILITES, "Non visible par le patient")
INVISIBLE_REPRESENTANTS: Final = Code("INVISIBLE_REPRESENTANTS_LEGAUX", VISIBILITES, "Non visible par les représentants légaux du patient")
VISIBILITY_OF_FLAG: Final = {
    "MASQUE_PS": MASQUE_PS,
    "INVISIBLE_PATIENT": INVISIBLE_PATIENT,
    "INVISIBLE_REP_LEGAUX": INVISIBLE_REPRESENTANTS,
    "INVISIBLE_REPRESENTANTS_LEGAUX": INVISIBLE_REPRESENTANTS,
}
"""HL7 flag (table MetaDMPMSS) → confidentiality code of JDV_J08."""
FLAGS_WITHOUT_EFFECT: Final = frozenset(
    {"MODIF_CONF_CODE", "DESTDMP", "DESTMSSANTEPS", "DESTMSSANTEPAT", "ACK_RECEPTION", "ACK_LECTURE_MSS"}
)
"""Flags that say nothing of who may see the document."""
