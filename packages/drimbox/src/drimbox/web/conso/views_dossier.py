# SPDX-FileCopyrightText: 2026 drimm contributors
# SPDX-License-Identifier: EUPL-1.2
"""The page of a call: the patient, the exams of the record, what is brought from them."""

from __future__ import annotations

from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_GET, require_POST

from confiance.errors import DrimmError
from drimbox.conso.appel import actions
from drimbox.conso.appel.errors import AppelInaccessible, SessionAbsente
from drimbox.conso.appel.models import Appel, SessionProfessionnel
from drimbox.conso.appel.queries import professionnel_of, recu_of
from drimbox.conso.appel.rules import Recherche, may_search
from drimbox.conso.rapatriement import actions as rapatriement_actions
from drimbox.conso.rapatriement.models import Rapatriement, SerieRapatriee
from drimbox.conso.rapatriement.states import UNDER_WAY, EtatRapatriement
from drimbox.conso.recherche_dmp import actions as recherche
from drimbox.conso.recherche_dmp.models import KosTrouve
from drimbox.conso.recherche_dmp.queries import lines_of
from drimbox.socle.annuaire import queries as annuaire
from drimbox.web.conso import navigateur
from drimbox.web.conso.pages import identity, page, professional
from drimbox.web.console.libelles import explain

REFRESH_SECONDS = 2


def _opened(request: HttpRequest, appel_id: UUID) -> tuple[Appel, SessionProfessionnel]:
    """Return the call, if this browser opened it and this professional may look at it.

    Raises:
        AppelInaccessible: it did not, or another professional took it.
        SessionAbsente: nobody is logged in.
    """
    if not navigateur.has_opened(request, appel_id):
        raise AppelInaccessible
    session = professional(request)
    return actions.take(appel_id, session.sujet, timezone.now()), session


@require_GET
@page
def accueil(request: HttpRequest) -> HttpResponse:
    """Say where a consultation begins."""
    try:
        context = identity(professional(request))
    except SessionAbsente:
        context = {}
    return render(request, "conso/accueil.html", context)


@require_GET
@page
def dossier(request: HttpRequest, appel_id: UUID) -> HttpResponse:
    """Show a call; the one-time key of its address is used first and leaves the address."""
    if "cle" in request.GET:
        actions.open_once(appel_id, request.GET["cle"], timezone.now())
        navigateur.remember_appel(request, appel_id)
        return redirect("conso:dossier", appel_id)
    appel, session = _opened(request, appel_id)
    recu = recu_of(appel)
    permission = may_search(recu.accord)
    context = {**identity(session), "appel": appel, "patient": recu.patient, "permission": permission.value}
    if session.situation < 0:
        situations = professionnel_of(session).situations
        return render(request, "conso/situation.html", {**context, "situations": situations})
    if permission is not Recherche.PERMISE:
        return render(request, "conso/sans_recherche.html", context)
    return _exams(request, appel, session, context)


def _exams(request: HttpRequest, appel: Appel, session: SessionProfessionnel, context: dict[str, object]) -> HttpResponse:
    now, erreur = timezone.now(), None
    if appel.searched_at is None:
        try:
            recherche.search(appel, session, now)
        except DrimmError as error:
            erreur = error
    lines = [(line, explain(line.kos.code)) for line in lines_of(appel, now)]
    waiting = sum(line.en_attente for line, _ in lines)
    shown = {"lignes": lines, "en_attente": waiting, "erreur": erreur, "fraicheur": annuaire.freshness(now)}
    return render(request, "conso/dossier.html", {**context, **shown})


@require_POST
@page
def situation(request: HttpRequest, appel_id: UUID) -> HttpResponse:
    """Choose the situation of exercise."""
    _, session = _opened(request, appel_id)
    rank = request.POST.get("situation", "")
    actions.choose_situation(session.pk, int(rank) if rank.isdecimal() and len(rank) < 4 else -1)
    return redirect("conso:dossier", appel_id)


@require_POST
@page
def rechercher(request: HttpRequest, appel_id: UUID) -> HttpResponse:
    """Search the record again."""
    appel, session = _opened(request, appel_id)
    recherche.search(appel, session, timezone.now())
    return redirect("conso:dossier", appel_id)


@require_POST
@page
def importer(request: HttpRequest, appel_id: UUID, kos_id: UUID) -> HttpResponse:
    """Ask for the images of one exam."""
    appel, session = _opened(request, appel_id)
    kos = KosTrouve.objects.filter(pk=kos_id, appel=appel).first()
    if kos is None:
        raise AppelInaccessible
    asked = rapatriement_actions.ask(kos, session, timezone.now())
    return redirect("conso:rapatriement", appel_id, asked.pk)


@require_GET
@page
def rapatriement(request: HttpRequest, appel_id: UUID, rapatriement_id: UUID) -> HttpResponse:
    """Show how the images of one exam arrive."""
    appel, session = _opened(request, appel_id)
    row = Rapatriement.objects.filter(pk=rapatriement_id, kos__appel=appel).select_related("kos").first()
    if row is None:
        raise AppelInaccessible
    series = list(SerieRapatriee.objects.filter(rapatriement=row).order_by("position"))
    under_way = row.state in UNDER_WAY
    context = {
        **identity(session),
        "appel": appel,
        "patient": recu_of(appel).patient,
        "rapatriement": row,
        "series": series,
        "attendues": sum(serie.expected for serie in series),
        "rangees": sum(serie.stored for serie in series),
        "en_cours": under_way,
        "a_relancer": row.state in {EtatRapatriement.INCOMPLET, EtatRapatriement.ECHOUE},
        "actualisation": REFRESH_SECONDS if under_way and "fixe" not in request.GET else None,
    }
    return render(request, "conso/rapatriement.html", context)
