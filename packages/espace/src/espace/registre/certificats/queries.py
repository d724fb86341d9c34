# SPDX-FileCopyrightText: 2026 drimm contributors
# SPDX-License-Identifier: EUPL-1.2
from __future__ import annotations

from datetime import datetime

from django.db.models import QuerySet
from django.db.models.functions import Now

from espace.registre.models import DnRemplace
from espace.registre.states import IN_LIST


def in_list() -> QuerySet[DnRemplace]:
    """Return the DN replaced that the list still names, on the clock of the database, in the order of their names."""
    admitted = DnRemplace.objects.filter(jusqua__gt=Now(), drimbox__statut__in=IN_LIST)
    return admitted.order_by("drimbox__couple__tri", "drimbox__couple__number")


def fin_du_recouvrement(drimbox_id: int) -> datetime | None:
    """Return when the last window of a Drimbox ends, past or to come; None when its DN never changed."""
    return DnRemplace.objects.filter(drimbox_id=drimbox_id).order_by("-jusqua").values_list("jusqua", flat=True).first()
