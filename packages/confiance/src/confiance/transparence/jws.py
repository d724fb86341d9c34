# SPDX-FileCopyrightText: 2026 drimm contributors
# SPDX-License-Identifier: Apache-2.0
"""JWS in JSON General Serialization (RFC 7515 §7.2.1) with EdDSA (RFC 8037): one payload, one signature for each key."""

from __future__ import annotations

import base64
import binascii
import hashlib
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final

from confiance.transparence import canonical, fields
from confiance.transparence.canonical import Json, NotCanonical
from confiance.transparence.cles import SignsTete, Trousseau, is_key_id
from confiance.transparence.refusals import (
    TeteAlgorithme,
    TeteCleInconnue,
    TeteIllisible,
    TetePeuSignee,
    TeteSignatureFausse,
    TeteTaille,
)

MAX_BYTES: Final = 256 << 10
MAX_SIGNATURES: Final = 32
ALGORITHM: Final = "EdDSA"
ALGORITHMS: Final = frozenset({ALGORITHM, "Ed25519"})
"""Two names of one signature: RFC 8037, which every library knows, and RFC 9864, which is to replace it."""
TYPE: Final = "drimm-tete+json"


@dataclass(frozen=True, slots=True)
class Signature:
    """One signature of a payload, not yet checked.

    Attributes:
        key_id: who says to have signed.
        protected: the protected header as it was signed, in base64url.
        value: the signature.
    """

    key_id: str
    protected: str
    value: bytes

    def header(self) -> Json:
        """Return the protected header."""
        return fields.obj(canonical.load(_decode(self.protected)))


@dataclass(frozen=True, slots=True)
class Jws:
    """A file taken apart; nothing is checked yet.

    Attributes:
        encoded: the payload in base64url, as it was signed.
        payload: the payload.
        signatures: at most one for each key name.
    """

    encoded: str
    payload: bytes
    signatures: tuple[Signature, ...]

    @property
    def payload_sha256(self) -> str:
        """Hex SHA-256 of the payload: the name of a head."""
        return hashlib.sha256(self.payload).hexdigest()

    def signed_by(self, trousseau: Trousseau) -> frozenset[str]:
        """Return the names of the keys of this set that signed.

        Signatures by other keys are left aside, whatever their algorithm: keys change, and others may sign besides.

        Raises:
            TeteAlgorithme: a key of the set is said to sign otherwise than by Ed25519, or for another use.
            TeteSignatureFausse: a key of the set is said to have signed and did not.
        """
        found = set()
        for signature in self.signatures:
            cle = trousseau.find(signature.key_id)
            if cle is None:
                continue
            header = signature.header()
            if header.get("alg") not in ALGORITHMS or header.get("typ") != TYPE or "crit" in header:
                raise TeteAlgorithme
            if not cle.verifies(_signed_bytes(signature.protected, self.encoded), signature.value):
                raise TeteSignatureFausse
            found.add(cle.id)
        return frozenset(found)

    def check_signatures(self, trousseau: Trousseau) -> frozenset[str]:
        """Return who signed, when the threshold is met.

        Raises:
            TeteRefused: see :meth:`signed_by`; or too few signatures.
        """
        names = self.signed_by(trousseau)
        if len(names) < trousseau.seuil:
            raise TeteCleInconnue if len(self.signatures) > len(names) else TetePeuSignee
        return names


def sign_payload(payload: bytes, key: SignsTete) -> Signature:
    """Sign a payload with one key."""
    protected = _encode(canonical.dump({"alg": ALGORITHM, "kid": key.id, "typ": TYPE}))
    return Signature(key.id, protected, key.sign(_signed_bytes(protected, _encode(payload))))


def assemble(payload: bytes, signatures: Iterable[Signature]) -> bytes:
    """Write the file: a payload and its signatures, sorted by name of key."""
    ordered = sorted(signatures, key=lambda signature: signature.key_id)
    values = [{"protected": one.protected, "signature": _encode(one.value)} for one in ordered]
    return canonical.dump({"payload": _encode(payload), "signatures": values})


def take_apart(data: bytes, *, max_bytes: int = MAX_BYTES) -> Jws:
    """Read a file without believing it; unknown members are left aside, the unprotected header among them.

    Raises:
        TeteTaille: empty or too large.
        TeteIllisible: not a JWS of that serialization, or two signatures under one name.
    """
    if not 0 < len(data) <= max_bytes:
        raise TeteTaille
    try:
        source = fields.obj(canonical.load(data))
        encoded = _own_text(source, "payload")
        signatures = fields.items(source, "signatures", _read_signature, most=MAX_SIGNATURES)
        payload = _decode(encoded)
    except NotCanonical as error:
        raise TeteIllisible from error
    if len({one.key_id for one in signatures}) != len(signatures) or not signatures:
        raise TeteIllisible
    return Jws(encoded, payload, signatures)


def _read_signature(value: object) -> Signature:
    source = fields.obj(value)
    protected, signature = _own_text(source, "protected"), _decode(_own_text(source, "signature"))
    key_id = fields.obj(canonical.load(_decode(protected))).get("kid")
    if not isinstance(key_id, str) or not is_key_id(key_id):
        raise NotCanonical
    return Signature(key_id, protected, signature)


def _signed_bytes(protected: str, encoded: str) -> bytes:
    return f"{protected}.{encoded}".encode("ascii")


def _own_text(source: Json, name: str) -> str:
    value = source.get(name)
    if not isinstance(value, str) or not value.isascii():
        raise NotCanonical
    return value


def _encode(data: bytes) -> str:
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()


def _decode(text: str) -> bytes:
    """Read base64url without padding, in its only writing."""
    try:
        data = base64.b64decode(text + "=" * (-len(text) % 4), altchars=b"-_", validate=True)
    except (ValueError, binascii.Error) as error:
        raise NotCanonical from error
    if _encode(data) != text:
        raise NotCanonical
    return data
