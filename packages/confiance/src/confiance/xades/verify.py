# SPDX-FileCopyrightText: 2026 drimm contributors
# SPDX-License-Identifier: Apache-2.0
"""Who signed, and over which bytes: the cryptographic steps of the verifier."""

from __future__ import annotations

import hashlib
from collections.abc import Collection, Iterable
from typing import TYPE_CHECKING

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric import padding, rsa
from cryptography.hazmat.primitives.serialization import Encoding

from confiance.certificates.anchors import Anchors
from confiance.certificates.chain import Path, find_path
from confiance.distinguished_name import DistinguishedName, DistinguishedNameError
from confiance.refusals import (
    EmpreinteDocument,
    EmpreinteProprietes,
    Reference,
    SignataireInconnu,
    SignatureFausse,
    StructureSignature,
)
from confiance.xades.envelope import UnverifiedEnvelope
from confiance.xades.signed_info import Digest, SignedInfo

if TYPE_CHECKING:
    from cryptography import x509


def identify(envelope: UnverifiedEnvelope, signers: Collection[DistinguishedName], anchors: Anchors) -> Path:
    """Find the pinned signer in KeyInfo and the path to an anchor.

    Raises:
        SignataireInconnu: no certificate with a pinned subject, or several.
        StructureSignature: X509SubjectName names somebody else.
        ChaineInconnue: no path to the anchors.
        UsageCertificat: a certificate may not play its part.
    """
    candidates = {c.public_bytes(Encoding.DER): c for c in envelope.certificates if _subject(c) in signers}
    if len(candidates) != 1:
        raise SignataireInconnu
    (leaf,) = candidates.values()
    _check_subject_name(envelope.subject_name, leaf)
    return find_path(leaf, [c for c in envelope.certificates if c != leaf], anchors)


def check_value(envelope: UnverifiedEnvelope, info: SignedInfo, leaf: x509.Certificate) -> None:
    """Check the RSA value over the bytes from which ``info`` was read.

    Raises:
        SignatureFausse: another key signed, or other bytes.
    """
    key = leaf.public_key()
    assert isinstance(key, rsa.RSAPublicKey)  # find_path refused any other
    try:
        key.verify(envelope.signature_value, envelope.signed_info, padding.PKCS1v15(), info.signature_hash)
    except InvalidSignature as error:
        raise SignatureFausse from error


def check_properties(envelope: UnverifiedEnvelope, info: SignedInfo) -> None:
    """Check that the second reference covers the SignedProperties of the profile.

    Raises:
        Reference: it points elsewhere.
        EmpreinteProprietes: the properties were altered.
    """
    if info.properties_uri != f"#{envelope.properties_id}":
        raise Reference
    if not matches(envelope.properties, info.properties):
        raise EmpreinteProprietes


def select_body(bodies: Iterable[bytes], info: SignedInfo) -> bytes:
    """Return the candidate bytes that were signed: equality of digests is the only judge.

    Raises:
        EmpreinteDocument: none of them was.
    """
    for body in bodies:
        if matches(body, info.document):
            return body
    raise EmpreinteDocument


def matches(data: bytes, digest: Digest) -> bool:
    """Tell whether these bytes have that digest."""
    return hashlib.new(digest.algorithm, data).digest() == digest.value


def _subject(certificate: x509.Certificate) -> DistinguishedName | None:
    try:
        return DistinguishedName.from_certificate(certificate)
    except DistinguishedNameError:
        return None


def _check_subject_name(text: str | None, leaf: x509.Certificate) -> None:
    if text is None:
        return
    try:
        same = DistinguishedName.parse(text) == DistinguishedName.from_certificate(leaf)
    except DistinguishedNameError as error:
        raise StructureSignature from error
    if not same:
        raise StructureSignature
