# SPDX-FileCopyrightText: 2026 drimm contributors
# SPDX-License-Identifier: EUPL-1.2
"""Whom this DRIMbox believes: what the settings and the folder of anchors say, for the verifiers of confiance."""

from __future__ import annotations

from collections.abc import Iterable

from cryptography import x509

from confiance.distinguished_name import DistinguishedName
from confiance.liste_blanche import Anchors, Limits, Policy
from drimbox.config import ListeBlanche


def policy(settings: ListeBlanche, crls: Iterable[x509.CertificateRevocationList] = ()) -> Policy:
    """Read the anchors and their CRLs as they are now on disk, and return what the verifier is told to trust.

    Args:
        settings: of the list.
        crls: CRLs fetched; they stand beside those of the folder, and the verifier checks both alike.

    Raises:
        AnchorsError: the folder cannot be used.
        DistinguishedNameError: a signer of the settings is not a DN.
    """
    signers = frozenset(DistinguishedName.parse(text) for text in settings.signers)
    disk = Anchors.from_directory(settings.anchors)
    anchors = Anchors(disk.roots, disk.intermediates, (*disk.crls, *crls))
    return Policy(anchors, signers, limits=Limits(max_bytes=settings.max_bytes))
