# SPDX-FileCopyrightText: 2026 drimm contributors
# SPDX-License-Identifier: Apache-2.0
"""xades:SignedProperties, read from the very bytes whose digest is signed."""

from __future__ import annotations

import hashlib
from datetime import datetime
from typing import TYPE_CHECKING

from cryptography.hazmat.primitives.serialization import Encoding
from lxml import etree

from confiance import horodatage
from confiance.distinguished_name import DistinguishedName, DistinguishedNameError
from confiance.refusals import Algorithme, CertificatNonLie, HeureSignature, StructureSignature
from confiance.xades import der, elements
from confiance.xades.names import DIGESTS, DS, XADES

if TYPE_CHECKING:
    from cryptography import x509


def check_binding(canonical: bytes, leaf: x509.Certificate, document_id: str | None) -> datetime:
    """Check that the properties designate ``leaf`` and the document; signed properties beyond those are left to their readers.

    Args:
        canonical: exclusive canonical form of SignedProperties, its digest already checked.
        leaf: certificate that verified the signature.
        document_id: Id of the reference to the document.

    Returns:
        SigningTime, UTC.

    Raises:
        StructureSignature: unexpected structure.
        CertificatNonLie: another certificate is designated, or none.
        HeureSignature: no readable SigningTime.
        Algorithme: the certificate is designated by a weak digest.
    """
    properties = elements.parse(canonical)
    signature_properties, *rest = elements.children(properties) or [properties]
    if signature_properties.tag != f"{XADES}SignedSignatureProperties":
        raise StructureSignature
    if len(rest) > 1 or any(child.tag != f"{XADES}SignedDataObjectProperties" for child in rest):
        raise StructureSignature
    held = elements.children(signature_properties)
    _check_certificate(held, leaf)
    for data_properties in rest:
        _check_formats(data_properties, document_id)
    return _signing_time(held)


def _signing_time(held: list[etree._Element]) -> datetime:
    found = [child for child in held if child.tag == f"{XADES}SigningTime"]
    if len(found) != 1:
        raise HeureSignature
    try:
        return horodatage.parse(elements.text(found[0]))
    except horodatage.HorodatageError as error:
        raise HeureSignature from error


def _check_certificate(held: list[etree._Element], leaf: x509.Certificate) -> None:
    checks = {f"{XADES}SigningCertificate": _check_issuer_v1, f"{XADES}SigningCertificateV2": _check_issuer_v2}
    found = [child for child in held if child.tag in checks]
    if len(found) != 1:
        raise CertificatNonLie
    certificates = elements.children(found[0])
    if not certificates or any(child.tag != f"{XADES}Cert" for child in certificates):
        raise StructureSignature
    digest, *issuer = elements.children(certificates[0]) or [found[0]]
    if digest.tag != f"{XADES}CertDigest" or len(issuer) > 1:
        raise StructureSignature
    _check_digest(digest, leaf)
    for element in issuer:
        checks[str(found[0].tag)](element, leaf)


def _check_digest(element: etree._Element, leaf: x509.Certificate) -> None:
    method, value = elements.sequence(element, f"{DS}DigestMethod", f"{DS}DigestValue")
    algorithm = DIGESTS.get(method.get("Algorithm", ""))
    if algorithm is None:
        raise Algorithme
    if hashlib.new(algorithm, leaf.public_bytes(Encoding.DER)).digest() != elements.octets(value):
        raise CertificatNonLie


def _check_issuer_v1(element: etree._Element, leaf: x509.Certificate) -> None:
    if element.tag != f"{XADES}IssuerSerial":
        raise StructureSignature
    issuer, serial = elements.sequence(element, f"{DS}X509IssuerName", f"{DS}X509SerialNumber")
    try:
        same = DistinguishedName.parse(elements.text(issuer)) == DistinguishedName.from_name(leaf.issuer)
    except DistinguishedNameError as error:
        raise CertificatNonLie from error
    if not same or elements.text(serial) != str(leaf.serial_number):
        raise CertificatNonLie


def _check_issuer_v2(element: etree._Element, leaf: x509.Certificate) -> None:
    if element.tag != f"{XADES}IssuerSerialV2":
        raise StructureSignature
    if elements.octets(element) != der.issuer_serial(leaf):
        raise CertificatNonLie


def _check_formats(data_properties: etree._Element, document_id: str | None) -> None:
    """A DataObjectFormat, when there is one, speaks of the document (S2 lists have none)."""
    formats = [child for child in elements.children(data_properties) if child.tag == f"{XADES}DataObjectFormat"]
    if any(element.get("ObjectReference") != f"#{document_id}" for element in formats):
        raise StructureSignature
