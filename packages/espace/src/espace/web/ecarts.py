# SPDX-FileCopyrightText: 2026 drimm contributors
# SPDX-License-Identifier: EUPL-1.2
"""A difference between two lists, as pages show it: one line for each row that comes, goes or changes, removals first."""

from __future__ import annotations

from dataclasses import dataclass

from django.core.paginator import Page, Paginator
from django.http import HttpRequest
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from confiance.liste_blanche import Diff, Domaine
from confiance.liste_blanche.diff import Changement

PER_PAGE = 50
CHAMPS: dict[str, str | Promise] = {
    "dn_certificat_operateur": _("DN du certificat"),
    "denomination": _("Opérateur"),
    "vi": _("Visionneuse"),
    "support_contact": _("Support"),
    "identifiant": _("Identifiant"),
    "date_maj": _("Mise à jour"),
}
"""Words for the fields of a row, in the order in which pages show them."""
_COMES, _GOES, _CHANGES = _("ajoutée"), _("retirée"), _("modifiée")


@dataclass(frozen=True, slots=True)
class Valeur:
    """One field of a row: before, after, or both."""

    champ: str
    libelle: str | Promise
    avant: object
    apres: object


@dataclass(frozen=True, slots=True)
class Ecart:
    """One row that differs.

    Attributes:
        genre: ``ajout``, ``retrait`` or ``modification``.
        libelle: the same for a person.
        db: name of the Drimbox.
        valeurs: fields of the row, or those that changed.
    """

    genre: str
    libelle: str | Promise
    db: str
    valeurs: tuple[Valeur, ...]


@dataclass(frozen=True, slots=True)
class Ecarts:
    """The differences, counted, with the page of them that is shown."""

    retraits: int
    ajouts: int
    modifications: int
    page: Page[Ecart]

    def __bool__(self) -> bool:
        """Tell whether a row differs."""
        return bool(self.retraits or self.ajouts or self.modifications)


def ecarts_of(difference: Diff) -> list[Ecart]:
    """Return every row that differs: those that leave, then those whose data changed, then those that come."""
    gone = [_whole(row, "retrait") for row in difference.removed]
    changed = [_changed(one) for one in difference.changed]
    return gone + changed + [_whole(row, "ajout") for row in difference.added]


def page_of_ecarts(request: HttpRequest, difference: Diff) -> Ecarts:
    """Return the page of the differences that the parameter ``ecarts`` of the address names."""
    page = Paginator(ecarts_of(difference), PER_PAGE).get_page(request.GET.get("ecarts"))
    return Ecarts(len(difference.removed), len(difference.added), len(difference.changed), page)


def _whole(row: Domaine, genre: str) -> Ecart:
    shown = ("dn_certificat_operateur", "denomination")
    if genre == "ajout":
        return Ecart(genre, _COMES, row.db, tuple(Valeur(name, CHAMPS[name], None, getattr(row, name)) for name in shown))
    return Ecart(genre, _GOES, row.db, tuple(Valeur(name, CHAMPS[name], getattr(row, name), None) for name in shown))


def _changed(one: Changement) -> Ecart:
    names = [name for name in CHAMPS if name in one.fields]
    values = (Valeur(name, CHAMPS[name], getattr(one.before, name), getattr(one.after, name)) for name in names)
    return Ecart("modification", _CHANGES, one.after.db, tuple(values))
