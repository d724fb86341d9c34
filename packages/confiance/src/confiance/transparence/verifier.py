# SPDX-FileCopyrightText: 2026 drimm contributors
# SPDX-License-Identifier: Apache-2.0
"""The verifier of heads: bytes in, a :class:`TeteVerifiee` or a typed refusal out. No socket, no clock, no state."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from confiance.liste_blanche.verifier import NaiveTime
from confiance.transparence import canonical, fields, jws
from confiance.transparence.canonical import NotCanonical
from confiance.transparence.cles import Trousseau
from confiance.transparence.jws import Jws
from confiance.transparence.merkle import verify_inclusion
from confiance.transparence.refusals import (
    InclusionFausse,
    TeteCleInconnue,
    TeteClesNonSignees,
    TeteContenu,
    TeteDateFuture,
    TeteExpiree,
    TeteFormat,
    TeteInclusion,
    TetePeuSignee,
    TeteValidite,
)
from confiance.transparence.tete import Tete, read_payload


class _Seal:
    """Shown by the verifier when it makes a TeteVerifiee."""


_SEAL = _Seal()


@dataclass(frozen=True)
class TetePolicy:
    """Whom the reader of heads believes, and its limits.

    Attributes:
        trousseau: keys and threshold.
        clock_skew: how far a head may lie after the trusted time.
        max_validity: longest time between two updates that is admitted: a head good for ten years would hide a freeze.
        max_bytes: size of the file.
    """

    trousseau: Trousseau
    clock_skew: timedelta = timedelta(minutes=5)
    max_validity: timedelta = timedelta(days=7)
    max_bytes: int = jws.MAX_BYTES

    @classmethod
    def from_pem(cls, keys: Mapping[str, bytes], threshold: int) -> TetePolicy:
        """Make a policy of public keys in PEM, by name.

        Raises:
            TeteClesInvalides: a key cannot be read, or the threshold is not between 1 and their number.
        """
        return cls(Trousseau.from_pem(keys, threshold))


class TeteVerifiee:
    """A verified head. Only :func:`verify_tete` makes one."""

    def __init__(self, seal: _Seal, data: bytes, parts: Jws, tete: Tete, signed_by: frozenset[str]) -> None:
        """Take what the verifier checked.

        Raises:
            TypeError: called from anywhere but the verifier.
        """
        if seal is not _SEAL:
            raise TypeError("a TeteVerifiee comes only out of the verifier")
        self._data, self._parts, self._tete, self._signed_by = data, parts, tete, signed_by

    @property
    def tete(self) -> Tete:
        """What was signed."""
        return self._tete

    @property
    def data(self) -> bytes:
        """The file, as it was read."""
        return self._data

    @property
    def payload(self) -> bytes:
        """The bytes that were signed."""
        return self._parts.payload

    @property
    def sha256(self) -> str:
        """Hex SHA-256 of the payload: the name of this head."""
        return self._parts.payload_sha256

    @property
    def signed_by(self) -> frozenset[str]:
        """Names of the keys of the policy that signed."""
        return self._signed_by

    def __repr__(self) -> str:
        return f"TeteVerifiee(numero {self._tete.numero}, liste {self._tete.sequence}, {self.sha256[:12]})"


def verify_tete(data: bytes, policy: TetePolicy, *, at: datetime) -> TeteVerifiee:
    """Verify a head and return what was signed.

    The order is the argument: nothing of the payload is read before enough known keys are seen to have signed it.

    1. the file: size, JSON, structure of a JWS;
    2. the signatures of the keys of the policy, up to the threshold;
    3. the payload: canonical JSON, known format, every field;
    4. the keys it announces have signed it too, up to their own threshold;
    5. the list it names is the last leaf of the log it names;
    6. its times, against the trusted time.

    Rollback, equivocation and the growth of the log are the matter of :class:`TrustedTete`, which has a memory.

    Args:
        data: the file, whole.
        policy: whom to believe.
        at: the trusted time, aware.

    Raises:
        TeteRefused: one of its subclasses, by the first check that fails.
        NaiveTime: ``at`` has no zone.
    """
    if at.tzinfo is None:
        raise NaiveTime
    verified = authenticate(data, policy)
    check_times(verified.tete, policy, at)
    return verified


def authenticate(data: bytes, policy: TetePolicy) -> TeteVerifiee:
    """Verify everything of a head but its times: for one that is kept, or that changed the keys long ago.

    Raises:
        TeteRefused: one of its subclasses.
    """
    parts = jws.take_apart(data, max_bytes=policy.max_bytes)
    signed_by = parts.check_signatures(policy.trousseau)
    tete = _read(parts.payload)
    _check_announced_keys(parts, tete.trousseau)
    try:
        verify_inclusion(tete.feuille.hash, tete.taille - 1, tete.taille, tete.inclusion, tete.racine)
    except InclusionFausse as error:
        raise TeteInclusion from error
    return TeteVerifiee(_SEAL, data, parts, tete, signed_by)


def _read(payload: bytes) -> Tete:
    try:
        source = fields.obj(canonical.load_canonical(payload))
        if not fields.major_is_ours(source.get("format")):
            raise TeteFormat
        return read_payload(source)
    except NotCanonical as error:
        raise TeteContenu from error


def _check_announced_keys(parts: Jws, announced: Trousseau) -> None:
    """Whoever will sign the next heads shows now that it can: a mistake in a change of keys would leave readers without any head."""
    try:
        parts.check_signatures(announced)
    except (TeteCleInconnue, TetePeuSignee) as error:
        raise TeteClesNonSignees from error


def check_times(tete: Tete, policy: TetePolicy, at: datetime) -> None:
    """Check the times of a head against the trusted time.

    Raises:
        TeteRefused: in the future, good for too long, or past its next update.
    """
    # times are subtracted: adding to the year 9999 would leave the calendar
    if max(tete.date_generation, tete.signing_time) - tete.this_update > policy.clock_skew:
        raise TeteContenu
    if tete.this_update - at > policy.clock_skew:
        raise TeteDateFuture
    if not timedelta(0) < tete.next_update - tete.this_update <= policy.max_validity:
        raise TeteValidite
    if at - tete.next_update > policy.clock_skew:
        raise TeteExpiree
