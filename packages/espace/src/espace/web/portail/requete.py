# SPDX-FileCopyrightText: 2026 drimm contributors
# SPDX-License-Identifier: EUPL-1.2
"""What every view of the portail needs of a request: who acts, and for which Operateur."""

from __future__ import annotations

from typing import Any

from django.core.exceptions import PermissionDenied
from django.http import HttpRequest

from espace.acteurs.acteur import Acteur, Qui
from espace.acteurs.models import Membre, RoleMembre


def membre(request: HttpRequest) -> Membre:
    """Return the person of a request, that the door of the portail found."""
    entered: Any = request
    found: Membre = entered.membre
    return found


def acteur(request: HttpRequest) -> Acteur:
    """Return who acts, without asking the database again."""
    return Acteur(request.user.get_username(), Qui.OPERATEUR, membre(request).operateur.pk)


def deposant(request: HttpRequest) -> Acteur:
    """Return who acts on a dossier and reads its pieces: anybody of the Operateur but its administrateurs techniques.

    Raises:
        PermissionDenied: an administrateur technique.
    """
    if not peut_agir(request):
        raise PermissionDenied
    return acteur(request)


def peut_agir(request: HttpRequest) -> bool:
    """Tell whether this person may act on dossiers: an administrateur technique orders certificates, and no more."""
    return membre(request).role != RoleMembre.ADMINISTRATEUR_TECHNIQUE
