# SPDX-FileCopyrightText: 2026 drimm contributors
# SPDX-License-Identifier: EUPL-1.2
"""The ORG SIGN certificate of the structure and its key: what signs VIHF assertions and submission sets."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property, partial
from hashlib import sha256
from typing import Final

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import padding
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey
from cryptography.hazmat.primitives.serialization import Encoding, load_pem_private_key

from confiance.distinguished_name import DistinguishedName
from confiance.exploitation.settings import read_secret
from drimbox.config import Certificate
from drimbox.socle.dmp.errors import SignataireInvalide
from drimbox.socle.dmp.memoire import Memoire


@dataclass(frozen=True, slots=True)
class Algorithmes:
    """The digest of a signature and the names that XML Signature gives it."""

    digest: str
    signature: str
    hash: hashes.HashAlgorithm


ALGORITHMES: Final = {
    "sha256": Algorithmes("http://www.w3.org/2001/04/xmlenc#sha256", "http://www.w3.org/2001/04/xmldsig-more#rsa-sha256", hashes.SHA256()),
    # SHA-1 only where the DMP still demands it: a setting, never the default
    "sha1": Algorithmes(
        "http://www.w3.org/2000/09/xmldsig#sha1",
        "http://www.w3.org/2000/09/xmldsig#rsa-sha1",
        hashes.SHA1(),  # noqa: S303 - see above
    ),
}


class Signataire:
    """A certificate and the key that goes with it."""

    def __init__(self, certificate: x509.Certificate, key: RSAPrivateKey, digest: str = "sha256") -> None:
        """Keep a certificate and its key.

        Args:
            certificate: ORG SIGN.
            key: its private key.
            digest: ``sha256``, or ``sha1`` where the DMP demands it.

        Raises:
            SignataireInvalide: the key is not the certificate's.
        """
        if certificate.public_key() != key.public_key():
            raise SignataireInvalide
        self.certificate = certificate
        self.algorithmes = ALGORITHMES[digest]
        self._key = key

    @classmethod
    def load(cls, settings: Certificate, digest: str = "sha256") -> Signataire:
        """Read the certificate and its key from the files of the settings.

        Raises:
            SignataireInvalide: a file cannot be used.
            SettingsError: the key file is missing or readable by others.
        """
        # the files are read each time, so that a new certificate serves at once; the arithmetic that checks a key takes longer than a
        # deposit, and the same key gives the same answer
        secret = read_secret(settings.key).reveal().encode()
        try:
            pem = settings.certificate.read_bytes()
        except OSError as error:
            raise SignataireInvalide from error
        content = sha256(b"\0".join((digest.encode(), pem, secret))).digest()
        return _CHECKED.get(content, partial(cls._read, pem, secret, digest))

    @classmethod
    def _read(cls, pem: bytes, secret: bytes, digest: str) -> Signataire:
        try:
            certificate = x509.load_pem_x509_certificates(pem)[0]
            key = load_pem_private_key(secret, password=None)
        except (ValueError, TypeError) as error:
            raise SignataireInvalide from error
        if not isinstance(key, RSAPrivateKey):
            raise SignataireInvalide
        return cls(certificate, key, digest)

    @cached_property
    def der(self) -> bytes:
        """The certificate, DER."""
        return self.certificate.public_bytes(Encoding.DER)

    @property
    def dn(self) -> str:
        """Subject of the certificate, RFC 4514 order."""
        return str(DistinguishedName.from_certificate(self.certificate))

    @property
    def issuer(self) -> str:
        """Issuer of the certificate, RFC 4514 order."""
        return str(DistinguishedName.from_name(self.certificate.issuer))

    def digest(self, data: bytes) -> bytes:
        """Return the digest of some bytes."""
        computed = hashes.Hash(self.algorithmes.hash)
        computed.update(data)
        return computed.finalize()

    def sign(self, data: bytes) -> bytes:
        """Return the RSA PKCS#1 v1.5 signature of some bytes."""
        return self._key.sign(data, padding.PKCS1v15(), self.algorithmes.hash)

    def __repr__(self) -> str:
        return f"Signataire({self.dn})"


_CHECKED: Final = Memoire[Signataire]()
