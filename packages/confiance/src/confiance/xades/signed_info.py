# SPDX-FileCopyrightText: 2026 drimm contributors
# SPDX-License-Identifier: Apache-2.0
"""ds:SignedInfo, read from the very bytes that the signature value covers."""

from __future__ import annotations

from dataclasses import dataclass

from cryptography.hazmat.primitives import hashes
from lxml import etree

from confiance.refusals import Algorithme, Reference, StructureSignature, Transformation
from confiance.xades import elements
from confiance.xades.names import (
    DIGESTS,
    DS,
    DS_NS,
    ENVELOPED,
    EXC_C14N,
    FILTER2,
    FILTER2_NS,
    RSA_SIGNATURES,
    SIGNED_PROPERTIES_TYPE,
    XPATH_1999,
    Shape,
)

_FILTER2_TEXT = "/descendant::ds:Signature"
_XPATH_TEXT = "not(ancestor-or-self::ds:Signature)"


@dataclass(frozen=True, slots=True)
class Digest:
    """An expected digest: name of the algorithm in hashlib, and value."""

    algorithm: str
    value: bytes


@dataclass(frozen=True, slots=True)
class SignedInfo:
    """What the signer signed.

    Attributes:
        signature_hash: digest under the RSA signature.
        document: digest of the canonical document without its signature.
        document_id: Id of that reference, or None.
        shape: how the signature is left out.
        properties: digest of the canonical SignedProperties.
        properties_uri: ``#`` and the Id of SignedProperties.
    """

    signature_hash: hashes.HashAlgorithm
    document: Digest
    document_id: str | None
    shape: Shape
    properties: Digest
    properties_uri: str


def read(canonical: bytes) -> SignedInfo:
    """Read SignedInfo from its canonical form.

    Raises:
        StructureSignature: unknown element, attribute or text.
        Algorithme: an algorithm outside the allowed sets.
        Transformation: a transform outside the three shapes.
        Reference: not exactly the document, then the signed properties.
    """
    info = elements.parse(canonical)
    elements.attributes(info, optional=("Id",))
    head = elements.children(info)
    if [child.tag for child in head[:2]] != [f"{DS}CanonicalizationMethod", f"{DS}SignatureMethod"]:
        raise StructureSignature
    method, signature_method, *references = head
    if _algorithm(method) != EXC_C14N:
        raise Algorithme
    signature_hash = RSA_SIGNATURES.get(_algorithm(signature_method))
    if signature_hash is None:
        raise Algorithme
    document, properties = _two_references(references)
    removal, document_digest = _reference_parts(document, transforms=2)
    _, properties_digest = _reference_parts(properties, transforms=1)
    return SignedInfo(
        signature_hash=signature_hash,
        document=document_digest,
        document_id=document.get("Id"),
        shape=_shape(removal[0]),
        properties=properties_digest,
        properties_uri=properties.get("URI", ""),
    )


def _two_references(references: list[etree._Element]) -> tuple[etree._Element, etree._Element]:
    if [reference.tag for reference in references] != [f"{DS}Reference"] * 2:
        raise Reference
    document, properties = references
    if document.get("URI") != "" or set(document.keys()) - {"URI", "Id"}:
        raise Reference
    if properties.get("Type") != SIGNED_PROPERTIES_TYPE or set(properties.keys()) - {"URI", "Id", "Type"}:
        raise Reference
    return document, properties


def _reference_parts(reference: etree._Element, *, transforms: int) -> tuple[list[etree._Element], Digest]:
    holder, method, value = elements.sequence(reference, f"{DS}Transforms", f"{DS}DigestMethod", f"{DS}DigestValue")
    elements.attributes(holder)
    elements.attributes(value)
    steps = elements.children(holder)
    if len(steps) != transforms or any(step.tag != f"{DS}Transform" for step in steps):
        raise Transformation
    if steps[-1].get("Algorithm") != EXC_C14N or _algorithm(steps[-1]) != EXC_C14N:
        raise Transformation
    algorithm = DIGESTS.get(_algorithm(method))
    if algorithm is None:
        raise Algorithme
    return steps, Digest(algorithm, elements.octets(value))


def _algorithm(element: etree._Element) -> str:
    """An algorithm without parameter: no InclusiveNamespaces, no HMACOutputLength."""
    elements.attributes(element, "Algorithm")
    if elements.text(element):
        raise StructureSignature
    return element.get("Algorithm", "")


def _shape(transform: etree._Element) -> Shape:
    """Recognise the transform instead of running it: an XPath over the whole document costs minutes."""
    algorithm = transform.get("Algorithm")
    elements.attributes(transform, "Algorithm")
    if algorithm == ENVELOPED and not len(transform) and not (transform.text or "").strip():
        return Shape.ENVELOPED
    if algorithm not in (XPATH_1999, FILTER2_NS):
        raise Transformation
    steps = elements.children(transform)
    if len(steps) != 1 or steps[0].nsmap.get("ds") != DS_NS:
        raise Transformation
    (xpath,) = steps
    written = elements.text(xpath)
    if algorithm == XPATH_1999 and xpath.tag == f"{DS}XPath" and not xpath.keys() and written == _XPATH_TEXT:
        return Shape.XPATH
    is_subtract = xpath.tag == f"{FILTER2}XPath" and xpath.items() == [("Filter", "subtract")]
    if algorithm == FILTER2_NS and is_subtract and written == _FILTER2_TEXT:
        return Shape.FILTER2
    raise Transformation
