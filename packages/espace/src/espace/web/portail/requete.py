# SPDX-FileCopyrightText: 2026 drimm contributors
# SPDX-License-Identifier: EUPL-1.2
"""What every view of the portail needs of a request: who acts, and for which Operateur."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest

from espace.acteurs.acteur import Acteur, Qui
from espace.acteurs.models import Membre


def membre(request: HttpRequest) -> Membre:
    """Return the person of a request, that the door of the portail found."""
    entered: Any = request
    found: Membre = entered.membre
    return found


def acteur(request: HttpRequest) -> Acteur:
    """Return who acts, without asking the database again."""
    return Acteur(request.user.get_username(), Qui.OPERATEUR, membre(request).operateur.pk)
