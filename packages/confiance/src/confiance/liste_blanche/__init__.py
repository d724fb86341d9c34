# SPDX-FileCopyrightText: 2026 drimm contributors
# SPDX-License-Identifier: Apache-2.0
"""The Liste Blanche: verify it, remember it, write it, look for its faults."""

from confiance.certificates.anchors import Anchors, AnchorsError
from confiance.liste_blanche.diff import Changement, Diff, diff
from confiance.liste_blanche.freshness import Freshness, FreshnessLimits
from confiance.liste_blanche.lint import Finding, LintRules, Severity, lint
from confiance.liste_blanche.model import Brouillon, Domaine, ListeBlanche
from confiance.liste_blanche.policy import AGENCE_SIGNER, Format, Limits, Policy
from confiance.liste_blanche.trusted import (
    ClockFault,
    NoListe,
    Outcome,
    ReaderSettings,
    RemovalGuard,
    TrustedListeBlanche,
)
from confiance.liste_blanche.unverified import read_unverified
from confiance.liste_blanche.verifier import NaiveTime, verify
from confiance.liste_blanche.writer import BrouillonInvalide, SignatureHorsValidite, sign
from confiance.refusals import ListeBlancheRefused
from confiance.xades.names import Shape
from confiance.xades.signing_key import SigningKey, SigningKeyError

__all__ = [
    "AGENCE_SIGNER",
    "Anchors",
    "AnchorsError",
    "Brouillon",
    "BrouillonInvalide",
    "Changement",
    "ClockFault",
    "Diff",
    "Domaine",
    "Finding",
    "Format",
    "Freshness",
    "FreshnessLimits",
    "Limits",
    "LintRules",
    "ListeBlanche",
    "ListeBlancheRefused",
    "NaiveTime",
    "NoListe",
    "Outcome",
    "Policy",
    "ReaderSettings",
    "RemovalGuard",
    "Severity",
    "Shape",
    "SignatureHorsValidite",
    "SigningKey",
    "SigningKeyError",
    "TrustedListeBlanche",
    "diff",
    "lint",
    "read_unverified",
    "sign",
    "verify",
]
