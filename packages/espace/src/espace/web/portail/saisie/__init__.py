# SPDX-FileCopyrightText: 2026 drimm contributors
# SPDX-License-Identifier: EUPL-1.2
"""Forms of the dossiers: what each parcours shows of ``donnees``, and how what was typed becomes ``donnees`` again.

Nothing is judged here: :mod:`espace.guichet.formulaires` reads the values and names each fault by its field.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from django.http import QueryDict

from espace.guichet.errors import Faute
from espace.guichet.models import Dossier
from espace.web.portail.saisie import declaration, integration, va
from espace.web.portail.saisie.champ import Groupe, par_champ

_GROUPES: dict[str, Callable[[Dossier, dict[str, tuple[str, ...]]], list[Groupe]]] = {
    "declaration": declaration.groupes,
    "integration": integration.groupes,
    "va": va.groupes,
}
_LIRE: dict[str, Callable[[QueryDict], dict[str, Any]]] = {
    "declaration": declaration.lire,
    "integration": integration.lire,
    "va": va.lire,
}


def groupes(dossier: Dossier, fautes: Sequence[Faute]) -> list[Groupe]:
    """Return the fields of a dossier, filled, each with its faults.

    Args:
        dossier: of any parcours.
        fautes: what its reading found, by field.
    """
    return _GROUPES[dossier.parcours](dossier, par_champ(fautes))


def lire(dossier: Dossier, envoi: QueryDict) -> dict[str, Any]:
    """Return what a form sent, in the shape of ``donnees``.

    Args:
        dossier: whose parcours says which form it was.
        envoi: the POST.
    """
    return _LIRE[dossier.parcours](envoi)
