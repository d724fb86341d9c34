# SPDX-FileCopyrightText: 2026 drimm contributors
# SPDX-License-Identifier: EUPL-1.2
"""One dossier, as an agent judges it: what was typed, what the machine found, the pieces, the decision, and the next one."""

from __future__ import annotations

import uuid
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from confiance.errors import DrimmError
from espace.acteurs.acteur import Qui
from espace.attestation import queries as attestations
from espace.conditions.queries import manquantes
from espace.guichet import actions as guichet
from espace.guichet import queries
from espace.guichet.errors import DossierAbsent
from espace.guichet.models import Dossier
from espace.instruction import queries as instruction
from espace.instruction.actions import avancer
from espace.instruction.attente import suivant
from espace.instruction.errors import DejaDecide
from espace.instruction.rules import written_reason
from espace.web.console.decision import Decision
from espace.web.console.requete import agent, sentence, tell
from espace.web.pieces import attestation_of, piece_of
from espace.web.portail.saisie import groupes
from espace.web.portail.saisie.champ import Champ, Text
from espace.zone.queries import etats


def found(request: HttpRequest, numero: str) -> Dossier:
    """Return a dossier that was submitted once; a draft belongs to who writes it."""
    try:
        return queries.dossier_for(numero, agent(request))
    except DossierAbsent:
        raise Http404 from None


@require_safe
def detail(request: HttpRequest, numero: str) -> HttpResponse:
    """Show a dossier."""
    return _page(request, found(request, numero))


@require_POST
def decider(request: HttpRequest, numero: str, verb: str) -> HttpResponse:
    """Take a decision; the version that the page showed goes with it, so that two agents decide once."""
    dossier = found(request, numero)
    arrows = [one for one in instruction.table_of(dossier).transitions if one.qui is Qui.AGENT and one.verb == verb]
    if not arrows:
        raise Http404
    form = Decision(arrows[0], dossier, request.POST)
    if not form.is_valid():
        return _page(request, dossier, form)
    data = form.cleaned_data
    try:
        avancer(
            dossier.pk, verb, agent(request), at=timezone.now(), motif=data.get("motif", ""), version=data["version"], **form.precisions()
        )
    except DejaDecide as error:
        tell(request, error)
    except DrimmError as error:
        form.add_error(None, sentence(error))
        return _page(request, found(request, numero), form)
    else:
        messages.success(request, _("C'est décidé, écrit au journal et notifié à l'Opérateur."))
    return redirect("console:dossier", numero)


@require_POST
def message(request: HttpRequest, numero: str) -> HttpResponse:
    """Write to the Operateur, in the dossier."""
    dossier = found(request, numero)
    try:
        guichet.ecrire(dossier, request.POST.get("texte", ""), agent(request), at=timezone.now())
    except DrimmError as error:
        tell(request, error)
    else:
        messages.success(request, _("Votre message est dans le dossier."))
    return redirect("console:dossier", numero)


@require_safe
@never_cache
def telecharger(request: HttpRequest, numero: str, piece_id: uuid.UUID) -> HttpResponse:
    """Give a piece to the agent who judges."""
    return piece_of(found(request, numero), piece_id, agent(request))


@require_safe
@never_cache
def attestation(request: HttpRequest, numero: str) -> HttpResponse:
    """Give the attestation de délégation of a dossier, sealed."""
    return attestation_of(found(request, numero))


def _page(request: HttpRequest, dossier: Dossier, refused: Decision | None = None) -> HttpResponse:
    now, table = timezone.now(), instruction.table_of(dossier)
    couples = instruction.couples_of(dossier)
    published = etats(couples) if couples else {}
    judged = table.attendu(dossier.etat) is Qui.AGENT
    forms = [Decision(arrow, dossier) for arrow in instruction.possible(dossier, agent(request))]
    values: dict[str, Any] = {
        "dossier": dossier,
        "table": table,
        "etat": table.libelle_etat(dossier.etat),
        "attendu": table.attendu(dossier.etat),
        "en_retard": dossier.echeance is not None and dossier.echeance < now,
        "suivant": suivant(dossier),
        "decisions": [refused if refused is not None and one.arrow == refused.arrow else one for one in forms],
        "refus": refused if refused is not None and refused.arrow not in [one.arrow for one in forms] else None,
        "faits": _faits(dossier),
        "verifications": queries.verifications(dossier, agent(request)),
        "manquantes": manquantes(dossier.operateur, now) if judged and dossier.parcours == "declaration" else (),
        "couples": [(couple, published[couple.pk]) for couple in couples],
        "pieces": queries.pieces(dossier),
        "discussion": dossier.messages.all(),  # type: ignore[attr-defined]  # reverse name
        "etapes": [
            (one, table.libelle_etat(one.to_state), written_reason(one.motif, one.motifs))
            for one in dossier.etapes.all()  # type: ignore[attr-defined]  # reverse name
        ],
        "suites": dossier.suites.all() if dossier.parcours == "integration" else (),  # type: ignore[attr-defined]  # reverse name
        "attestation": attestations.of_dossier(dossier) if dossier.parcours == "declaration" and couples else None,
    }
    return render(request, "console/dossier.html", values, status=400 if refused is not None else 200)


def _faits(dossier: Dossier) -> list[tuple[Text, list[tuple[Text, str]]]]:
    """Return what the Operateur typed, under the words of its own form; what is empty is left out."""
    shown: list[tuple[Text, list[tuple[Text, str]]]] = []
    for groupe in groupes(dossier, ()):
        rows = [(champ.libelle, _valeur(champ)) for champ in groupe.champs if champ.genre != "cache" and champ.valeur]
        if rows:
            shown.append((groupe.titre, rows))
    return shown


def _valeur(champ: Champ) -> str:
    if champ.genre == "case":
        return _("oui")
    return str(dict(champ.choix).get(champ.valeur, champ.valeur))
