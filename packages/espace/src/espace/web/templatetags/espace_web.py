# SPDX-FileCopyrightText: 2026 drimm contributors
# SPDX-License-Identifier: EUPL-1.2
from __future__ import annotations

import shlex

from django import template
from django.utils.functional import Promise

from espace.journal.libelles import libelle
from espace.liste_blanche.refus import explication

register = template.Library()


@register.filter
def evenement(event: str) -> str | Promise:
    """Return the French words of an event of the journal."""
    return libelle(event)


@register.filter
def shell(text: object) -> str:
    """Return a text as one word of a command line, so that a command can be copied as it is shown."""
    return shlex.quote(str(text))


@register.filter
def motif(code: str) -> str:
    """Return the French sentence of a code of refusal."""
    return explication(code).message
