# SPDX-FileCopyrightText: 2026 drimm contributors
# SPDX-License-Identifier: Apache-2.0
"""What the verifier is told to trust, and the limits it keeps to."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import timedelta
from typing import Final

from confiance.certificates.anchors import Anchors
from confiance.certificates.revocation import RevocationPolicy
from confiance.distinguished_name import DistinguishedName
from confiance.liste_blanche.model import NAMESPACES, VERSION_FORMAT

AGENCE_SIGNER: Final = DistinguishedName.parse(
    "CN=Liste Blanche DRIM-M,OU=318751275100020,O=AGENCE DU NUMERIQUE EN SANTE,ST=Paris (75),C=FR"
)
"""Signer of every list published by the agency, over its successive certificates."""


@dataclass(frozen=True, slots=True)
class Limits:
    """Bounds of the reader.

    Attributes:
        max_bytes: size of the file.
        max_domaines: rows of the list.
        max_field: characters of one field of a row.
        max_signature: bytes of the ds:Signature element.
        max_certificates: certificates in KeyInfo.
        clock_skew: how far SigningTime and DateDeGeneration may lie after the trusted time.
    """

    max_bytes: int = 64 << 20
    max_domaines: int = 200_000
    max_field: int = 1024
    max_signature: int = 256 << 10
    max_certificates: int = 6
    clock_skew: timedelta = timedelta(minutes=5)


@dataclass(frozen=True)
class Format:
    """Which formats of the list are read, and how much of them.

    Attributes:
        namespaces: namespaces of the root element.
        versions: values of versionFormat, at most 50 characters each.
        limits: bounds of the reader.
    """

    namespaces: frozenset[str] = NAMESPACES
    versions: frozenset[str] = frozenset({VERSION_FORMAT})
    limits: Limits = field(default_factory=Limits)


@dataclass(frozen=True)
class Policy:
    """Whom the reader believes.

    Attributes:
        anchors: roots, intermediates and CRLs.
        signers: subjects allowed to sign; several during a rollover.
        revocation: ``hard`` refuses without a fresh CRL for signer and CA, ``soft`` accepts and says so.
        namespaces: namespaces of the root element.
        versions: values of versionFormat, at most 50 characters each.
        limits: bounds of the reader.
    """

    anchors: Anchors
    signers: frozenset[DistinguishedName]
    revocation: RevocationPolicy = "hard"
    namespaces: frozenset[str] = NAMESPACES
    versions: frozenset[str] = frozenset({VERSION_FORMAT})
    limits: Limits = field(default_factory=Limits)

    @property
    def format(self) -> Format:
        """The part that does not speak of trust."""
        return Format(self.namespaces, self.versions, self.limits)
