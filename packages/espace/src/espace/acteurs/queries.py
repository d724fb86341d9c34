# SPDX-FileCopyrightText: 2026 drimm contributors
# SPDX-License-Identifier: EUPL-1.2
from __future__ import annotations

from datetime import datetime

from django.contrib.auth.models import AbstractBaseUser, AnonymousUser, User
from django.db.models import QuerySet

from confiance.errors import PeerError
from espace.acteurs.acteur import Acteur, Qui
from espace.acteurs.models import Commande, Invitation, Membre, Operateur


def commandes_without_couples() -> int:
    """Return how many Commandes wait for their couples."""
    return Commande.objects.filter(site__id_registre__isnull=True).count()


def commande(commande_id: int) -> Commande | None:
    """Return one Commande with its Clients and PACS, or None."""
    found = Commande.objects.select_related("operateur", "site", "site__id_registre").prefetch_related("site__clients", "pacs")
    return found.filter(pk=commande_id).first()


CONSOLE = "acteurs.console"
"""Permission of the agents of the administrateur."""


class SansAcces(PeerError):
    """This account is neither that of an agent nor that of an active person of an Operateur."""

    code = "acteurs.sans_acces"
    message = "Ce compte n'ouvre ni la console ni le portail."
    remede = "Demandez une invitation à l'administrateur ou à votre représentant légal."


def membre_of(user: AbstractBaseUser | AnonymousUser) -> Membre | None:
    """Return the active Membre that an account is, with its Operateur, or None."""
    if not user.is_authenticated:
        return None
    return Membre.objects.select_related("operateur").filter(user_id=user.pk, actif=True, user__is_active=True).first()


def acteur_of(user: AbstractBaseUser | AnonymousUser) -> Acteur:
    """Return who acts through an account. A Membre is never an agent, whatever its permissions.

    Args:
        user: the account of the request.

    Raises:
        SansAcces: no active account, or an account of neither kind.
    """
    membre = membre_of(user)
    if membre is not None:
        return Acteur(user.get_username(), Qui.OPERATEUR, membre.operateur.pk)
    if is_agent(user):
        return Acteur(user.get_username(), Qui.AGENT)
    raise SansAcces


def is_agent(user: AbstractBaseUser | AnonymousUser) -> bool:
    """Tell whether an account is that of an agent of the administrateur."""
    label, codename = CONSOLE.split(".")
    # one question instead of the three of has_perm: it is asked for every page of the console
    return (
        user.is_authenticated
        and User.objects.filter(
            pk=user.pk,
            is_active=True,
            membre__isnull=True,
            user_permissions__codename=codename,
            user_permissions__content_type__app_label=label,
        ).exists()
    )


def membres_of(operateur: Operateur) -> QuerySet[Membre]:
    """Return the persons of an Operateur, the active ones first."""
    return Membre.objects.select_related("user", "operateur").filter(operateur=operateur).order_by("-actif", "user__username")


def invitations_of(operateur: Operateur, now: datetime) -> QuerySet[Invitation]:
    """Return the invitations of an Operateur that still wait."""
    waiting = Invitation.objects.filter(operateur=operateur, acceptee_le__isnull=True, annulee_le__isnull=True, expire_le__gt=now)
    return waiting.order_by("-cree_le")
