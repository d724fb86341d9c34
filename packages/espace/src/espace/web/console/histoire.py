# SPDX-FileCopyrightText: 2026 drimm contributors
# SPDX-License-Identifier: EUPL-1.2
"""The history of the Registre as pages show it: one act, who, when, and each field before and after, in the words of the models."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import Field
from django.http import HttpRequest
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from espace.journal.libelles import libelle
from espace.journal.queries import events_of
from espace.registre.models import Revision
from espace.registre.revisions.queries import MAX_LINES, MODELES, Ligne, histoire
from espace.web.nombres import number

_LIENS = {"acteurs_site_clients": gettext_lazy("Client du Site")}
"""Tables that join two others, and have no words of their own."""
_SILENT = frozenset({"id", "modifie_le", "cree_le"})
"""Columns that say nothing to a person: the instant of the act stands beside."""


@dataclass(frozen=True, slots=True)
class Champ:
    """One field of a revision, before and after."""

    libelle: str
    avant: str
    apres: str


@dataclass(frozen=True, slots=True)
class Acte:
    """One revision, ready to be shown.

    Attributes:
        quoi: the act of the journal, or the nature of the change when the journal says nothing.
        ligne: kind of the row.
    """

    numero: int
    at: datetime
    auteur: str
    quoi: str | Promise
    ligne: str
    nature: str
    motif: str
    champs: tuple[Champ, ...]


@dataclass(frozen=True, slots=True)
class Histoire:
    """A page of acts, and the address of the older ones."""

    actes: tuple[Acte, ...]
    suivante: str


def histoire_of(request: HttpRequest, lignes: Iterable[Ligne]) -> Histoire:
    """Return the history of rows, from the revision that the parameter ``histoire`` of the address names."""
    found = histoire(lignes, avant=number(request.GET.get("histoire", "")), limit=MAX_LINES + 1)
    values = request.GET.copy()
    values["histoire"] = str(found[MAX_LINES - 1].pk) if len(found) > MAX_LINES else ""
    return Histoire(actes(found[:MAX_LINES]), values.urlencode() if values["histoire"] else "")


def actes(found: list[Revision]) -> tuple[Acte, ...]:
    """Return revisions as pages show them."""
    events = events_of(one.evenement for one in found if one.evenement is not None)
    return tuple(_acte(one, events.get(one.evenement or 0, "")) for one in found)


def nom_du_champ(relation: str, column: str) -> str:
    """Return the French name of a column, beginning with a capital."""
    field = _field(relation, column)
    text = str(field.verbose_name) if field is not None else column
    return text[:1].upper() + text[1:]


def texte(relation: str, column: str, value: Any) -> str:
    """Return a value of a revision as a person reads it."""
    field = _field(relation, column)
    if value is None or value == "":
        return "—"
    if field is not None and field.choices:
        return str(dict(field.flatchoices).get(value, value))
    if field is not None and field.get_internal_type() == "DateTimeField":
        return _instant(str(value))
    return str(value)


def _acte(one: Revision, event: str) -> Acte:
    natures = {"reprise": _("Reprise"), "ajout": _("Ajout"), "modification": _("Modification"), "suppression": _("Suppression")}
    shown = [name for name in one.champs if name not in _SILENT] or one.champs
    champs = (
        Champ(nom_du_champ(one.relation, n), texte(one.relation, n, one.avant.get(n)), texte(one.relation, n, one.apres.get(n)))
        for n in shown
    )
    ligne = str(_LIENS.get(one.relation) or MODELES[one.relation]._meta.verbose_name)  # noqa: SLF001 - Django's own way to name a model
    nature = natures[one.nature]
    quoi = libelle(event) if event and not event.startswith("courrier:") else nature  # a mail posted beside says nothing of the row
    return Acte(one.pk, one.at, one.auteur, quoi, ligne, nature, one.motif, tuple(champs))


def _field(relation: str, column: str) -> Field[Any, Any] | None:
    found = (field for field in MODELES[relation]._meta.concrete_fields if field.column == column)  # noqa: SLF001 - as above
    return next(found, None)


def _instant(text: str) -> str:
    try:
        return timezone.localtime(datetime.fromisoformat(text)).strftime("%d/%m/%Y %H:%M:%S")
    except ValueError:
        return text
