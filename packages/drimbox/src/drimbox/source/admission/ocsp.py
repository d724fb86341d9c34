# SPDX-FileCopyrightText: 2026 drimm contributors
# SPDX-License-Identifier: EUPL-1.2
"""OCSP of a peer's certificate (RFC 6960): what is asked, and what an answer is worth. No network here, see :mod:`.repondeur`."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from cryptography import x509
from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric import ec, padding, rsa
from cryptography.hazmat.primitives.hashes import SHA1, SHA256, HashAlgorithm
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509 import ocsp
from cryptography.x509.oid import AuthorityInformationAccessOID, ExtendedKeyUsageOID

from confiance.errors import PeerError

SKEW = timedelta(minutes=5)
MAX_AGE = timedelta(days=7)


class ReponseOcspRefusee(PeerError):
    """The answer of an OCSP responder proves nothing."""

    code = "admission.ocsp_refuse"
    message = "La réponse du serveur OCSP ne prouve rien sur ce certificat."
    remede = "Vérifiez le serveur OCSP de l'IGC-Santé et l'heure de cette machine."
    clause = "RFC 6960 §3.2"


@dataclass(frozen=True, slots=True)
class Statut:
    """What a responder said, proven.

    Attributes:
        revoked: whether the certificate is revoked.
        until: instant after which it must be asked again.
    """

    revoked: bool
    until: datetime


def responders_of(certificate: x509.Certificate) -> tuple[str, ...]:
    """Return the addresses of the responders that a certificate names."""
    try:
        found = certificate.extensions.get_extension_for_class(x509.AuthorityInformationAccess).value
    except (x509.ExtensionNotFound, ValueError):
        return ()
    uris = (d.access_location for d in found if d.access_method == AuthorityInformationAccessOID.OCSP)
    return tuple(str(uri.value) for uri in uris if isinstance(uri, x509.UniformResourceIdentifier))


def question(certificate: x509.Certificate, issuer: x509.Certificate) -> bytes:
    """Return the DER request about one certificate."""
    names = SHA1()  # noqa: S303 - it only names the issuer, and is the only hash that every responder knows (RFC 5019 §2.1.1)
    request = ocsp.OCSPRequestBuilder().add_certificate(certificate, issuer, names).build()
    return request.public_bytes(Encoding.DER)


def read_answer(der: bytes, certificate: x509.Certificate, issuer: x509.Certificate, now: datetime) -> Statut:
    """Return what an answer proves.

    Raises:
        ReponseOcspRefusee: it is not an answer about this certificate, signed by its issuer or on its behalf, and of this moment.
    """
    try:
        answer = ocsp.load_der_ocsp_response(der)
        if answer.response_status is not ocsp.OCSPResponseStatus.SUCCESSFUL:
            raise ReponseOcspRefusee
        single = _about(answer, certificate, issuer)
        _check_signature(answer, issuer, now)
        until = single.next_update_utc
        if until is None or not single.this_update_utc - SKEW <= now <= until or now - single.this_update_utc > MAX_AGE:
            raise ReponseOcspRefusee
    except (ValueError, TypeError, InvalidSignature, UnsupportedAlgorithm, x509.ExtensionNotFound):
        raise ReponseOcspRefusee from None
    if single.certificate_status is ocsp.OCSPCertStatus.UNKNOWN:
        raise ReponseOcspRefusee
    return Statut(single.certificate_status is ocsp.OCSPCertStatus.REVOKED, until)


def _about(answer: ocsp.OCSPResponse, certificate: x509.Certificate, issuer: x509.Certificate) -> ocsp.OCSPSingleResponse:
    """Return the part of the answer about this certificate of this issuer."""
    for single in answer.responses:
        if single.serial_number != certificate.serial_number:
            continue
        asked = ocsp.OCSPRequestBuilder().add_certificate(certificate, issuer, single.hash_algorithm).build()
        if (single.issuer_key_hash, single.issuer_name_hash) == (asked.issuer_key_hash, asked.issuer_name_hash):
            return single
    raise ReponseOcspRefusee


def _check_signature(answer: ocsp.OCSPResponse, issuer: x509.Certificate, now: datetime) -> None:
    """The issuer signed, or somebody it made a certificate for with that only purpose (RFC 6960 §4.2.2.2)."""
    signer = next(iter(answer.certificates), issuer)
    if signer != issuer:
        signer.verify_directly_issued_by(issuer)
        usage = signer.extensions.get_extension_for_class(x509.ExtendedKeyUsage).value
        if ExtendedKeyUsageOID.OCSP_SIGNING not in usage or not signer.not_valid_before_utc <= now <= signer.not_valid_after_utc:
            raise ReponseOcspRefusee
    _verify(signer, answer.signature, answer.tbs_response_bytes, answer.signature_hash_algorithm or SHA256())


def _verify(signer: x509.Certificate, signature: bytes, signed: bytes, algorithm: HashAlgorithm) -> None:
    key = signer.public_key()
    if isinstance(algorithm, SHA1):
        raise ReponseOcspRefusee
    if isinstance(key, rsa.RSAPublicKey):
        key.verify(signature, signed, padding.PKCS1v15(), algorithm)
    elif isinstance(key, ec.EllipticCurvePublicKey):
        key.verify(signature, signed, ec.ECDSA(algorithm))
    else:
        raise ReponseOcspRefusee
