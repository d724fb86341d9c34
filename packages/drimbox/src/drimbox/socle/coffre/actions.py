# SPDX-FileCopyrightText: 2026 drimm contributors
# SPDX-License-Identifier: EUPL-1.2
"""Sealing everything again under the newest key, so that an old one can be destroyed."""

from __future__ import annotations

from django.db import transaction

from confiance.exploitation.coffre import colonnes
from drimbox.socle.coffre.fields import coffre
from drimbox.socle.journal.actions import record


def rotate() -> int:
    """Seal again under the current key every value that another key sealed; return how many were."""
    changed = colonnes.rotate(coffre())
    with transaction.atomic():
        record("coffre:cles:rotated", count=changed)
    return changed
