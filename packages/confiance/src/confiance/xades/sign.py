# SPDX-FileCopyrightText: 2026 drimm contributors
# SPDX-License-Identifier: Apache-2.0
"""XAdES Baseline-B enveloped signatures as eSignSante writes them since September 2026.

Everything is written directly in exclusive canonical form, so no parser takes part and the same input gives the same bytes.
"""

from __future__ import annotations

import base64
import hashlib
from dataclasses import dataclass
from datetime import datetime

from cryptography.hazmat.primitives.serialization import Encoding

from confiance import horodatage
from confiance.xades import der
from confiance.xades.names import (
    DS_NS,
    ENVELOPED,
    EXC_C14N,
    FILTER2_NS,
    RSA_SHA256,
    SHA256,
    SHA512,
    SIGNED_PROPERTIES_TYPE,
    XADES_NS,
    XPATH_1999,
    Shape,
)
from confiance.xades.signing_key import SigningKey

_DS = f' xmlns:ds="{DS_NS}"'
_XADES = f' xmlns:xades="{XADES_NS}"'
_C14N = f'<ds:Transform Algorithm="{EXC_C14N}"></ds:Transform>'
_REMOVALS = {
    Shape.ENVELOPED: f'<ds:Transform Algorithm="{ENVELOPED}"></ds:Transform>',
    Shape.FILTER2: (
        f'<ds:Transform Algorithm="{FILTER2_NS}"><dsig-filter2:XPath xmlns:dsig-filter2="{FILTER2_NS}" Filter="subtract">'
        "/descendant::ds:Signature</dsig-filter2:XPath></ds:Transform>"
    ),
    Shape.XPATH: (f'<ds:Transform Algorithm="{XPATH_1999}"><ds:XPath>not(ancestor-or-self::ds:Signature)</ds:XPath></ds:Transform>'),
}


@dataclass(frozen=True)
class ToSign:
    """What one signature covers.

    Attributes:
        body_digest: SHA-256 of the canonical document without its signature.
        signing_time: time to claim, aware.
        shape: how the signature is left out of the document.
        identifier: hex text, unique in the document, from which the Ids are made.
    """

    body_digest: bytes
    signing_time: datetime
    shape: Shape
    identifier: str


def signature_element(to_sign: ToSign, key: SigningKey) -> bytes:
    """Return the ds:Signature element to insert as last child of the root."""
    properties = signed_properties(to_sign, key)
    info = signed_info(to_sign, hashlib.sha256(properties.encode()).digest())
    return assemble(to_sign.identifier, info, key.rsa_sha256(info.encode()), properties, key)


def signed_properties(to_sign: ToSign, key: SigningKey) -> str:
    """Return the exclusive canonical form of xades:SignedProperties."""
    digest = hashlib.sha512(key.certificate.public_bytes(Encoding.DER)).digest()
    identifier = to_sign.identifier
    return (
        f'<xades:SignedProperties{_XADES} Id="xades-id-{identifier}"><xades:SignedSignatureProperties>'
        f"<xades:SigningTime>{horodatage.text_of(to_sign.signing_time)}</xades:SigningTime>"
        f'<xades:SigningCertificateV2><xades:Cert><xades:CertDigest><ds:DigestMethod{_DS} Algorithm="{SHA512}"></ds:DigestMethod>'
        f"<ds:DigestValue{_DS}>{_b64(digest)}</ds:DigestValue></xades:CertDigest>"
        f"<xades:IssuerSerialV2>{_b64(der.issuer_serial(key.certificate))}</xades:IssuerSerialV2></xades:Cert>"
        "</xades:SigningCertificateV2></xades:SignedSignatureProperties><xades:SignedDataObjectProperties>"
        f'<xades:DataObjectFormat ObjectReference="#r-id-{identifier}-1"><xades:MimeType>text/xml</xades:MimeType>'
        "</xades:DataObjectFormat></xades:SignedDataObjectProperties></xades:SignedProperties>"
    )


def signed_info(to_sign: ToSign, properties_digest: bytes) -> str:
    """Return the exclusive canonical form of ds:SignedInfo."""
    document = _reference(f'Id="r-id-{to_sign.identifier}-1" URI=""', _REMOVALS[to_sign.shape] + _C14N, to_sign.body_digest)
    properties = _reference(f'Type="{SIGNED_PROPERTIES_TYPE}" URI="#xades-id-{to_sign.identifier}"', _C14N, properties_digest)
    return (
        f'<ds:SignedInfo{_DS}><ds:CanonicalizationMethod Algorithm="{EXC_C14N}"></ds:CanonicalizationMethod>'
        f'<ds:SignatureMethod Algorithm="{RSA_SHA256}"></ds:SignatureMethod>{document}{properties}</ds:SignedInfo>'
    )


def assemble(identifier: str, info: str, value: bytes, properties: str, key: SigningKey) -> bytes:
    """Put the parts together; namespaces already in scope are not repeated, which leaves the canonical forms unchanged."""
    certificates = "".join(
        f"<ds:X509Certificate>{_b64(c.public_bytes(Encoding.DER))}</ds:X509Certificate>" for c in (key.certificate, *key.chain)
    )
    return (
        f'<ds:Signature{_DS} Id="id-{identifier}">{info.replace(_DS, "")}'
        f'<ds:SignatureValue Id="value-id-{identifier}">{_b64(value)}</ds:SignatureValue>'
        f"<ds:KeyInfo><ds:X509Data>{certificates}</ds:X509Data></ds:KeyInfo>"
        f'<ds:Object><xades:QualifyingProperties{_XADES} Target="#id-{identifier}">'
        f"{properties.replace(_XADES, '', 1).replace(_DS, '')}</xades:QualifyingProperties></ds:Object></ds:Signature>"
    ).encode()


def _reference(attributes: str, transforms: str, digest: bytes) -> str:
    return (
        f"<ds:Reference {attributes}><ds:Transforms>{transforms}</ds:Transforms>"
        f'<ds:DigestMethod Algorithm="{SHA256}"></ds:DigestMethod><ds:DigestValue>{_b64(digest)}</ds:DigestValue></ds:Reference>'
    )


def _b64(value: bytes) -> str:
    return base64.b64encode(value).decode()
