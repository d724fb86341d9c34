# SPDX-FileCopyrightText: 2026 drimm contributors
# SPDX-License-Identifier: Apache-2.0
"""The verifier: bytes in, a trusted :class:`ListeBlanche` or a typed refusal out. No socket, no clock, no state."""

from __future__ import annotations

import hashlib
from datetime import datetime

from confiance.certificates.chain import Path, check_validity
from confiance.certificates.revocation import check_revocation
from confiance.distinguished_name import DistinguishedName
from confiance.errors import OwnError
from confiance.liste_blanche import grammar
from confiance.liste_blanche.document import open_document
from confiance.liste_blanche.model import VERIFIER_SEAL, Brouillon, ListeBlanche, Provenance
from confiance.liste_blanche.policy import Policy
from confiance.refusals import DateFuture, HeureSignature
from confiance.xades import properties, signed_info
from confiance.xades.envelope import take_apart
from confiance.xades.signed_info import Digest
from confiance.xades.verify import check_properties, check_value, identify, select_body


class NaiveTime(OwnError):
    """The caller gave a time without zone."""

    code = "horodatage.sans_zone"
    message = "L'instant de confiance donné n'a pas de fuseau horaire."
    remede = "Donner un instant avec son fuseau, par exemple en UTC."


def verify(data: bytes, policy: Policy, *, at: datetime) -> ListeBlanche:
    """Verify a Liste Blanche and return what was signed, nothing more.

    The order is the argument: nothing expensive is done before the signer is known, and each step reads only bytes that the step
    before authenticated.

    1. the file as bytes: size, encoding, forbidden markup;
    2. the file as XML, its root and its only signature;
    3. the structure of the signature, against a closed profile;
    4. the signer: pinned subject, path to an anchor, RSA value over SignedInfo;
    5. the two references: signed properties, then the list;
    6. the XAdES binding of the certificate, and the signing time;
    7. validity and revocation of the path at the trusted time;
    8. the rows, from the bytes that were hashed.

    Rollback and freeze are the matter of :class:`TrustedListeBlanche`, which has a memory.

    Args:
        data: the file, whole.
        policy: whom to trust and which limits to keep.
        at: the trusted time, aware.

    Raises:
        ListeBlancheRefused: one of its subclasses, by the first check that fails.
        NaiveTime: ``at`` has no zone.
    """
    if at.tzinfo is None:
        raise NaiveTime
    document = open_document(data, policy.format)
    envelope = take_apart(document.signature, max_certificates=policy.limits.max_certificates)
    info = signed_info.read(envelope.signed_info)
    path = identify(envelope, policy.signers, policy.anchors)
    check_value(envelope, info, path.leaf)
    check_properties(envelope, info)
    body = select_body(document.bodies(), info)
    signing_time = properties.check_binding(envelope.properties, path.leaf, info.document_id)
    _check_signing_time(signing_time, path, policy, at)
    check_validity(path, at)
    checked = check_revocation(path, policy.anchors.crls, at, policy.revocation)
    content = grammar.read(body, policy.format)
    _check_generation(content, policy, at)
    provenance = Provenance(
        signer=DistinguishedName.from_certificate(path.leaf),
        signing_time=signing_time,
        signer_not_after=path.leaf.not_valid_after_utc,
        sha256=hashlib.sha256(data).hexdigest(),
        body_sha256=_body_sha256(body, info.document),
        revocation_checked=checked,
    )
    return ListeBlanche(VERIFIER_SEAL, content, provenance)


def _body_sha256(body: bytes, signed: Digest) -> str:
    """The digest just compared, when the signer used the same."""
    return signed.value.hex() if signed.algorithm == "sha256" else hashlib.sha256(body).hexdigest()


def _check_signing_time(signing_time: datetime, path: Path, policy: Policy, at: datetime) -> None:
    if not path.leaf.not_valid_before_utc <= signing_time <= path.leaf.not_valid_after_utc:
        raise HeureSignature
    if signing_time > at + policy.limits.clock_skew:
        raise HeureSignature


def _check_generation(content: Brouillon, policy: Policy, at: datetime) -> None:
    """A date far ahead would make every later list look older."""
    if content.date_generation > at + policy.limits.clock_skew:
        raise DateFuture
