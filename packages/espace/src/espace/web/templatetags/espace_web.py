# SPDX-FileCopyrightText: 2026 drimm contributors
# SPDX-License-Identifier: EUPL-1.2
from __future__ import annotations

from django import template
from django.utils.functional import Promise

from espace.journal.libelles import libelle

register = template.Library()


@register.filter
def evenement(event: str) -> str | Promise:
    """Return the French words of an event of the journal."""
    return libelle(event)
