# SPDX-FileCopyrightText: 2026 drimm contributors
# SPDX-License-Identifier: Apache-2.0
"""A signing key that never leaves its PKCS#11 token (extra ``[pkcs11]``)."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from confiance.errors import OwnError
from confiance.xades.signing_key import SigningKey, SigningKeyError

if TYPE_CHECKING:
    from cryptography import x509
else:
    from confiance.certificates.lazy import x509


class TokenError(OwnError):
    """The token or its key cannot be used."""

    code = "signature.jeton"
    message = "Le jeton PKCS#11 ne donne pas la clé de signature."
    remede = "Vérifier le module, le nom du jeton, celui de la clé, le code, et l'installation de drimm-confiance[pkcs11]."


@dataclass(frozen=True, slots=True)
class Place:
    """Where the key lives.

    Attributes:
        module: PKCS#11 library of the token.
        token: label of the token.
        key: label of the private key.
    """

    module: Path
    token: str
    key: str


@contextmanager
def open_key(place: Place, pin: str, certificate_pem: bytes, chain: Iterable[bytes] = ()) -> Iterator[SigningKey]:
    """Open a session on the token and give its key; the session ends with the block.

    Args:
        place: where the key lives.
        pin: user's code of the token, never kept.
        certificate_pem: certificate of that key.
        chain: PEM of the issuing CA, then of the root.

    Raises:
        TokenError: no such module, token or key, or a wrong code.
        SigningKeyError: unreadable certificate, or the key is another one's.
    """
    try:
        import pkcs11  # noqa: PLC0415  # optional
        from pkcs11 import KeyType, Mechanism, ObjectClass  # noqa: PLC0415  # optional
    except ImportError as error:
        raise TokenError from error
    certificate, issuers = _certificates(certificate_pem, chain)
    try:
        with pkcs11.lib(str(place.module)).get_token(token_label=place.token).open(user_pin=pin) as session:
            key: Any = session.get_key(object_class=ObjectClass.PRIVATE_KEY, key_type=KeyType.RSA, label=place.key)
            made = SigningKey(certificate, issuers, lambda data: bytes(key.sign(data, mechanism=Mechanism.SHA256_RSA_PKCS)))
            made.check()
            yield made
    except (pkcs11.PKCS11Error, RuntimeError) as error:
        raise TokenError from error


def _certificates(pem: bytes, chain: Iterable[bytes]) -> tuple[x509.Certificate, tuple[x509.Certificate, ...]]:
    try:
        certificate, *following = x509.load_pem_x509_certificates(pem)
        issuers = [c for item in chain for c in x509.load_pem_x509_certificates(item)]
    except ValueError as error:
        raise SigningKeyError from error
    return certificate, (*following, *issuers)
