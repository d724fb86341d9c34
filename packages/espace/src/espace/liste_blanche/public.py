# SPDX-FileCopyrightText: 2026 drimm contributors
# SPDX-License-Identifier: EUPL-1.2
"""What readers find, looked at before anything takes its place: once a backup is restored, it is newer than the database.

Readers would refuse the older list, then take the next one, which has a newer date and the boxes excluded since the backup.
"""

from __future__ import annotations

import hashlib
from datetime import datetime

from confiance.distinguished_name import DistinguishedName
from confiance.liste_blanche import ListeBlancheRefused, verify
from espace.config import ListeBlanche
from espace.liste_blanche import signature
from espace.liste_blanche.errors import BaseAnterieure
from espace.liste_blanche.fichier import NAME
from espace.liste_blanche.queries import EnVigueur


def check_not_newer(settings: ListeBlanche, held: EnVigueur | None, *, now: datetime) -> None:
    """Refuse to replace a list of ours that is newer than the one in force by the database.

    Args:
        settings: the table ``[liste_blanche]``.
        held: the list in force by the database, if any.
        now: aware instant.

    Raises:
        BaseAnterieure: the public list was signed by one of our signers after the one in force.
        SettingsError: the certificate of a signer cannot be read.
        AnchorsError: no usable anchors.
    """
    try:
        data = (settings.publication / NAME).read_bytes()
    except OSError:
        return  # nothing that readers can find
    if held is not None and hashlib.sha256(data).hexdigest() == held.sha256:
        return
    signers = frozenset(DistinguishedName.from_certificate(signature.certificate_of(one)) for one in settings.signers)
    try:
        found = verify(data, signature.reader_policy(settings, signers), at=now)
    except ListeBlancheRefused:
        return  # not a list that readers would take: it is replaced
    if held is None or found.date_generation > held.date_generation:
        raise BaseAnterieure
