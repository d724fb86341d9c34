# SPDX-FileCopyrightText: 2026 drimm contributors
# SPDX-License-Identifier: EUPL-1.2
"""Documents as the DMP checks them: bytes against metadata, signature of the submission set, the KOS itself."""

from __future__ import annotations

import hashlib
from datetime import datetime
from io import BytesIO

from pydicom import dcmread
from pydicom.dataset import Dataset
from pydicom.errors import BytesLengthException, InvalidDicomError

from banc.dmp import schemes
from banc.dmp.envelope import Request
from banc.dmp.metadata import CheckedSubmission
from banc.dmp.names import KOS_SOP_CLASS, name
from banc.dmp.products import SIGN, Anchors, BadCertificate
from banc.dmp.refusals import RegistryFailure
from banc.dmp.xmldsig import BadSignature, verify_dsg


def attached_documents(request: Request) -> dict[str, bytes]:
    """Return the documents of a deposit by the id of their entry.

    Raises:
        RegistryFailure: XDSMissingDocument: an announced part is not there.
    """
    documents: dict[str, bytes] = {}
    for element in request.body.findall(name("xdsb:Document")):
        include = element.find(name("xop:Include"))
        if include is None:
            raise RegistryFailure("XDSRepositoryError", "Un document n'est pas joint en MTOM.")
        if documents.setdefault(element.get("id", ""), content := request.attached(include.get("href", ""))) is not content:
            raise RegistryFailure("XDSRepositoryMetadataError", "Deux documents ont le même id.")
    return documents


def check_bytes(submission: CheckedSubmission, documents: dict[str, bytes]) -> None:
    """Compare each document with the hash and the size of its entry.

    Raises:
        RegistryFailure: missing document, missing entry, wrong hash or wrong size.
    """
    entries = submission.submission.entries
    if entries.keys() - documents.keys():
        raise RegistryFailure("XDSMissingDocument", "Une fiche n'a pas de document.")
    if documents.keys() - entries.keys():
        raise RegistryFailure("XDSMissingDocumentMetadata", "Un document n'a pas de fiche.")
    for identifier, entry in entries.items():
        content = documents[identifier]
        if int(entry.slot("size")) != len(content):
            raise RegistryFailure("XDSNonIdenticalSize", "La taille d'un document n'est pas celle de sa fiche.")
        if hashlib.sha1(content, usedforsecurity=False).hexdigest() != entry.slot("hash").lower():
            raise RegistryFailure("XDSNonIdenticalHash", "L'empreinte d'un document n'est pas celle de sa fiche.")


def check_signature(submission: CheckedSubmission, documents: dict[str, bytes], anchors: Anchors, now: datetime) -> None:
    """Verify the signature of the submission set and what its manifest lists.

    Raises:
        RegistryFailure: XDSRepositoryMetadataError.
    """
    content = documents[submission.signature.identifier]
    try:
        manifest = verify_dsg(content)
        anchors.check(manifest.certificate, SIGN, now)
    except (BadSignature, BadCertificate) as error:
        raise RegistryFailure("XDSRepositoryMetadataError", f"Signature du lot : {error}") from None
    kos_uid = submission.kos.identifiers[schemes.UNIQUE]
    if manifest.unique_id != submission.signature.identifiers[schemes.UNIQUE] or manifest.purpose != schemes.SIGNATURE_PURPOSE:
        raise RegistryFailure("XDSRepositoryMetadataError", "La signature du lot n'est pas celle qu'annonce sa fiche.")
    if list(manifest.digests) != [submission.unique_id, kos_uid]:
        raise RegistryFailure("XDSRepositoryMetadataError", "Le manifeste signé ne liste pas le lot puis le KOS.")
    if not manifest.agrees(kos_uid, documents[submission.kos.identifier]):
        raise RegistryFailure("XDSRepositoryMetadataError", "L'empreinte signée du KOS n'est pas celle du KOS.")


def check_kos(submission: CheckedSubmission, documents: dict[str, bytes]) -> None:
    """Read the KOS and compare it with its entry.

    Raises:
        RegistryFailure: not a KOS, or a KOS of something else.
    """
    entry = submission.kos
    dataset = _read(documents[entry.identifier])
    references = entry.slots.get(schemes.REFERENCES, ())
    studies = {value.partition("^")[0] for value in references if value.endswith("studyInstanceUID")}
    right = {
        "SOPClassUID": dataset.get("SOPClassUID") == KOS_SOP_CLASS,
        "SOPInstanceUID": dataset.get("SOPInstanceUID") == entry.identifiers[schemes.UNIQUE],
        "StudyInstanceUID": dataset.get("StudyInstanceUID") in studies,
        "PatientID": str(dataset.get("PatientID", "")).strip() == submission.patient.partition("^")[0],
        "Modality": dataset.get("Modality") == "KO",
        "ConceptNameCodeSequence": _is_manifest(dataset),
        "RetrieveURL": _has_urls(dataset),
    }
    wrong = [told for told, is_right in right.items() if not is_right]
    if wrong:
        raise RegistryFailure("XDSRepositoryMetadataError", f"Le KOS ne s'accorde pas à sa fiche : {', '.join(wrong)}.")


def _read(content: bytes) -> Dataset:
    try:
        dataset = dcmread(BytesIO(content))
        for _ in dataset.iterall():
            pass  # values are decoded when they are reached: all of them must be readable
    except (
        InvalidDicomError,
        BytesLengthException,
        ValueError,
        KeyError,
        EOFError,
        OSError,
        TypeError,
        NotImplementedError,
        AttributeError,
    ):
        raise RegistryFailure("XDSRepositoryMetadataError", "Le KOS n'est pas un objet DICOM lisible.") from None
    return dataset


def _is_manifest(dataset: Dataset) -> bool:
    concepts = dataset.get("ConceptNameCodeSequence") or []
    return len(concepts) == 1 and concepts[0].get("CodeValue") == "113030"


def _has_urls(dataset: Dataset) -> bool:
    studies = dataset.get("CurrentRequestedProcedureEvidenceSequence") or []
    series = [one for study in studies for one in study.get("ReferencedSeriesSequence") or []]
    return bool(series) and all(str(one.get("RetrieveURL", "")).strip() for one in series)
