# SPDX-FileCopyrightText: 2026 drimm contributors
# SPDX-License-Identifier: EUPL-1.2
from __future__ import annotations

import shlex
from collections.abc import Iterable
from typing import Any

from django import template
from django.forms.utils import flatatt
from django.urls import reverse
from django.utils.functional import Promise
from django.utils.safestring import SafeString

from espace.guichet.natures import Verdict
from espace.journal.libelles import libelle
from espace.liste_blanche.refus import explication

register = template.Library()
_EN_TAPANT = {
    "hx-trigger": "input changed delay:300ms from:find [type=search], change, submit",
    "hx-select": "#resultats",
    "hx-target": "#resultats",
    "hx-swap": "outerHTML",
    "hx-sync": "this:replace",
    "hx-push-url": "true",
}


@register.filter
def evenement(event: str) -> str | Promise:
    """Return the French words of an event of the journal."""
    return libelle(event)


@register.simple_tag(takes_context=True)
def cherche_en_tapant(context: Any) -> SafeString:
    """Return the attributes of a search whose results follow what is typed; without a script its button does the same."""
    return flatatt({"hx-get": context["request"].path, **_EN_TAPANT})


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
def par_verdict(constats: Iterable[Any]) -> dict[str, list[Any]]:
    """Return checks in two parts: those to look at, what is wrong first, and those that are right."""
    rank = {Verdict.NON_CONFORME: 0, Verdict.A_VERIFIER: 1, Verdict.EN_ATTENTE: 2}
    held = list(constats)
    seen = sorted((one for one in held if one.verdict != Verdict.CONFORME), key=lambda one: rank[Verdict(one.verdict)])
    return {"a_voir": seen, "conformes": [one for one in held if one.verdict == Verdict.CONFORME]}


@register.filter
def shell(text: object) -> str:
    """Return a text as one word of a command line, so that a command can be copied as it is shown."""
    return shlex.quote(str(text))


@register.filter
def motif(code: str) -> str:
    """Return the French sentence of a code of refusal."""
    return explication(code).message
