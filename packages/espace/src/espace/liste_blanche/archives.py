# SPDX-FileCopyrightText: 2026 drimm contributors
# SPDX-License-Identifier: EUPL-1.2
"""Every list published, as the pages show them: without their bytes."""

from __future__ import annotations

from datetime import datetime

from django.db.models import QuerySet

from espace.liste_blanche.models import Publication
from espace.liste_blanche.states import Etat


def published() -> QuerySet[Publication]:
    """Return the lists in force or once in force, newest first."""
    return Publication.objects.filter(etat=Etat.PUBLIEE).defer("contenu").order_by("-sequence")


def of_sequence(sequence: int) -> Publication | None:
    """Return one of them, by its number."""
    return published().filter(sequence=sequence).first()


def in_force_until(sequence: int) -> datetime | None:
    """Return when the list that follows took the place of this one; None while it is in force."""
    following = Publication.objects.filter(etat=Etat.PUBLIEE, sequence=sequence + 1)
    until: datetime | None = following.values_list("terminee_le", flat=True).first()
    return until
