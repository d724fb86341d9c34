# SPDX-FileCopyrightText: 2026 drimm contributors
# SPDX-License-Identifier: EUPL-1.2
"""The column that holds sealed bytes; `rotate` finds every column of this class by itself."""

from __future__ import annotations

import functools
from typing import TYPE_CHECKING, Any

from django.conf import settings
from django.db import models

from confiance.exploitation.coffre.cles import read
from confiance.exploitation.coffre.scelle import Coffre
from espace.coffre.errors import CoffreAbsent

if TYPE_CHECKING:
    # Django itself knows no type parameters: they are told to the type checker only
    _BinaryField = models.BinaryField[bytes, bytes]
else:
    _BinaryField = models.BinaryField


class SealedField(_BinaryField):
    """Bytes sealed by :func:`seal`; the model must have a primary key known before it is saved (a UUID)."""


@functools.cache
def coffre() -> Coffre:
    """Return the coffre of this process, its key ring read once.

    Raises:
        CoffreAbsent: the settings name no key ring.
        TrousseauInvalide, SettingsError: it cannot be read.
    """
    table = settings.ESPACE.coffre
    if table is None:
        raise CoffreAbsent
    return Coffre(read(table.keys_file), "espace")


def seal(instance: models.Model, plain: bytes) -> bytes:
    """Seal bytes to the row of this instance (which may be not yet saved)."""
    return coffre().seal(plain, table=instance._meta.db_table, row=_row(instance))  # noqa: SLF001 - Django documents _meta as public


def unseal(instance: models.Model, sealed: Any) -> bytes:
    """Open a sealed column of this instance.

    Raises:
        CoffreFerme: changed, moved, or its key is unknown.
    """
    return coffre().open(bytes(sealed), table=instance._meta.db_table, row=_row(instance))  # noqa: SLF001 - Django documents _meta as public


def _row(instance: models.Model) -> Any:
    if instance.pk is None:
        raise ValueError("the row has no primary key yet")
    return instance.pk
