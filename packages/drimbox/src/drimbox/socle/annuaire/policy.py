# SPDX-FileCopyrightText: 2026 drimm contributors
# SPDX-License-Identifier: EUPL-1.2
"""Whom this DRIMbox believes about the list: from the settings to the verifier."""

from __future__ import annotations

from confiance.distinguished_name import DistinguishedName
from confiance.liste_blanche import Anchors, Limits, Policy
from drimbox.config import ListeBlanche


def policy(settings: ListeBlanche) -> Policy:
    """Read the anchors and their CRLs as they are now on disk, and return what the verifier is told to trust.

    Raises:
        AnchorsError: the folder cannot be used.
        DistinguishedNameError: a signer of the settings is not a DN.
    """
    signers = frozenset(DistinguishedName.parse(text) for text in settings.signers)
    return Policy(Anchors.from_directory(settings.anchors), signers, limits=Limits(max_bytes=settings.max_bytes))
