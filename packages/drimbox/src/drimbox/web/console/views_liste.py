# SPDX-FileCopyrightText: 2026 drimm contributors
# SPDX-License-Identifier: EUPL-1.2
"""The page of the Liste Blanche: what is trusted, since when, from where, and what a person must settle."""

from __future__ import annotations

import re
from dataclasses import dataclass

from django.contrib import messages as flash
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from confiance.errors import DrimmError
from confiance.liste_blanche import Freshness
from drimbox.socle.annuaire import actions
from drimbox.socle.annuaire import queries as annuaire
from drimbox.socle.annuaire.models import Alarme
from drimbox.socle.annuaire.queries import EnVigueur
from drimbox.socle.annuaire.states import KEPT, CodeAlarme
from drimbox.web.console.libelles import explain

RELEVES = 20
_SHA256 = re.compile(r"[0-9a-f]{64}")


@dataclass(frozen=True, slots=True)
class AlarmeMontree:
    """An open alarm with what a person may do about it.

    Attributes:
        alarme: the row.
        lignes: its detail, line by line.
        geste: removal, clock, acknowledge, or empty when it closes by itself.
        sha256: of the list whose mass removal waits.
    """

    alarme: Alarme
    lignes: tuple[str, ...]
    geste: str = ""
    sha256: str = ""


@require_safe
def liste_blanche(request: HttpRequest) -> HttpResponse:
    """Show the list and the head that are trusted, the addresses, the CRLs, the alarms and the last pulls."""
    now = timezone.now()
    held, refus = _held()
    lecteur = None if held is None else held.lecteur
    values = {
        "refus": refus,
        "liste": None if lecteur is None else lecteur.liste.current,
        "memoire": None if lecteur is None else lecteur.liste.memory,
        "freshness": Freshness.EXPIRED if lecteur is None else lecteur.freshness(now),
        "tete": None if lecteur is None or lecteur.tete is None else lecteur.tete.current,
        "tete_memoire": None if lecteur is None or lecteur.tete is None else lecteur.tete.memory,
        "tete_suivie": lecteur is not None and lecteur.tete is not None,
        "tete_etat": None if lecteur is None else lecteur.etat(now),
        "miroirs": [(row, explain(row.code)) for row in annuaire.miroirs()],
        "crls": [(crl, crl.is_late(now)) for crl in annuaire.crl_states()],
        "alarmes": [_shown(alarme) for alarme in annuaire.open_alarms()],
        "releves": annuaire.last_releves(RELEVES),
    }
    return render(request, "console/liste_blanche.html", values)


def _held() -> tuple[EnVigueur | None, DrimmError | None]:
    try:
        return annuaire.en_vigueur(), None
    except DrimmError as error:
        return None, error


def _shown(alarme: Alarme) -> AlarmeMontree:
    lines = tuple(alarme.detail.splitlines())
    if alarme.code == CodeAlarme.RETRAIT_MASSIF and lines:
        return AlarmeMontree(alarme, lines[1:], "retrait", lines[0])
    if alarme.code == CodeAlarme.HORLOGE:
        return AlarmeMontree(alarme, lines, "horloge")
    return AlarmeMontree(alarme, lines, "acquitter" if alarme.code in KEPT else "")


@require_POST
def accepter_retrait(request: HttpRequest) -> HttpResponse:
    """Have the list pulled whose mass removal this person confirms, and no other."""
    sha256 = request.POST.get("sha256", "")
    if _SHA256.fullmatch(sha256):
        actions.ask_removal(sha256)
        flash.success(request, _("Retrait confirmé ; la liste est relevée, son résultat s'affiche dans quelques secondes."))
    return redirect("console:liste_blanche")


@require_POST
def horloge(request: HttpRequest) -> HttpResponse:
    """Have the present time taken as right."""
    actions.ask_clock()
    flash.success(request, _("Horloge acquittée ; la liste est relevée, son résultat s'affiche dans quelques secondes."))
    return redirect("console:liste_blanche")


@require_POST
def acquitter(request: HttpRequest) -> HttpResponse:
    """Have an alarm closed that only a person closes."""
    code = request.POST.get("code", "")
    if code in KEPT:
        actions.ask_alarm(code)
        flash.success(request, _("La clôture de l'alarme est demandée."))
    return redirect("console:liste_blanche")


@require_POST
def recommencer_tetes(request: HttpRequest) -> HttpResponse:
    """Have every head seen before forgotten, once this person said that the administrateur asked for it."""
    if request.POST.get("confirme") == "oui":
        actions.ask_restart()
        flash.success(request, _("Le suivi des Têtes recommence ; son résultat s'affiche dans quelques secondes."))
    else:
        flash.warning(request, _("Rien n'est changé : la confirmation n'était pas cochée."))
    return redirect("console:liste_blanche")
