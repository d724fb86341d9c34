# SPDX-FileCopyrightText: 2026 drimm contributors
# SPDX-License-Identifier: EUPL-1.2
"""The Liste Blanche in the console: what is in force, what waits, what is wrong, and the publications, one by one."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from confiance.errors import DrimmError
from espace.alarmes import actions as alarmes_actions
from espace.alarmes import queries as alarmes
from espace.auteurs import same_person
from espace.journal import queries as journal
from espace.liste_blanche import actions, historique, queries
from espace.liste_blanche.models import Demande, Publication
from espace.liste_blanche.refus import explication
from espace.liste_blanche.states import Avis, Etat
from espace.web.console import suivi
from espace.web.console.attente import wait_for
from espace.web.console.requete import auteur, page_of, query_without_page, tell
from espace.web.ecarts import page_of_ecarts
from espace.web.nombres import number

_SETTLED = frozenset({Etat.A_APPROUVER, Etat.PUBLIEE, Etat.REFUSEE})
_LATER = 1 << 62
"""Later than every demande: a form that does not say which one it saw last sent nothing before."""


@require_safe
@login_required
def index(request: HttpRequest) -> HttpResponse:
    """Show the list in force, what waits, what is wrong, and every publication."""
    now, configured = timezone.now(), settings.ESPACE.liste_blanche
    liste, troubles = queries.current(), list(alarmes.open_alarms())
    waiting = suivi.en_attente(configured, liste)
    values = {
        "liste": liste,
        "prochaine": queries.next_publication(now, configured.resign_at),
        "en_attente": waiting,
        "ecarts": page_of_ecarts(request, waiting.change),
        "a_approuver": queries.to_approve(),
        "demande_en_cours": queries.oldest_waiting(),
        "alarmes": troubles,
        "tete": suivi.etat_tete(now),
        "tete_configuree": configured.tete is not None,
        "depot": suivi.depot(configured, troubles),
        "calendrier": suivi.calendrier(configured, now),
        "apres": queries.last_demande(),
        "page": page_of(request, queries.history()),
        "suite": query_without_page(request),
    }
    return render(request, "console/liste_blanche.html", values)


@require_safe
@login_required
def detail(request: HttpRequest, demande_id: int) -> HttpResponse:
    """Show one publication: where it is, what it changed, or why it stopped."""
    return _shown(request, demande_id)


@require_POST
@login_required
def publier(request: HttpRequest) -> HttpResponse:
    """Ask for a publication and show what comes of it; a form sent twice asks once."""
    confirmed = request.POST.get("retrait_massif") == "oui"
    seen = number(request.POST.get("apres", ""))
    demande = actions.demander_une_fois(
        _LATER if seen is None else seen, auteur=auteur(request), now=timezone.now(), retrait_massif=confirmed
    )
    wait_for(demande)
    return redirect("console:publication", demande_id=demande.pk)


@require_POST
@login_required
def repondre(request: HttpRequest, demande_id: int) -> HttpResponse:
    """Approve a demande or refuse it, as the second person; never its author."""
    try:
        avis = Avis(request.POST.get("avis", ""))
    except ValueError:
        messages.error(request, _("Choisissez d'approuver ou de rejeter."))
        return _shown(request, demande_id, status=400)
    shown = request.POST.get("lignes", "")[:64]
    try:
        actions.answer(demande_id, avis, lignes_sha256=shown, auteur=auteur(request), now=timezone.now())
    except DrimmError as error:
        if not queries.answered_by(demande_id, avis, auteur(request)):  # else the form was sent twice: nothing to say
            tell(request, error)
            return _shown(request, demande_id, status=403)
    demande = queries.demande(demande_id)
    if demande is None:
        raise Http404
    wait_for(demande)
    return redirect("console:publication", demande_id=demande_id)


@require_POST
@login_required
def fermer_alarme(request: HttpRequest, alarme_id: int) -> HttpResponse:
    """Close an alarm: this person saw it and answers for it."""
    try:
        alarmes_actions.close(alarme_id, auteur=auteur(request), now=timezone.now())
    except DrimmError as error:
        tell(request, error)
    else:
        messages.success(request, _("L'alarme est fermée."))
    return redirect("console:liste_blanche")


def _shown(request: HttpRequest, demande_id: int, *, status: int = 200) -> HttpResponse:
    demande = queries.demande(demande_id)
    if demande is None:
        raise Http404
    publication: Publication | None = getattr(demande, "publication", None)
    values: dict[str, Any] = {
        "demande": demande,
        "publication": publication,
        "explication": explication(publication.code) if publication and publication.code else None,
        "attend_signataire": publication is None or publication.etat not in _SETTLED,
        "reponse": queries.approbation(demande_id),
        "journal": journal.history([f"publication:{demande_id}"]),
    }
    if publication is not None and publication.etat == Etat.A_APPROUVER:
        values |= _to_answer(request, demande, publication)
    elif publication is not None and publication.sequence is not None:
        change = historique.changes(publication.sequence)
        values["ecarts"] = page_of_ecarts(request, change) if change is not None else None
    return render(request, "console/publication.html", values, status=status)


def _to_answer(request: HttpRequest, demande: Demande, publication: Publication) -> dict[str, Any]:
    """Return what a second person looks at: the rows that wait, as long as the Registre still says the same."""
    waiting = suivi.en_attente(settings.ESPACE.liste_blanche, queries.current())
    same = waiting.lignes_sha256 == publication.lignes_sha256
    return {
        "a_repondre": queries.approbation(demande.pk) is None,
        "est_auteur": same_person(demande.auteur, auteur(request)),
        "change_depuis": not same,
        "en_attente": waiting,
        "ecarts": page_of_ecarts(request, waiting.change),
    }
