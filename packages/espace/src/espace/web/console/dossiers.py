# SPDX-FileCopyrightText: 2026 drimm contributors
# SPDX-License-Identifier: EUPL-1.2
"""The queue of the dossiers: who waits for whom, until when, and what the machine already found."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django import forms
from django.db.models import Q, QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_safe

from espace.acteurs.acteur import Acteur, Qui
from espace.guichet.models import Dossier
from espace.guichet.queries import DRAFT, dossiers_for
from espace.instruction.attente import Bilan, Compte, bilans, compte
from espace.instruction.parcours import PARCOURS
from espace.instruction.queries import waiting_for
from espace.web.console.requete import agent, page_of, query_without_page
from espace.web.console.suite import suite_of

TOUS = "tous"
PERSONNE = _("personne")
ATTEND = (
    (Qui.AGENT.value, _("un agent")),
    (Qui.OPERATEUR.value, _("l'Opérateur")),
    (Qui.SYSTEME.value, _("l'Espace")),
    (TOUS, _("tous, terminés compris")),
)
_ATTENDU = {Qui(name): label for name, label in ATTEND if name != TOUS}
_SEARCH = forms.TextInput(attrs={"type": "search"})


class Filtre(forms.Form):
    """Which dossiers are looked for."""

    attend = forms.ChoiceField(label=_("Attendent"), required=False, choices=ATTEND)
    parcours = forms.ChoiceField(
        label=_("Demande"), required=False, choices=[("", _("toutes")), *((name, table.libelle) for name, table in PARCOURS.items())]
    )
    q = forms.CharField(label=_("Numéro ou Opérateur"), required=False, max_length=100, widget=_SEARCH)
    en_retard = forms.BooleanField(label=_("En retard"), required=False)
    a_moi = forms.BooleanField(label=_("Pris en charge par moi"), required=False)


@dataclass(frozen=True, slots=True)
class Ligne:
    """A dossier as the queue shows it."""

    dossier: Dossier
    parcours: str | Promise
    etat: str
    attendu: str | Promise
    en_retard: bool
    bilan: Bilan


@require_safe
def index(request: HttpRequest) -> HttpResponse:
    """Show the queue, the most urgent dossiers first."""
    filtre, now = Filtre(request.GET), timezone.now()
    filtre.is_valid()  # a refused filter is told beside its field, and filters nothing
    attend = filtre.cleaned_data.get("attend") or Qui.AGENT.value
    page: Any
    if attend == TOUS:
        page = suite_of(request, _kept(dossiers_for(agent(request)), filtre, agent(request), now), "id", descending=True)
        shown = page.lignes
    else:
        page = page_of(request, _kept(waiting_for(Qui(attend)).exclude(etat=DRAFT), filtre, agent(request), now))
        shown = list(page.object_list)
    values = {
        "filtre": filtre,
        "page": page,
        "lignes": _lignes(shown, now),
        "suite": query_without_page(request),
        "comptes": _comptes(now),
        "attend": attend,
        "tous": attend == TOUS,
    }
    return render(request, "console/dossiers.html", values)


def _comptes(now: datetime) -> list[tuple[str, str | Promise, Compte]]:
    found = compte(now)
    return [(name, label, found[Qui(name)]) for name, label in ATTEND if name != TOUS]


def _kept(rows: QuerySet[Dossier], filtre: Filtre, who: Acteur, now: datetime) -> QuerySet[Dossier]:
    asked = filtre.cleaned_data
    if asked.get("parcours"):
        rows = rows.filter(parcours=asked["parcours"])
    if asked.get("q"):
        rows = rows.filter(Q(numero__icontains=asked["q"]) | Q(operateur__denomination__icontains=asked["q"]))
    if asked.get("en_retard"):
        rows = rows.filter(echeance__lt=now)
    if asked.get("a_moi"):
        rows = rows.filter(agent=who.login)
    return rows.select_related(None).select_related("operateur").defer("donnees")  # what a row shows, and no more


def _lignes(dossiers: Iterable[Dossier], now: datetime) -> list[Ligne]:
    shown = list(dossiers)
    found = bilans(shown)
    return [_ligne(dossier, found.get(dossier.pk, Bilan()), now) for dossier in shown]


def _ligne(dossier: Dossier, bilan: Bilan, now: datetime) -> Ligne:
    table = PARCOURS[dossier.parcours]
    late = dossier.echeance is not None and dossier.echeance < now
    who = table.attendu(dossier.etat)
    return Ligne(dossier, table.libelle, table.libelle_etat(dossier.etat), PERSONNE if who is None else _ATTENDU[who], late, bilan)
