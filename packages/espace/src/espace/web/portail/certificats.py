# SPDX-FileCopyrightText: 2026 drimm contributors
# SPDX-License-Identifier: EUPL-1.2
"""Between the attestation and the Intégration: what is done elsewhere for the names of one DRIMbox, and who may issue its certificate."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.conf import settings
from django.core.cache import cache
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from confiance.errors import DrimmError
from espace.acteurs.models import Operateur
from espace.attestation import queries as attestations
from espace.attestation.models import Attestation
from espace.conditions.queries import administrateurs_of
from espace.registre import queries as registre
from espace.registre.models import CoupleFqdn
from espace.registre.states import Statut
from espace.web.console.requete import sentence
from espace.web.portail.requete import membre, peut_agir
from espace.zone.caa import Constat, constat
from espace.zone.cibles import www_of
from espace.zone.resolution import resolveur

_QUESTION_SECONDS = 30  # a place that a process left without giving it back is free again after that


@dataclass(frozen=True, slots=True)
class Autorites:
    """Who may issue a certificate for a name, as a CA finds it now; or why it cannot be told."""

    constat: Constat | None
    refus: str = ""


@require_safe
def index(request: HttpRequest, db: str) -> HttpResponse:
    """Show what is left to do for one couple. Name servers are asked when the person asks, and their silence is told."""
    couple = _mine(db, membre(request).operateur)
    portails, asked = settings.ESPACE.portails, request.GET.get("caa") == "1"
    values: dict[str, Any] = {
        "couple": couple,
        "attestation": _attestation(couple),
        "nommes": administrateurs_of(couple.operateur).filter(couple=couple),
        "integree": couple.drimbox.statut != Statut.DECLAREE,  # type: ignore[attr-defined]  # reverse name of Drimbox.couple
        "www": www_of(couple.vi) if settings.ESPACE.zone.www else "",
        "mes_habilitations": portails.mes_habilitations,
        "igc_sante": portails.igc_sante,
        "peut_agir": peut_agir(request),
        "autorites": _autorites(couple) if asked else None,
    }
    return render(request, "portail/certificats.html", values)


def _mine(db: str, operateur: Operateur) -> CoupleFqdn:
    couple = registre.couple(db)
    if couple is None or couple.operateur.pk != operateur.pk:
        raise Http404
    return couple


def _attestation(couple: CoupleFqdn) -> Attestation | None:
    delivered = attestations.of_operateur(couple.operateur).filter(scellee__isnull=False, revocation__isnull=True)
    return delivered.filter(noms__contains=[couple.db]).select_related("dossier").first()


def _autorites(couple: CoupleFqdn) -> Autorites:
    """Ask, one question at a time for an Operateur: name servers that are slow to answer, its own among them, hold one page and no more."""
    place = f"caa:{couple.operateur.pk}"
    if not cache.add(place, 1, timeout=_QUESTION_SECONDS):
        return Autorites(None, _("Une question est déjà en cours pour votre organisme : réessayez dans quelques secondes."))
    try:
        return Autorites(constat(couple.vi, resolveur(settings.ESPACE.zone.controle)))
    except DrimmError as error:
        return Autorites(None, sentence(error))
    finally:
        cache.delete(place)
