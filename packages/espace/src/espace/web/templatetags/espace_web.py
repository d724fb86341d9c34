# SPDX-FileCopyrightText: 2026 drimm contributors
# SPDX-License-Identifier: EUPL-1.2
from __future__ import annotations

import shlex
from typing import Any

from django import template
from django.urls import reverse
from django.utils.functional import Promise

from espace.journal.libelles import libelle
from espace.liste_blanche.refus import explication

register = template.Library()


@register.filter
def evenement(event: str) -> str | Promise:
    """Return the French words of an event of the journal."""
    return libelle(event)


@register.inclusion_tag("_entree.html", takes_context=True)
def entree(context: Any, nom: str, libelle: object, aussi: str = "") -> dict[str, object]:
    """Show one entry of a navigation, marked when the page is there or below.

    Args:
        context: of the page.
        nom: name of the address.
        libelle: French words.
        aussi: start of other addresses that belong to this entry.
    """
    url = reverse(nom)
    here = context["request"].path if "request" in context else ""
    root = url.count("/") <= 2  # the first page of a part is above all the others: it is marked when it is the page itself
    below = (not root and here.startswith(url)) or bool(aussi and here.startswith(aussi))
    return {"url": url, "libelle": libelle, "ici": "page" if here == url else "true" if below else ""}


@register.filter
def shell(text: object) -> str:
    """Return a text as one word of a command line, so that a command can be copied as it is shown."""
    return shlex.quote(str(text))


@register.filter
def motif(code: str) -> str:
    """Return the French sentence of a code of refusal."""
    return explication(code).message
