# SPDX-FileCopyrightText: 2026 drimm contributors
# SPDX-License-Identifier: EUPL-1.2
from __future__ import annotations

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_safe

from espace.acteurs.acteur import Qui
from espace.alarmes import queries as alarmes
from espace.instruction.attente import compte
from espace.journal import queries as journal
from espace.liste_blanche import queries as liste_blanche
from espace.web.console.compteurs import compteurs


@require_safe
@login_required
def accueil(request: HttpRequest) -> HttpResponse:
    """Show the list in force, what is wrong, and what happened last."""
    counted = compteurs()
    values = {
        "liste": liste_blanche.current(),
        "refusee": liste_blanche.latest_refused(),
        "attente": liste_blanche.oldest_waiting(),
        "a_approuver": liste_blanche.to_approve(),
        "alarmes": alarmes.open_alarms().count(),
        "apres": liste_blanche.last_demande(),
        "statuts": counted.statuts,
        "sans_couples": counted.sans_couples,
        "journal": journal.latest(12),
        "dossiers": compte(timezone.now())[Qui.AGENT],
    }
    return render(request, "console/accueil.html", values)
