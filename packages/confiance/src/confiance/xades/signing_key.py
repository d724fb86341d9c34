# SPDX-FileCopyrightText: 2026 drimm contributors
# SPDX-License-Identifier: Apache-2.0
"""The key that signs, wherever it lives: in a file here, in a PKCS#11 token in :mod:`confiance.xades.token`."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import padding, rsa

from confiance.errors import OwnError

if TYPE_CHECKING:
    from cryptography import x509
else:
    from confiance.certificates.lazy import x509

_PROBE = b"drimm"


class SigningKeyError(OwnError):
    """The signing key cannot be used."""

    code = "signature.cle"
    message = "La clé de signature ne peut pas être utilisée."
    remede = "Vérifier que la clé privée est une clé RSA au format PEM, qu'elle correspond au certificat et que la chaîne est lisible."


@dataclass(frozen=True)
class SigningKey:
    """A certificate, its chain, and a function that signs with its private key.

    Attributes:
        certificate: the signer's certificate (ORG SIGN).
        chain: issuing CA, then root, written into KeyInfo after the certificate.
        rsa_sha256: RSA PKCS#1 v1.5 with SHA-256 of the bytes given. The private key itself is never an attribute.
    """

    certificate: x509.Certificate
    chain: tuple[x509.Certificate, ...]
    rsa_sha256: Callable[[bytes], bytes]

    @classmethod
    def from_pem(
        cls, certificate_pem: bytes, key_pem: bytes, chain: Iterable[bytes] | bytes = (), *, password: bytes | None = None
    ) -> SigningKey:
        """Load a key from PEM.

        Args:
            certificate_pem: the signer's certificate; certificates that follow it in the same PEM join the chain.
            key_pem: RSA private key (PKCS#8 or PKCS#1).
            chain: PEM of the issuing CA, then of the root.
            password: of the private key, if it has one.

        Raises:
            SigningKeyError: unreadable, not RSA, or not the certificate's key.
        """
        pems = [chain] if isinstance(chain, bytes) else list(chain)
        try:
            certificate, *following = x509.load_pem_x509_certificates(certificate_pem)
            issuers = [c for pem in pems if pem.strip() for c in x509.load_pem_x509_certificates(pem)]
            key = serialization.load_pem_private_key(key_pem, password)
        except (ValueError, TypeError, UnsupportedAlgorithm) as error:
            raise SigningKeyError from error
        if not isinstance(key, rsa.RSAPrivateKey):
            raise SigningKeyError
        made = cls(certificate, (*following, *issuers), _signer(key))
        made.check()
        return made

    def check(self) -> None:
        """Sign a probe and verify it with the certificate.

        Raises:
            SigningKeyError: the private key is not the certificate's.
        """
        public = self.certificate.public_key()
        if not isinstance(public, rsa.RSAPublicKey):
            raise SigningKeyError
        try:
            public.verify(self.rsa_sha256(_PROBE), _PROBE, padding.PKCS1v15(), hashes.SHA256())
        except InvalidSignature as error:
            raise SigningKeyError("La clé privée ne correspond pas au certificat de signature.") from error


def _signer(key: rsa.RSAPrivateKey) -> Callable[[bytes], bytes]:
    return lambda data: key.sign(data, padding.PKCS1v15(), hashes.SHA256())
