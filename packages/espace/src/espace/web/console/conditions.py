# SPDX-FileCopyrightText: 2026 drimm contributors
# SPDX-License-Identifier: EUPL-1.2
"""Conditions of the Operateurs, as agents record them: what waits, and one Operateur with its proofs, its container, its persons."""

from __future__ import annotations

from collections.abc import Callable

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from confiance.errors import DrimmError
from espace.acteurs import queries as acteurs
from espace.acteurs.acteur import Acteur, Qui
from espace.acteurs.actions import invitations
from espace.acteurs.models import Operateur
from espace.conditions import actions, queries
from espace.conditions.actions import conteneur
from espace.guichet.pieces import examine
from espace.web.comptes.formulaires import Invite
from espace.web.console.formulaires_conditions import Annulation, Constat, DepotConteneur
from espace.web.console.requete import page_of, query_without_page, tell


@require_safe
def attente(request: HttpRequest) -> HttpResponse:
    """Show the containers that are asked, and the proofs that end soon."""
    now = timezone.now()
    page = page_of(request, queries.expiring(now))
    values = {"conteneurs": queries.conteneurs_asked(), "page": page, "suite": query_without_page(request)}
    return render(request, "console/conditions.html", values)


@require_safe
def detail(request: HttpRequest, operateur_id: int) -> HttpResponse:
    """Show the conditions of one Operateur."""
    return _page(request, _operateur(operateur_id))


@require_POST
def constater(request: HttpRequest, operateur_id: int) -> HttpResponse:
    """Write that a condition is met."""
    operateur, form = _operateur(operateur_id), Constat(request.POST)
    if not form.is_valid():
        return _page(request, operateur, constat=form)
    return _done(
        request, operateur, _("La condition est constatée."),
        lambda: actions.constater(operateur, form.constatee(), par=_agent(request), now=timezone.now()),
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
        lambda: actions.retirer(prerequis_id, motif, par=_agent(request), now=timezone.now()),
    )  # fmt: skip


@require_POST
def attribuer(request: HttpRequest, operateur_id: int) -> HttpResponse:
    """Give a container and its password."""
    operateur, form = _operateur(operateur_id), DepotConteneur(request.POST, request.FILES)
    if not form.is_valid():
        return _page(request, operateur, depot=form)

    def give() -> object:
        sent = form.cleaned_data["fichier"]
        fichier = examine(sent.name, sent.read(), max_bytes=queries.max_bytes())
        return conteneur.attribuer(operateur, fichier, form.cleaned_data["secret"], par=_agent(request), now=timezone.now())

    return _done(
        request, operateur, _("Le conteneur est attribué. Son mot de passe sera détruit à la première lecture, ou dans 7 jours."), give
    )


@require_POST
def annuler(request: HttpRequest, operateur_id: int) -> HttpResponse:
    """Make the container void."""
    operateur = _operateur(operateur_id)
    return _done(
        request, operateur, _("Le conteneur est annulé, et l'Opérateur prévenu."),
        lambda: conteneur.annuler(operateur, request.POST.get("motif", ""), par=_agent(request), now=timezone.now()),
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
        lambda: invitations.inviter(operateur, data["mail"], data["role"], par=_agent(request), now=timezone.now()),
    )  # fmt: skip


@require_POST
def fermer_compte(request: HttpRequest, operateur_id: int, membre_id: int) -> HttpResponse:
    """Close the account of a person of an Operateur."""
    operateur = _operateur(operateur_id)
    found = acteurs.membres_of(operateur).filter(pk=membre_id).first()
    if found is None:
        raise Http404
    sentence = _("Ce compte n'ouvre plus rien.")
    return _done(request, operateur, sentence, lambda: invitations.withdraw_membre(found, par=_agent(request), now=timezone.now()))


def _page(request: HttpRequest, operateur: Operateur, **forms: object) -> HttpResponse:
    now = timezone.now()
    values = {
        "operateur": operateur,
        "conditions": queries.tableau(operateur, now),
        "anciennes": queries.withdrawn(operateur)[:20],
        "conteneur": queries.conteneur_of(operateur),
        "membres": acteurs.membres_of(operateur),
        "invitations": acteurs.invitations_of(operateur, now),
        "administrateurs": queries.administrateurs_of(operateur)[:50],
        "maintenant": now,
        "constat": Constat(),
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


def _agent(request: HttpRequest) -> Acteur:
    # the door of the console lets agents in, and nobody else
    return Acteur(request.user.get_username(), Qui.AGENT)
