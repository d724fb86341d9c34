# SPDX-FileCopyrightText: 2026 drimm contributors
# SPDX-License-Identifier: EUPL-1.2
"""The form of a dossier: typed in several times, kept as a draft, then looked at once more and sent."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from confiance.errors import DrimmError
from espace.guichet import actions as guichet
from espace.guichet.models import Dossier
from espace.guichet.queries import WRITABLE
from espace.instruction import queries as instruction
from espace.instruction.actions import avancer
from espace.instruction.apercu import apercu
from espace.web.console.requete import tell
from espace.web.portail.dossier import SENDS, found, version_of
from espace.web.portail.requete import deposant
from espace.web.portail.saisie import groupes, lire


@require_http_methods(["GET", "HEAD", "POST"])
def saisir(request: HttpRequest, numero: str) -> HttpResponse:
    """Show the form, keep it, or send it."""
    who, dossier = deposant(request), found(request, numero)
    if dossier.etat not in WRITABLE:
        return redirect("portail:dossier", numero)
    if request.method != "POST":
        return _page(request, dossier, judged="verifier" in request.GET)
    try:
        dossier = guichet.enregistrer(dossier.pk, lire(dossier, request.POST), who, at=timezone.now(), version=version_of(request))
    except DrimmError as error:
        tell(request, error)
        return redirect("portail:saisie", numero)
    return _sent(request, dossier) if request.POST.get("geste") == "envoyer" else _kept(request, dossier)


def _kept(request: HttpRequest, dossier: Dossier) -> HttpResponse:
    messages.success(request, _("Le brouillon est enregistré."))
    return redirect("portail:dossier" if request.POST.get("geste") == "fermer" else "portail:saisie", dossier.numero)


def _sent(request: HttpRequest, dossier: Dossier) -> HttpResponse:
    """Send what was just kept, unless something is missing: the same page then says what, beside each field."""
    arrow = next((one for one in instruction.possible(dossier, deposant(request)) if one.verb in SENDS), None)
    if arrow is None or not apercu(dossier, timezone.now()).pret:
        return _page(request, dossier, judged=True, status=400)
    try:
        avancer(dossier.pk, arrow.verb, deposant(request), at=timezone.now(), version=dossier.version)
    except DrimmError as error:
        tell(request, error)
        return redirect("portail:saisie", dossier.numero)
    messages.success(request, _("Votre demande est déposée. Un courrier le confirme, avec la suite et son échéance."))
    return redirect("portail:dossier", dossier.numero)


def _page(request: HttpRequest, dossier: Dossier, *, judged: bool, status: int = 200) -> HttpResponse:
    seen = apercu(dossier, timezone.now())
    table = instruction.table_of(dossier)
    values = {
        "dossier": dossier,
        "table": table,
        "apercu": seen,
        "juge": judged,
        "groupes": groupes(dossier, seen.fautes if judged else ()),
        "envois": [arrow for arrow in instruction.possible(dossier, deposant(request)) if arrow.verb in SENDS],
    }
    return render(request, "portail/saisie.html", values, status=status)
