# SPDX-FileCopyrightText: 2026 drimm contributors
# SPDX-License-Identifier: Apache-2.0
"""Reading a list without verifying it: for drafts to sign and for lint. Nothing read here may be trusted."""

from __future__ import annotations

from confiance.liste_blanche import grammar
from confiance.liste_blanche.document import check_unsigned
from confiance.liste_blanche.model import Brouillon
from confiance.liste_blanche.policy import Format


def read_unverified(data: bytes, form: Format | None = None) -> Brouillon:
    """Read a draft, or the content of a signed list whose signature is left aside unread.

    Raises:
        ListeBlancheRefused: the file does not follow the format.
    """
    form = form or Format()
    return grammar.read(check_unsigned(data, form), form)
