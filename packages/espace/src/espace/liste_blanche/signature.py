# SPDX-FileCopyrightText: 2026 drimm contributors
# SPDX-License-Identifier: EUPL-1.2
"""What the signer is made of: its key, and the policy with which its lists are re-read. Only the process ``signataire`` loads this."""

from __future__ import annotations

from dataclasses import dataclass

from confiance.distinguished_name import DistinguishedName
from confiance.exploitation.settings import SettingsError, read_secret
from confiance.liste_blanche import Anchors, Policy, SigningKey
from espace.config import ListeBlanche


@dataclass(frozen=True)
class Signature:
    """The signer's key, and what a reader that trusts this signer only would accept."""

    key: SigningKey
    policy: Policy


def load(settings: ListeBlanche) -> Signature:
    """Read the signer's files; they are read for each publication, so that a renewed certificate or CRL needs no restart.

    Raises:
        SettingsError: a file is missing or unreadable, or the key is readable by others.
        SigningKeyError: not an RSA key, or not the certificate's.
        AnchorsError: no usable anchors.
    """
    try:
        certificate = settings.signer.certificate.read_bytes()
        chain = settings.signer.chain.read_bytes() if settings.signer.chain else b""
    except OSError as error:
        raise SettingsError(f"Un fichier du signataire ne peut pas être lu ({type(error).__name__}).") from None
    key = SigningKey.from_pem(certificate, read_secret(settings.signer.key).reveal().encode(), chain)
    policy = Policy(
        anchors=Anchors.from_directory(settings.anchors),
        signers=frozenset({DistinguishedName.from_certificate(key.certificate)}),
        revocation=settings.revocation,
        namespaces=frozenset({settings.namespace}),
    )
    return Signature(key, policy)
