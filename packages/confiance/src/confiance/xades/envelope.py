# SPDX-FileCopyrightText: 2026 drimm contributors
# SPDX-License-Identifier: Apache-2.0
"""The ds:Signature element taken apart. Nothing read here is verified yet."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from lxml import etree

from confiance.refusals import StructureSignature, Taille
from confiance.xades import elements
from confiance.xades.names import DS, DS_NS, XADES

if TYPE_CHECKING:
    from cryptography import x509
else:
    from confiance.certificates.lazy import x509


@dataclass(frozen=True, slots=True)
class UnverifiedEnvelope:
    """Parts of a ds:Signature whose structure is right.

    Attributes:
        signed_info: exclusive canonical form of ds:SignedInfo.
        signature_value: what signs those bytes.
        certificates: of KeyInfo, in its order.
        subject_name: text of X509SubjectName, or None.
        properties: exclusive canonical form of xades:SignedProperties.
        properties_id: its Id.
    """

    signed_info: bytes
    signature_value: bytes
    certificates: tuple[x509.Certificate, ...]
    subject_name: str | None
    properties: bytes
    properties_id: str


def take_apart(signature: etree._Element, *, max_certificates: int) -> UnverifiedEnvelope:
    """Read a ds:Signature: SignedInfo, SignatureValue, KeyInfo, one Object that holds only the signed properties.

    Anything else inside would be outside the digests, where a careless reader could take it for content.

    Raises:
        StructureSignature: another structure, or the same Id twice.
        Taille: more certificates than allowed.
    """
    _check_namespaces(signature)
    elements.attributes(signature, "Id")
    info, value, key_info, holder = elements.sequence(signature, f"{DS}SignedInfo", f"{DS}SignatureValue", f"{DS}KeyInfo", f"{DS}Object")
    elements.attributes(value, optional=("Id",))
    elements.attributes(holder, optional=("Id",))
    properties = _signed_properties(holder, f"#{signature.get('Id')}")
    _refuse_repeated_ids(signature)
    certificates, subject_name = _key_info(key_info, max_certificates)
    return UnverifiedEnvelope(
        signed_info=elements.canonical(info),
        signature_value=elements.octets(value),
        certificates=certificates,
        subject_name=subject_name,
        properties=elements.canonical(properties),
        properties_id=properties.get("Id", ""),
    )


def _signed_properties(holder: etree._Element, target: str) -> etree._Element:
    (qualifying,) = elements.sequence(holder, f"{XADES}QualifyingProperties")
    elements.attributes(qualifying, "Target", optional=("Id",))
    if qualifying.get("Target") != target:
        raise StructureSignature
    (properties,) = elements.sequence(qualifying, f"{XADES}SignedProperties")
    elements.attributes(properties, "Id")
    return properties


def _check_namespaces(signature: etree._Element) -> None:
    """Exclusive canonicalisation does not sign the prefixes used only inside an XPath: nobody may bind ``ds`` to something else."""
    for element in signature.iter():
        if element.nsmap.get("ds", DS_NS) != DS_NS or not elements.absolute_namespaces(element):
            raise StructureSignature


def _refuse_repeated_ids(signature: etree._Element) -> None:
    """The reader resolves no Id by search, but others do: a repeated one is an attack on them."""
    found = [element.get("Id") for element in signature.iter() if element.get("Id") is not None]
    if len(found) != len(set(found)) or "" in found:
        raise StructureSignature


def _key_info(key_info: etree._Element, max_certificates: int) -> tuple[tuple[x509.Certificate, ...], str | None]:
    """KeyInfo is not signed: only X509Data is allowed, so that no KeyValue can compete with the certificate."""
    elements.attributes(key_info, optional=("Id",))
    (data,) = elements.sequence(key_info, f"{DS}X509Data")
    elements.attributes(data)
    held = elements.children(data)
    names = [child for child in held if child.tag == f"{DS}X509SubjectName"]
    encoded = [child for child in held if child.tag == f"{DS}X509Certificate"]
    if len(names) + len(encoded) != len(held) or len(names) > 1 or not encoded:
        raise StructureSignature
    for child in held:
        elements.attributes(child)
    if len(encoded) > max_certificates:
        raise Taille
    return tuple(map(_certificate, encoded)), elements.text(names[0]) if names else None


def _certificate(element: etree._Element) -> x509.Certificate:
    """Load a certificate whose parts can all be read: the library reads most of them only when asked."""
    try:
        certificate = x509.load_der_x509_certificate(elements.octets(element))
        _ = (certificate.subject, certificate.issuer, certificate.not_valid_before_utc, certificate.not_valid_after_utc)
    except Exception as error:  # hostile DER raises ValueError, TypeError, InvalidVersion or a warning: the library closes no list
        raise StructureSignature from error
    if certificate.serial_number <= 0:  # RFC 5280 §4.1.2.2
        raise StructureSignature
    return certificate
