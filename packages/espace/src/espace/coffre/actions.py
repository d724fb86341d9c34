# SPDX-FileCopyrightText: 2026 drimm contributors
# SPDX-License-Identifier: EUPL-1.2
"""Sealing everything again under the newest key, so that an old one can be destroyed."""

from __future__ import annotations

from typing import Any

from django.apps import apps
from django.db import transaction

from confiance.exploitation.coffre.scelle import key_id_of
from espace.coffre.fields import SealedField, coffre
from espace.journal.actions import record

BATCH = 200


def rotate() -> int:
    """Seal again under the current key every value that another key sealed; return how many were."""
    changed = sum(_rotate_column(model, field.attname) for model in apps.get_models() for field in _sealed(model))
    with transaction.atomic():
        record("coffre:cles:rotated", count=changed)
    return changed


def _meta(model: Any) -> Any:
    return model._meta  # noqa: SLF001 - Django documents _meta as public


def _sealed(model: Any) -> list[SealedField]:
    return [field for field in _meta(model).local_fields if isinstance(field, SealedField)]


def _rotate_column(model: Any, column: str) -> int:
    keys = list(model.objects.exclude(**{column: None}).exclude(**{column: b""}).values_list("pk", flat=True))
    return sum(_rotate_batch(model, column, keys[start : start + BATCH]) for start in range(0, len(keys), BATCH))


@transaction.atomic
def _rotate_batch(model: Any, column: str, keys: list[Any]) -> int:
    box, table, changed = coffre(), _meta(model).db_table, 0
    for instance in model.objects.select_for_update().filter(pk__in=keys):
        sealed = bytes(getattr(instance, column) or b"")
        if not sealed or key_id_of(sealed) == box.trousseau.current:
            continue
        plain = box.open(sealed, table=table, row=instance.pk)
        model.objects.filter(pk=instance.pk).update(**{column: box.seal(plain, table=table, row=instance.pk)})
        changed += 1
    return changed
