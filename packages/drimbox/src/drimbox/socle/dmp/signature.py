# SPDX-FileCopyrightText: 2026 drimm contributors
# SPDX-License-Identifier: EUPL-1.2
"""The signature document of a submission set: XAdES v1.1.1 over an IHE DSG manifest.

Source: IHE ITI TF-3 §5.5 (Document Digital Signature), CI-SIS, shape of the published deposits.

The digests are of the *inclusive* canonical form of two subtrees. lxml gives a wrong form for an element still attached to its tree
(spurious ``xmlns=""`` on its descendants), so every subtree is serialised and parsed again before it is canonicalised.
"""

from __future__ import annotations

import base64
import hashlib
import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Final

from lxml import etree

from drimbox.socle.dmp.signataire import Signataire
from drimbox.socle.dmp.vocabulary import SIGNATURE_PURPOSE

DSIG: Final = "http://www.w3.org/2000/09/xmldsig#"
XADES: Final = "http://uri.etsi.org/01903/v1.1.1#"
# lxml-stubs do not know that None is the default namespace
_DSIG_DEFAULT: Final[Any] = {None: DSIG}
_XADES_DEFAULT: Final[Any] = {None: XADES}
C14N_WITH_COMMENTS: Final = "http://www.w3.org/TR/2001/REC-xml-c14n-20010315#WithComments"
MANIFEST_TYPE: Final = f"{DSIG}Manifest"
SIGNED_PROPERTIES_TYPE: Final = f"{XADES}SignedProperties"
MANIFEST_ID: Final = "IHEManifest"
SIGNED_PROPERTIES_ID: Final = "S0-SignedProperties"
DUMMY_DIGEST: Final = "AA=="
"""The submission set has no bytes of its own to digest: IHE DSG writes this placeholder."""


@dataclass(frozen=True, slots=True)
class DocumentSigne:
    """A document of the submission: its uniqueId and its exact bytes."""

    unique_id: str
    contenu: bytes


@dataclass(frozen=True, slots=True)
class SignatureDocument:
    """The signature document, ready to be deposited.

    Attributes:
        unique_id: uniqueId of the document, also the Id of the signature.
        contenu: XML, UTF-8.
    """

    unique_id: str
    contenu: bytes

    @property
    def hash(self) -> str:
        """SHA-1 of the document, as the metadata want it."""
        return hashlib.sha1(self.contenu, usedforsecurity=False).hexdigest()


def build_signature(submission_uid: str, documents: Sequence[DocumentSigne], signataire: Signataire, now: datetime) -> SignatureDocument:
    """Sign a submission set.

    Args:
        submission_uid: uniqueId of the submission set.
        documents: what it holds, but for the signature itself.
        signataire: ORG SIGN of the structure.
        now: aware instant of signature.
    """
    unique_id = f"2.25.{uuid.uuid4().int}"
    signature = etree.Element(_ds("Signature"), nsmap=_DSIG_DEFAULT, Id=unique_id)
    info = etree.SubElement(signature, _ds("SignedInfo"))
    value = etree.SubElement(signature, _ds("SignatureValue"))
    data = etree.SubElement(etree.SubElement(signature, _ds("KeyInfo")), _ds("X509Data"))
    etree.SubElement(data, _ds("X509Certificate")).text = _base64(signataire.der)
    _add_purpose(signature, unique_id)
    manifest = _add_manifest(signature, submission_uid, documents, signataire)
    properties = _add_properties(signature, unique_id, signataire, now)
    _fill_signed_info(info, manifest, properties, signataire)
    value.text = _base64(signataire.sign(_canonical(info)))
    text = etree.tostring(signature, xml_declaration=True, encoding="UTF-8")
    return SignatureDocument(unique_id, text)


def _fill_signed_info(info: etree._Element, manifest: etree._Element, properties: etree._Element, signataire: Signataire) -> None:
    etree.SubElement(info, _ds("CanonicalizationMethod"), Algorithm=C14N_WITH_COMMENTS)
    etree.SubElement(info, _ds("SignatureMethod"), Algorithm=signataire.algorithmes.signature)
    referenced = ((MANIFEST_TYPE, MANIFEST_ID, manifest), (SIGNED_PROPERTIES_TYPE, SIGNED_PROPERTIES_ID, properties))
    for kind, identifier, element in referenced:
        reference = etree.SubElement(info, _ds("Reference"), Type=kind, URI=f"#{identifier}")
        _add_digest(reference, signataire, signataire.digest(_canonical(element)))


def _add_purpose(signature: etree._Element, unique_id: str) -> None:
    properties = etree.SubElement(_object(signature), _ds("SignatureProperties"))
    purpose = etree.SubElement(properties, _ds("SignatureProperty"), Id="purposeOfSignature", Target=f"#{unique_id}")
    purpose.text = SIGNATURE_PURPOSE.code


def _add_manifest(
    signature: etree._Element, submission_uid: str, documents: Sequence[DocumentSigne], signataire: Signataire
) -> etree._Element:
    manifest = etree.SubElement(_object(signature), _ds("Manifest"), Id=MANIFEST_ID)
    submission = etree.SubElement(manifest, _ds("Reference"), URI=f"urn:oid:{submission_uid}")
    etree.SubElement(submission, _ds("DigestMethod"), Algorithm=signataire.algorithmes.digest)
    etree.SubElement(submission, _ds("DigestValue")).text = DUMMY_DIGEST
    for document in documents:
        reference = etree.SubElement(manifest, _ds("Reference"), URI=f"urn:oid:{document.unique_id}")
        _add_digest(reference, signataire, signataire.digest(document.contenu))
    return manifest


def _add_properties(signature: etree._Element, unique_id: str, signataire: Signataire, now: datetime) -> etree._Element:
    qualifying = etree.SubElement(_object(signature), _xades("QualifyingProperties"), nsmap=_XADES_DEFAULT, Target=f"#{unique_id}")
    signed = etree.SubElement(qualifying, _xades("SignedProperties"), Id=SIGNED_PROPERTIES_ID)
    about = etree.SubElement(signed, _xades("SignedSignatureProperties"))
    instant = now.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
    etree.SubElement(about, _xades("SigningTime")).text = instant
    certificate = etree.SubElement(etree.SubElement(about, _xades("SigningCertificate")), _xades("Cert"))
    digest = etree.SubElement(certificate, _xades("CertDigest"))
    etree.SubElement(digest, _xades("DigestMethod"), Algorithm=signataire.algorithmes.digest)
    etree.SubElement(digest, _xades("DigestValue")).text = _base64(signataire.digest(signataire.der))
    issuer = etree.SubElement(certificate, _xades("IssuerSerial"))
    etree.SubElement(issuer, _ds("X509IssuerName"), nsmap=_DSIG_DEFAULT).text = signataire.issuer
    etree.SubElement(issuer, _ds("X509SerialNumber"), nsmap=_DSIG_DEFAULT).text = str(signataire.certificate.serial_number)
    policy = etree.SubElement(about, _xades("SignaturePolicyIdentifier"))
    etree.SubElement(policy, _xades("SignaturePolicyImplied"))
    etree.SubElement(signed, _xades("SignedDataObjectProperties"))
    return signed


def _add_digest(reference: etree._Element, signataire: Signataire, digest: bytes) -> None:
    etree.SubElement(reference, _ds("DigestMethod"), Algorithm=signataire.algorithmes.digest)
    etree.SubElement(reference, _ds("DigestValue")).text = _base64(digest)


def _object(signature: etree._Element) -> etree._Element:
    return etree.SubElement(signature, _ds("Object"))


def _canonical(element: etree._Element) -> bytes:
    detached = etree.fromstring(etree.tostring(element, with_tail=False))
    return etree.tostring(detached, method="c14n", exclusive=False, with_comments=True)


def _base64(data: bytes) -> str:
    return base64.b64encode(data).decode("ascii")


def _ds(name: str) -> str:
    return f"{{{DSIG}}}{name}"


def _xades(name: str) -> str:
    return f"{{{XADES}}}{name}"
