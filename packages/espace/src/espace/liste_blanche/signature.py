# SPDX-FileCopyrightText: 2026 drimm contributors
# SPDX-License-Identifier: EUPL-1.2
"""What a signer is made of: its key, and the policy with which its lists are re-read. Only the process ``signataire`` opens the key."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime

from cryptography import x509
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from confiance.distinguished_name import DistinguishedName
from confiance.exploitation.settings import SettingsError, read_secret
from confiance.liste_blanche import Anchors, Policy, SigningKey
from confiance.xades.token import Place, open_key
from espace.config import ListeBlanche, Signer
from espace.liste_blanche.calendrier import Echeance, active
from espace.liste_blanche.errors import ChaineEtrangere


@dataclass(frozen=True)
class Signature:
    """The signer's key, and what a reader that trusts this signer only would accept."""

    key: SigningKey
    policy: Policy


@contextmanager
def opened(settings: ListeBlanche, signer: Signer) -> Iterator[Signature]:
    """Open a signer's key for one publication, so that a renewed certificate or CRL needs no restart and no key stays open.

    Raises:
        SettingsError: a file is missing or unreadable, or the key is readable by others.
        SigningKeyError, TokenError: not an RSA key, not the certificate's, or a token that does not give it.
        ChaineEtrangere: the list would carry a certificate that is not above the signer's.
        AnchorsError: no usable anchors.
    """
    certificate, chain = _read(signer)
    with _key(signer, certificate, chain) as key:
        _check_chain(key)
        yield Signature(key, reader_policy(settings, frozenset({DistinguishedName.from_certificate(key.certificate)})))


@contextmanager
def in_service(settings: ListeBlanche, now: datetime) -> Iterator[Signature]:
    """Open the key of the signer whose time it is.

    Raises:
        SignataireIndisponible: it is nobody's time.
        SettingsError, SigningKeyError, TokenError, AnchorsError: as :func:`opened`.
    """
    with opened(settings, active(settings.signers, now)) as signature:
        yield signature


def reader_policy(settings: ListeBlanche, signers: frozenset[DistinguishedName]) -> Policy:
    """Return what a reader accepts that pins these signers and has our anchors.

    Raises:
        AnchorsError: no usable anchors.
    """
    anchors = Anchors.from_directory(settings.anchors)
    return Policy(anchors, signers, revocation=settings.revocation, namespaces=frozenset({settings.namespace}))


def echeance(signer: Signer, announced: dict[str, datetime] | None = None) -> Echeance:
    """Return the dates of a signer, from the settings and from its certificate; its key is not touched.

    Args:
        signer: of the settings.
        announced: first head that named a public key, by hex SHA-256 of the key.

    Raises:
        SettingsError: the certificate cannot be read.
    """
    certificate = certificate_of(signer)
    spki = certificate.public_key().public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)
    name, end = hashlib.sha256(spki).hexdigest(), certificate.not_valid_after_utc
    begin = max(signer.since or certificate.not_valid_before_utc, certificate.not_valid_before_utc)
    stop = min(signer.until or end, end)
    dn = str(DistinguishedName.from_certificate(certificate))
    return Echeance(dn, name, begin, stop, end, (announced or {}).get(name))


def certificate_of(signer: Signer) -> x509.Certificate:
    """Return the certificate of a signer.

    Raises:
        SettingsError: it cannot be read.
    """
    try:
        return x509.load_pem_x509_certificates(signer.certificate.read_bytes())[0]
    except (OSError, ValueError) as error:
        raise SettingsError(f"Le certificat d'un signataire ne peut pas être lu ({type(error).__name__}).") from None


@contextmanager
def key_of(signer: Signer) -> Iterator[SigningKey]:
    """Open the key of a signer for the time of a block, and nothing else.

    Raises:
        SettingsError: a file is missing or unreadable, or the key is readable by others.
        SigningKeyError, TokenError: not an RSA key, not the certificate's, or a token that does not give it.
    """
    certificate, chain = _read(signer)
    with _key(signer, certificate, chain) as key:
        yield key


def _check_chain(key: SigningKey) -> None:
    """See that what the list embeds leads upwards: a reader that has only the root finds its way with it."""
    left, below = set(key.chain), key.certificate
    while (issuer := next((one for one in left if _issued(below, one)), None)) is not None:
        left.discard(issuer)
        below = issuer
    if left:
        raise ChaineEtrangere


def _issued(subject: x509.Certificate, issuer: x509.Certificate) -> bool:
    try:
        subject.verify_directly_issued_by(issuer)
    except (ValueError, TypeError, InvalidSignature):
        return False
    return True


def _read(signer: Signer) -> tuple[bytes, bytes]:
    try:
        return signer.certificate.read_bytes(), signer.chain.read_bytes() if signer.chain else b""
    except OSError as error:
        raise SettingsError(f"Un fichier du signataire ne peut pas être lu ({type(error).__name__}).") from None


@contextmanager
def _key(signer: Signer, certificate: bytes, chain: bytes) -> Iterator[SigningKey]:
    if signer.pkcs11 is not None:
        place = Place(signer.pkcs11.module, signer.pkcs11.token, signer.pkcs11.label)
        with open_key(place, read_secret(signer.pkcs11.pin).reveal(), certificate, (chain,) if chain.strip() else ()) as key:
            yield key
        return
    if signer.key is None:  # the settings forbid it
        raise SettingsError("Un signataire n'a pas de clé.")
    yield SigningKey.from_pem(certificate, read_secret(signer.key).reveal().encode(), chain)
