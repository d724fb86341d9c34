# SPDX-FileCopyrightText: 2026 drimm contributors
# SPDX-License-Identifier: EUPL-1.2
"""XML signatures as the DMP checks them: a fixed shape, a fixed list of algorithms, and only the bytes that were hashed."""

from __future__ import annotations

import base64
import binascii
import hashlib
import hmac
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from cryptography import x509
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import padding
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicKey
from cryptography.hazmat.primitives.serialization import Encoding
from lxml import etree

from banc.dmp.names import NS, name

EXC_C14N: Final = "http://www.w3.org/2001/10/xml-exc-c14n#"
C14N: Final = "http://www.w3.org/TR/2001/REC-xml-c14n-20010315"
ENVELOPED: Final = NS["ds"] + "enveloped-signature"
DIGESTS: Final = {NS["ds"] + "sha1": "sha1", "http://www.w3.org/2001/04/xmlenc#sha256": "sha256"}
SIGNATURES: Final[Mapping[str, hashes.HashAlgorithm]] = {
    NS["ds"] + "rsa-sha1": hashes.SHA1(),  # noqa: S303 - the DMP still takes it
    "http://www.w3.org/2001/04/xmldsig-more#rsa-sha256": hashes.SHA256(),
}


class BadSignature(Exception):
    """A signature is refused; the text is French."""


@dataclass(frozen=True, slots=True)
class VerifiedManifest:
    """A signature document whose bytes were verified. Only :func:`verify_dsg` makes it.

    Attributes:
        certificate: of the signer; its chain is checked elsewhere.
        unique_id: Id of the signature.
        purpose: purpose of the signature.
        digests: (algorithm, digest) by uniqueId of document, ``urn:oid:`` removed, in order.
    """

    certificate: x509.Certificate
    unique_id: str
    purpose: str
    digests: Mapping[str, tuple[str, bytes]]

    def agrees(self, unique_id: str, content: bytes) -> bool:
        """Tell whether a document is the one that was signed."""
        algorithm, digest = self.digests.get(unique_id, ("", b""))
        return algorithm in DIGESTS and hmac.compare_digest(hashlib.new(DIGESTS[algorithm], content).digest(), digest)


def verify_enveloped(element: etree._Element) -> x509.Certificate:
    """Verify the signature enveloped in a SAML assertion and return its certificate, whose chain is still to be checked.

    Raises:
        BadSignature: another shape, another algorithm, altered bytes.
    """
    signatures = element.findall(name("ds:Signature"))
    if len(signatures) != 1 or len(list(element.iter(name("ds:Signature")))) != 1:
        raise BadSignature("Il faut une signature, et une seule.")
    signature = signatures[0]
    references = signature.findall(f"{name('ds:SignedInfo')}/{name('ds:Reference')}")
    if len(references) != 1 or references[0].get("URI") != f"#{element.get('ID')}":
        raise BadSignature("La signature ne porte pas sur l'assertion entière.")
    transforms = [t.get("Algorithm") for t in references[0].iter(name("ds:Transform"))]
    if transforms != [ENVELOPED, EXC_C14N] or any(len(t) for t in references[0].iter(name("ds:Transform"))):
        raise BadSignature("Les transformations de la signature ne sont pas celles du VIHF.")
    copy = etree.fromstring(etree.tostring(element, with_tail=False))
    copy.remove(copy.find(name("ds:Signature")))  # type: ignore[arg-type] # found above
    _check_digest(references[0], etree.tostring(copy, method="c14n", exclusive=True, with_comments=False))
    return _check_value(signature, {EXC_C14N})


def verify_dsg(document: bytes) -> VerifiedManifest:
    """Verify a signature of submission set (XAdES 1.1.1, IHE DSG).

    Raises:
        BadSignature: unreadable, another shape, another algorithm, altered bytes.
    """
    signature = _parse(document)
    if signature.tag != name("ds:Signature"):
        raise BadSignature("Le document n'est pas une signature.")
    manifest = _one(signature, f"{name('ds:Object')}/{name('ds:Manifest')}")
    path = f"{name('ds:Object')}/{name('xades:QualifyingProperties')}/{name('xades:SignedProperties')}"
    properties = _one(signature, path)
    _check_references(signature, {"Manifest": manifest, "SignedProperties": properties})
    certificate = _check_value(signature, {C14N, C14N + "#WithComments"})
    _check_signing_certificate(properties, certificate)
    purpose = _one(signature, f"{name('ds:Object')}/{name('ds:SignatureProperties')}/{name('ds:SignatureProperty')}")
    return VerifiedManifest(certificate, signature.get("Id", ""), (purpose.text or "").strip(), _digests(manifest))


def _check_references(signature: etree._Element, signed: Mapping[str, etree._Element]) -> None:
    references = signature.findall(f"{name('ds:SignedInfo')}/{name('ds:Reference')}")
    kinds = {(r.get("Type") or "").rpartition("#")[2]: r for r in references}
    if len(references) != len(signed) or kinds.keys() != signed.keys():
        raise BadSignature("La signature ne porte pas sur le manifeste et les propriétés.")
    for kind, element in signed.items():
        identifier = element.get("Id")
        twins = [e for e in signature.iter() if e.get("Id") == identifier]
        if kinds[kind].get("URI") != f"#{identifier}" or len(twins) != 1 or kinds[kind].find(name("ds:Transforms")) is not None:
            raise BadSignature("Une référence de la signature ne désigne pas ce qu'elle annonce.")
        _check_digest(kinds[kind], _inclusive(element, comments=False))


def _digests(manifest: etree._Element) -> dict[str, tuple[str, bytes]]:
    found: dict[str, tuple[str, bytes]] = {}
    for reference in manifest.findall(name("ds:Reference")):
        unique_id = (reference.get("URI") or "").removeprefix("urn:oid:")
        algorithm = _one(reference, name("ds:DigestMethod")).get("Algorithm", "")
        if not unique_id or unique_id in found or reference.find(name("ds:Transforms")) is not None:
            raise BadSignature("Une référence du manifeste est illisible.")
        found[unique_id] = (algorithm, _decoded(_one(reference, name("ds:DigestValue"))))
    return found


def _check_signing_certificate(properties: etree._Element, certificate: x509.Certificate) -> None:
    path = "/".join(map(name, ("xades:SignedSignatureProperties", "xades:SigningCertificate", "xades:Cert", "xades:CertDigest")))
    digest = _one(properties, path)
    algorithm = _one(digest, name("xades:DigestMethod")).get("Algorithm", "")
    value = _decoded(_one(digest, name("xades:DigestValue")))
    der = certificate.public_bytes(Encoding.DER)
    if algorithm not in DIGESTS or hashlib.new(DIGESTS[algorithm], der).digest() != value:
        raise BadSignature("Le certificat joint n'est pas celui que la signature annonce.")


def _check_digest(reference: etree._Element, data: bytes) -> None:
    algorithm = _one(reference, name("ds:DigestMethod")).get("Algorithm", "")
    if algorithm not in DIGESTS:
        raise BadSignature("Algorithme d'empreinte inconnu.")
    computed = hashlib.new(DIGESTS[algorithm], data).digest()
    if not hmac.compare_digest(computed, _decoded(_one(reference, name("ds:DigestValue")))):
        raise BadSignature("Une empreinte signée ne correspond pas.")


def _check_value(signature: etree._Element, canonicalisations: set[str]) -> x509.Certificate:
    info = _one(signature, name("ds:SignedInfo"))
    canonicalisation = _one(info, name("ds:CanonicalizationMethod")).get("Algorithm", "")
    algorithm = SIGNATURES.get(_one(info, name("ds:SignatureMethod")).get("Algorithm", ""))
    if canonicalisation not in canonicalisations or algorithm is None:
        raise BadSignature("Algorithme de signature inconnu.")
    certificate = _certificate(_one(signature, "/".join(map(name, ("ds:KeyInfo", "ds:X509Data", "ds:X509Certificate")))))
    key = certificate.public_key()
    if not isinstance(key, RSAPublicKey):
        raise BadSignature("La clé du signataire n'est pas RSA.")
    if canonicalisation == EXC_C14N:
        data = etree.tostring(info, method="c14n", exclusive=True, with_comments=False)
    else:
        data = _inclusive(info, comments=canonicalisation.endswith("#WithComments"))
    try:
        key.verify(_decoded(_one(signature, name("ds:SignatureValue"))), data, padding.PKCS1v15(), algorithm)
    except InvalidSignature:
        raise BadSignature("La valeur de la signature est fausse.") from None
    return certificate


def _inclusive(element: etree._Element, *, comments: bool) -> bytes:
    """Canonicalise a subtree as a document of its own: lxml is wrong on an attached one, and keeps in-scope namespaces here."""
    alone = etree.fromstring(etree.tostring(element, with_tail=False))
    return etree.tostring(alone, method="c14n", exclusive=False, with_comments=comments)


def _parse(document: bytes) -> etree._Element:
    parser = etree.XMLParser(resolve_entities=False, no_network=True, load_dtd=False, huge_tree=False)
    try:
        return etree.fromstring(document, parser)
    except (etree.XMLSyntaxError, ValueError):
        raise BadSignature("Le document de signature n'est pas du XML.") from None


def _certificate(element: etree._Element) -> x509.Certificate:
    try:
        return x509.load_der_x509_certificate(_decoded(element))
    except ValueError:
        raise BadSignature("Le certificat du signataire est illisible.") from None


def _one(parent: etree._Element, path: str) -> etree._Element:
    found = parent.findall(path)
    if len(found) != 1:
        raise BadSignature("La signature est incomplète.")
    return found[0]


def _decoded(element: etree._Element) -> bytes:
    try:
        return base64.b64decode("".join((element.text or "").split()), validate=True)
    except (binascii.Error, ValueError):
        raise BadSignature("Une valeur de la signature est illisible.") from None
