# SPDX-FileCopyrightText: 2026 drimm contributors
# SPDX-License-Identifier: EUPL-1.2
"""Where the names of a couple stand in the DNS: states, transitions and French labels."""

from __future__ import annotations

from dataclasses import dataclass

from django.db.models import TextChoices
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _


class Etat(TextChoices):
    """State of the names of one couple in the zone."""

    A_PUBLIER = "a_publier", _("à publier")
    PUBLIEE = "publiee", _("publiée")
    DERIVE = "derive", _("dérive")


class Nature(TextChoices):
    """What is wrong with a name of the zone."""

    MANQUANT = "manquant", _("manquant")
    AUTRE = "autre", _("autre contenu")
    ETRANGER = "etranger", _("inconnu du Registre")


class Travail(TextChoices):
    """What a person may ask of the process ``zone``."""

    COMPARER = "comparer", _("comparer la zone au Registre")
    REPARER = "reparer", _("publier de nouveau les noms qui dérivent")
    NETTOYER = "nettoyer", _("publier de nouveau les noms qui dérivent et retirer les noms inconnus du Registre")


@dataclass(frozen=True, slots=True)
class Transition:
    """One arrow of the table."""

    verb: str
    sources: frozenset[Etat]
    target: Etat
    libelle: str | Promise


TRANSITIONS = (
    Transition("publish", frozenset({Etat.A_PUBLIER}), Etat.PUBLIEE, _("chaque serveur de noms répond la cible du Registre")),
    Transition("change", frozenset({Etat.PUBLIEE, Etat.DERIVE}), Etat.A_PUBLIER, _("cible changée au Registre, ou réparation demandée")),
    Transition("drift", frozenset({Etat.PUBLIEE}), Etat.DERIVE, _("la zone ne dit plus ce que dit le Registre")),
    Transition("settle", frozenset({Etat.DERIVE}), Etat.PUBLIEE, _("la zone dit de nouveau ce que dit le Registre")),
)
