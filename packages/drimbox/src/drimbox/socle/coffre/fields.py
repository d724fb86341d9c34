# SPDX-FileCopyrightText: 2026 drimm contributors
# SPDX-License-Identifier: EUPL-1.2
"""The coffre of the DRIMbox, and the columns that it seals."""

from __future__ import annotations

import functools
from typing import Any

from django.conf import settings
from django.db import models

from confiance.exploitation.coffre import colonnes
from confiance.exploitation.coffre.cles import read
from confiance.exploitation.coffre.colonnes import SealedField
from confiance.exploitation.coffre.scelle import Coffre

__all__ = ["SealedField", "coffre", "seal", "unseal"]


@functools.cache
def coffre() -> Coffre:
    """Return the coffre of this process, its key ring read once."""
    return Coffre(read(settings.DRIMBOX.cles.trousseau), "drimbox")


def seal(instance: models.Model, plain: bytes) -> bytes:
    """Seal bytes to the row of this instance (which may be not yet saved)."""
    return colonnes.seal(coffre(), instance, plain)


def unseal(instance: models.Model, sealed: Any) -> bytes:
    """Open a sealed column of this instance.

    Raises:
        CoffreFerme: changed, moved, or its key is unknown.
    """
    return colonnes.unseal(coffre(), instance, sealed)
