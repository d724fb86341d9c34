# SPDX-FileCopyrightText: 2026 drimm contributors
# SPDX-License-Identifier: EUPL-1.2
"""Filters of the templates."""

from __future__ import annotations

from datetime import datetime

from django import template
from django.utils.formats import date_format
from django.utils.functional import Promise
from django.utils.timezone import localtime
from django.utils.translation import gettext_lazy as _

from drimbox.socle.journal.models import Ligne
from drimbox.source.pointeur.states import EtatExamen
from drimbox.source.reception.states import EtatMessage, EtatNote
from drimbox.web.console.libelles import evenement as words

register = template.Library()
_WORDS: dict[str, Promise] = {
    "db": _("nom db"),
    "pacs": _("PACS"),
    "attempt": _("essai"),
    "next_attempt_at": _("prochain essai"),
    "series": _("séries"),
    "instances": _("instances"),
    "bytes": _("octets"),
    "reason": _("motif"),
    "peer_ip": _("émetteur"),
    "count": _("nombre"),
    "compte": _("compte"),
    "ris": _("RIS"),
}
_STATES = {**dict(EtatNote.choices), **dict(EtatMessage.choices), **dict(EtatExamen.choices)}


@register.filter
def evenement(event: str) -> str | Promise:
    """Return the French words of an event of the journal."""
    return words(event)


@register.filter
def champs(ligne: Ligne) -> str:
    """Return the fields of a line that help a person, in one text."""
    shown = [f"{word} {_value(name, ligne.fields[name])}" for name, word in _WORDS.items() if name in ligne.fields]
    if "to_state" in ligne.fields:
        shown.insert(0, " → ".join(str(_STATES.get(ligne.fields.get(name, ""), "?")) for name in ("from_state", "to_state")))
    return " · ".join(shown)


def _value(name: str, value: object) -> str:
    if name != "next_attempt_at":
        return str(value)
    return date_format(localtime(datetime.fromisoformat(str(value))), "d/m/Y H:i:s")
