# SPDX-FileCopyrightText: 2026 drimm contributors
# SPDX-License-Identifier: EUPL-1.2
"""Conditions of the Operateurs, as agents record them: what waits, and one Operateur with its proofs, its container, its persons."""

from __future__ import annotations

import uuid
from collections.abc import Callable

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from confiance.errors import DrimmError
from espace.acteurs import queries as acteurs
from espace.acteurs.actions import invitations
from espace.acteurs.models import Operateur
from espace.conditions import actions, queries
from espace.conditions.actions import conteneur, pieces
from espace.guichet.pieces import examine
from espace.web.comptes.formulaires import Invite
from espace.web.console.formulaires_conditions import Annulation, Constat, DepotConteneur
from espace.web.console.requete import agent, page_of, query_without_page, tell
from espace.web.pieces import preuve_of, read_upload

SHOWN = 50
"""Files that wait, on the page of what waits; the next ones come when these are judged."""


@require_safe
def attente(request: HttpRequest) -> HttpResponse:
    """Show the containers that are asked, the files that wait, and the proofs that end soon."""
    now = timezone.now()
    page = page_of(request, queries.expiring(now))
    values = {
        "conteneurs": queries.conteneurs_asked(),
        "pieces": queries.pieces_sent()[:SHOWN],
        "page": page,
        "suite": query_without_page(request),
    }
    return render(request, "console/conditions.html", values)


@require_safe
def detail(request: HttpRequest, operateur_id: int) -> HttpResponse:
    """Show the conditions of one Operateur."""
    return _page(request, _operateur(operateur_id))


@require_POST
def constater(request: HttpRequest, operateur_id: int) -> HttpResponse:
    """Write that a condition is met."""
    operateur = _operateur(operateur_id)
    form = Constat(request.POST, request.FILES, pieces=list(queries.waiting(operateur)))
    if not form.is_valid():
        return _page(request, operateur, constat=form)

    def write() -> object:
        sent, piece = form.cleaned_data["fichier"], form.cleaned_data.get("piece") or None
        fichier = examine(sent.name, read_upload(sent), max_bytes=queries.max_bytes()) if sent else None
        return actions.constater(operateur, form.constatee(), par=agent(request), now=timezone.now(), piece=piece, fichier=fichier)

    return _done(request, operateur, _("La condition est constatée."), write)


@require_safe
@never_cache
def preuve(request: HttpRequest, operateur_id: int, preuve_id: uuid.UUID) -> HttpResponse:  # noqa: ARG001 - Django gives it; the door let an agent in
    """Give a file that proves a condition to the agent who judges."""
    return preuve_of(_operateur(operateur_id), preuve_id)


@require_POST
def ecarter(request: HttpRequest, operateur_id: int, preuve_id: uuid.UUID) -> HttpResponse:
    """Set aside a file that the Operateur sent."""
    operateur, motif = _operateur(operateur_id), request.POST.get("motif", "")
    if not queries.waiting(operateur).filter(pk=preuve_id).exists():
        raise Http404
    return _done(
        request, operateur, _("La pièce est écartée, et l'Opérateur prévenu."),
        lambda: pieces.ecarter(operateur, preuve_id, motif, par=agent(request), now=timezone.now()),
    )  # fmt: skip


@require_POST
def retirer(request: HttpRequest, operateur_id: int, prerequis_id: int) -> HttpResponse:
    """Write that a condition is no longer met."""
    operateur = _operateur(operateur_id)
    motif = request.POST.get("motif", "")
    if not queries.in_force(operateur).filter(pk=prerequis_id).exists():
        raise Http404
    return _done(
        request, operateur, _("La condition est retirée, et l'Opérateur prévenu."),
        lambda: actions.retirer(prerequis_id, motif, par=agent(request), now=timezone.now()),
    )  # fmt: skip


@require_POST
def attribuer(request: HttpRequest, operateur_id: int) -> HttpResponse:
    """Give a container and its password."""
    operateur, form = _operateur(operateur_id), DepotConteneur(request.POST, request.FILES)
    if not form.is_valid():
        return _page(request, operateur, depot=form)

    def give() -> object:
        sent = form.cleaned_data["fichier"]
        fichier = examine(sent.name, read_upload(sent), max_bytes=queries.max_bytes())
        return conteneur.attribuer(operateur, fichier, form.cleaned_data["secret"], par=agent(request), now=timezone.now())

    return _done(
        request, operateur, _("Le conteneur est attribué. Son mot de passe sera détruit à la première lecture, ou dans 7 jours."), give
    )


@require_POST
def annuler(request: HttpRequest, operateur_id: int) -> HttpResponse:
    """Make the container void."""
    operateur = _operateur(operateur_id)
    return _done(
        request, operateur, _("Le conteneur est annulé, et l'Opérateur prévenu."),
        lambda: conteneur.annuler(operateur, request.POST.get("motif", ""), par=agent(request), now=timezone.now()),
    )  # fmt: skip


@require_POST
def inviter(request: HttpRequest, operateur_id: int) -> HttpResponse:
    """Invite a person of an Operateur."""
    operateur, form = _operateur(operateur_id), Invite(request.POST)
    if not form.is_valid():
        return _page(request, operateur, invite=form)
    data = form.cleaned_data
    return _done(
        request, operateur, _("L'invitation est partie par courrier. Son lien sert une seule fois, et expire dans trois jours."),
        lambda: invitations.inviter(operateur, data["mail"], data["role"], par=agent(request), now=timezone.now()),
    )  # fmt: skip


@require_POST
def fermer_compte(request: HttpRequest, operateur_id: int, membre_id: int) -> HttpResponse:
    """Close the account of a person of an Operateur."""
    operateur = _operateur(operateur_id)
    found = acteurs.membres_of(operateur).filter(pk=membre_id).first()
    if found is None:
        raise Http404
    sentence = _("Ce compte n'ouvre plus rien.")
    return _done(request, operateur, sentence, lambda: invitations.withdraw_membre(found, par=agent(request), now=timezone.now()))


def _page(request: HttpRequest, operateur: Operateur, **forms: object) -> HttpResponse:
    now = timezone.now()
    conditions = queries.tableau(operateur, now)
    values = {
        "operateur": operateur,
        "conditions": conditions,
        "anciennes": queries.withdrawn(operateur)[:20],
        "conteneur": queries.conteneur_of(operateur),
        "membres": acteurs.membres_of(operateur),
        "invitations": acteurs.invitations_of(operateur, now),
        "administrateurs": queries.administrateurs_of(operateur)[:50],
        "maintenant": now,
        "constat": Constat(pieces=[one.deposee for one in conditions if one.deposee is not None]),
        "depot": DepotConteneur(),
        "annulation": Annulation(),
        "invite": Invite(),
        **forms,
    }
    return render(request, "console/conditions_operateur.html", values, status=400 if forms else 200)


def _done(request: HttpRequest, operateur: Operateur, sentence: str, act: Callable[[], object]) -> HttpResponse:
    try:
        act()
    except DrimmError as error:
        tell(request, error)
    else:
        messages.success(request, sentence)
    return redirect("console:conditions_operateur", operateur_id=operateur.pk)


def _operateur(operateur_id: int) -> Operateur:
    found = Operateur.objects.filter(pk=operateur_id).first()
    if found is None:
        raise Http404
    return found
