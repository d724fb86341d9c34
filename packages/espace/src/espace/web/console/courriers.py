# SPDX-FileCopyrightText: 2026 drimm contributors
# SPDX-License-Identifier: EUPL-1.2
"""The mails in the console: those that wait, came back or failed, and the button that sends one again."""

from __future__ import annotations

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from espace.courrier import queries
from espace.courrier.actions import renvoyer as send_again
from espace.courrier.errors import CourrierInconnu
from espace.courrier.states import Etat
from espace.web.console.requete import auteur, sentence
from espace.web.console.suite import suite_of


@require_safe
@login_required
def index(request: HttpRequest) -> HttpResponse:
    """Show the mails, newest first."""
    etat = request.GET.get("etat", "")
    etat = etat if etat in Etat.values else ""
    counts = queries.counts()
    values = {
        "page": suite_of(request, queries.of_etat(etat), "id", descending=True),
        "etat": etat,
        "etats": [(one, counts[one.value]) for one in Etat],
    }
    return render(request, "console/courriers.html", values)


@require_POST
@login_required
def renvoyer(request: HttpRequest, courrier_id: int) -> HttpResponse:
    """Have a mail sent again."""
    try:
        send_again(courrier_id, auteur=auteur(request), now=timezone.now())
    except CourrierInconnu as error:
        messages.error(request, sentence(error))
    else:
        messages.success(request, _("Le courrier n° %(numero)d va partir de nouveau.") % {"numero": courrier_id})
    return redirect("console:courriers")
