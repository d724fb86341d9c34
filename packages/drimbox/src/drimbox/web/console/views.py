# SPDX-FileCopyrightText: 2026 drimm contributors
# SPDX-License-Identifier: EUPL-1.2
"""Pages of the console."""

from __future__ import annotations

from typing import Any, TypeVar
from uuid import UUID

from django.conf import settings
from django.contrib import messages as flash
from django.core.paginator import Page, Paginator
from django.db.models import Model, QuerySet
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from confiance.errors import DrimmError
from drimbox.socle.annuaire import actions as pulls
from drimbox.socle.annuaire import queries as annuaire
from drimbox.socle.jobs.queries import waiting
from drimbox.socle.journal import queries as journal
from drimbox.socle.sante.models import EchoPacs
from drimbox.socle.sante.queries import sante
from drimbox.source.depot_dmp import queries as envois
from drimbox.source.pointeur import actions as pointeurs
from drimbox.source.pointeur import queries as examens
from drimbox.source.pointeur.models import Examen
from drimbox.source.pointeur.states import FOR_A_PERSON, WAITING, EtatExamen
from drimbox.source.reception import queries as recus
from drimbox.source.reception.states import EtatMessage
from drimbox.web.console.libelles import explain
from drimbox.web.console.parcours import steps

PER_PAGE = 50
LAST = 8
M = TypeVar("M", bound=Model)


@require_safe
def tableau_de_bord(request: HttpRequest) -> HttpResponse:
    """Show what works, what waits and who must act."""
    now = timezone.now()
    counts = examens.count_by_state()
    values = {
        "sante": sante(now),
        "pacs": _pacs(),
        "liste": _liste(),
        "releves": annuaire.last_releves(1),
        "compteurs": [{"state": state, "count": count, "personne": state in FOR_A_PERSON} for state, count in counts.items()],
        "pour_une_personne": sum(counts[state] for state in FOR_A_PERSON),
        "messages_en_attente": recus.messages(EtatMessage.ATTENTE_PERSONNE).count(),
        "travaux": waiting(),
        "derniers": recus.messages()[:LAST],
    }
    return render(request, "console/tableau_de_bord.html", values)


@require_POST
def relever(request: HttpRequest) -> HttpResponse:
    """Have the list pulled now."""
    pulls.ask_pull()
    flash.success(request, _("Le relevé de la Liste Blanche est demandé ; son résultat s'affiche dans quelques secondes."))
    return redirect("console:tableau_de_bord")


def liste_examens(request: HttpRequest) -> HttpResponse:
    """Show exams by state; what is searched is posted, so that it stays out of addresses."""
    state = request.GET.get("etat", "")
    states = [state] if state in EtatExamen.values else []
    text = request.POST.get("texte", "").strip()[:200]
    page = _page(request, examens.examens(states, text))
    values = {"page": page, "etats": EtatExamen, "etat": state, "texte": text, "suite": f"etat={state}&" if states else ""}
    return render(request, "console/examens.html", values)


@require_safe
def examen(request: HttpRequest, examen_id: UUID) -> HttpResponse:
    """Show the way of one exam."""
    found = _examen(examen_id)
    sent = envois.of_examen(found.id)
    kos = examens.kos_of(found.id)
    values = {
        "examen": found,
        "etapes": [(step, explain(step.code)) for step in steps(found, kos[-1] if kos else None, sent)],
        "kos": kos,
        "lignes": journal.of_examen(found.id),
        "peut_reessayer": found.state in FOR_A_PERSON | WAITING,
        "attend_une_personne": found.state in FOR_A_PERSON,
    }
    return render(request, "console/examen.html", values)


@require_POST
def reessayer(request: HttpRequest, examen_id: UUID) -> HttpResponse:
    """Try again what stops an exam, or at once what it waits for."""
    found = _examen(examen_id)
    try:
        pointeurs.retry(found.id, timezone.now())
        flash.success(request, _("Nouvel essai demandé."))
    except DrimmError as error:
        flash.error(request, f"{error.message} {error.remede}")
    return redirect("console:examen", examen_id=found.id)


@require_safe
def liste_messages(request: HttpRequest) -> HttpResponse:
    """Show received messages, never their content."""
    state = request.GET.get("etat", "")
    known = state in EtatMessage.values
    values = {
        "page": _page(request, recus.messages(state if known else "")),
        "etats": EtatMessage,
        "etat": state,
        "suite": f"etat={state}&" if known else "",
    }
    return render(request, "console/messages.html", values)


@require_safe
def lignes_journal(request: HttpRequest) -> HttpResponse:
    """Show the last lines of the journal, or those of one trace."""
    trace = request.GET.get("trace", "").strip()[:32]
    lignes = journal.of_trace(trace) if trace else journal.latest(200)
    return render(request, "console/journal.html", {"lignes": lignes, "trace": trace})


def _page(request: HttpRequest, rows: QuerySet[M]) -> Page[M]:
    return Paginator(rows, PER_PAGE).get_page(request.GET.get("page"))


def _examen(examen_id: UUID) -> Examen:
    found = examens.examens().filter(pk=examen_id).first()
    if found is None:
        raise Http404
    return found


def _pacs() -> list[dict[str, Any]]:
    echoes = {echo.pacs: echo for echo in EchoPacs.objects.all()}
    return [{"pacs": pacs, "echo": echoes.get(pacs.name)} for pacs in settings.DRIMBOX.pacs]


def _liste() -> Any:
    try:
        return annuaire.current(timezone.now())
    except DrimmError as error:
        return {"refus": error}
