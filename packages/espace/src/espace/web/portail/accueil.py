# SPDX-FileCopyrightText: 2026 drimm contributors
# SPDX-License-Identifier: EUPL-1.2
"""The first page of a person of an Operateur."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.functional import Promise
from django.views.decorators.http import require_safe

from espace.acteurs.acteur import Qui
from espace.conditions.queries import manquantes
from espace.guichet.models import Dossier
from espace.guichet.queries import dossiers_for
from espace.instruction.parcours import PARCOURS
from espace.instruction.queries import expected_of
from espace.registre.models import CoupleFqdn
from espace.registre.queries import of_operateur
from espace.web.portail.requete import acteur, membre, peut_agir
from espace.zone.queries import EtatPublication, etats

SHOWN = 8
"""Rows of each part of the first page; the rest has its own page."""


@dataclass(frozen=True, slots=True)
class Demande:
    """A dossier as the first page shows it."""

    dossier: Dossier
    parcours: str | Promise
    etat: str
    attendu: Qui | None
    en_retard: bool

    @property
    def fini(self) -> bool:
        """Whether nobody is expected to act any more."""
        return self.attendu is None

    @property
    def a_vous(self) -> bool:
        """Whether the Operateur is expected to act."""
        return self.attendu is Qui.OPERATEUR

    @property
    def a_agent(self) -> bool:
        """Whether an agent is expected to act."""
        return self.attendu is Qui.AGENT


@dataclass(frozen=True, slots=True)
class Installation:
    """A couple with its Drimbox and where its names stand."""

    couple: CoupleFqdn
    publication: EtatPublication


@require_safe
def accueil(request: HttpRequest) -> HttpResponse:
    """Show a person of an Operateur what is expected of it and until when, its requests, its Drimboxes."""
    operateur, now = membre(request).operateur, timezone.now()
    couples = list(of_operateur(operateur)[: SHOWN + 1])
    published = etats(couples[:SHOWN])
    values = {
        "operateur": operateur,
        "manquantes": manquantes(operateur, now),
        "attendues": demandes_of(expected_of(operateur.pk)[:SHOWN], now),
        "demandes": demandes_of(dossiers_for(acteur(request))[:SHOWN], now),
        "installations": [Installation(couple, published[couple.pk]) for couple in couples[:SHOWN]],
        "d_autres": len(couples) > SHOWN,
        "peut_agir": peut_agir(request),
    }
    return render(request, "portail/accueil.html", values)


def demandes_of(dossiers: Iterable[Dossier], now: datetime) -> list[Demande]:
    """Return dossiers with the words that a page shows of them."""
    return [_demande(dossier, now) for dossier in dossiers]


def _demande(dossier: Dossier, now: datetime) -> Demande:
    table = PARCOURS[dossier.parcours]
    late = dossier.echeance is not None and dossier.echeance < now
    return Demande(dossier, table.libelle, table.libelle_etat(dossier.etat), table.attendu(dossier.etat), late)
