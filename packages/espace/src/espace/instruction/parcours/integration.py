# SPDX-FileCopyrightText: 2026 drimm contributors
# SPDX-License-Identifier: EUPL-1.2
"""Intégration: the DN of each certificate, the contrôle des conditions, the provisional entry (Guide d'intégration §2.1, CGI §6)."""

from __future__ import annotations

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _

from espace.acteurs.acteur import Qui
from espace.instruction.parcours.communes import demande
from espace.instruction.parcours.table import Delai, Parcours, Relance, Transition, sources

_DEMANDE = "Guide d'intégration §2.1, demande d'intégration"
_CONFIRMATION = "Guide d'intégration §2.1, confirmation d'intégration"
_DECISION = "Conditions Générales d'Intégration §6"
_CONTROLE = "Conditions Générales d'Intégration §5 et §6"


class EtatIntegration(TextChoices):
    """State of a dossier of integration."""

    BROUILLON = "brouillon", _("brouillon")
    DEPOSEE = "deposee", _("déposée, à instruire")
    EN_INSTRUCTION = "en_instruction", _("en instruction")
    COMPLEMENT = "complement", _("complément demandé")
    CORRECTIF = "correctif", _("mesures correctives demandées")
    CONTROLEE = "controlee", _("conditions jugées valides")
    ACCEPTEE = "acceptee", _("acceptée, liste en cours de publication")
    PROVISOIRE = "provisoire", _("intégration provisoire notifiée")
    REFUSEE = "refusee", _("refusée")
    DESISTEE = "desistee", _("retirée par l'Opérateur")
    ABANDONNEE = "abandonnee", _("brouillon abandonné")
    SANS_OBJET = "sans_objet", _("sans objet")


E = EtatIntegration
_JUDGED = sources(E.DEPOSEE, E.EN_INSTRUCTION, E.CONTROLEE)
_OPEN = sources(E.DEPOSEE, E.EN_INSTRUCTION, E.CONTROLEE, E.COMPLEMENT, E.CORRECTIF)

TRANSITIONS = (
    *demande("integration", E, _JUDGED, depot=_DEMANDE, prise_en_charge=_CONTROLE, decision=_DECISION),
    Transition(
        "ask_correction",
        _JUDGED,
        E.CORRECTIF,
        Qui.AGENT,
        _("demander des mesures correctives"),
        "integration:ask_correction",
        Delai("complement_jours", au_choix=True),
        motif_requis=True,
        clause=_DECISION,
    ),
    Transition(
        "correct",
        sources(E.CORRECTIF),
        E.DEPOSEE,
        Qui.OPERATEUR,
        _("annoncer les mesures prises"),
        "integration:correct",
        Delai("instruction_jours"),
        clause=_DECISION,
    ),
    Transition(
        "validate",
        sources(E.DEPOSEE, E.EN_INSTRUCTION),
        E.CONTROLEE,
        Qui.AGENT,
        _("juger les conditions valides"),
        "integration:validate",
        Delai("instruction_jours"),
        clause=_CONTROLE,
    ),
    Transition(
        "accept", sources(E.CONTROLEE), E.ACCEPTEE, Qui.AGENT, _("accepter l'entrée provisoire"), "integration:accept", clause=_DECISION
    ),
    Transition("refuse", _OPEN, E.REFUSEE, Qui.AGENT, _("refuser"), "integration:refuse", motif_requis=True, clause=_DECISION),
    Transition("withdraw", _OPEN, E.DESISTEE, Qui.OPERATEUR, _("retirer la demande"), "integration:withdraw"),
    Transition(
        "publish",
        sources(E.ACCEPTEE),
        E.PROVISOIRE,
        Qui.SYSTEME,
        _("liste publiée, intégration provisoire notifiée"),
        "integration:publish",
        clause=_CONFIRMATION,
    ),
    Transition(
        "close",
        sources(E.ACCEPTEE),
        E.SANS_OBJET,
        Qui.SYSTEME,
        _("sans objet : plus aucune DRIMbox de cette demande n'entre dans la liste"),
        "integration:close",
    ),
)

INTEGRATION = Parcours(
    nom="integration",
    libelle=_("Intégration d'une nouvelle DRIMbox à l'Espace de Confiance"),
    etats=EtatIntegration,
    transitions=TRANSITIONS,
    attend={
        E.BROUILLON: Qui.OPERATEUR,
        E.DEPOSEE: Qui.AGENT,
        E.EN_INSTRUCTION: Qui.AGENT,
        E.CONTROLEE: Qui.AGENT,
        E.COMPLEMENT: Qui.OPERATEUR,
        E.CORRECTIF: Qui.OPERATEUR,
        E.ACCEPTEE: Qui.SYSTEME,
    },
    relances=(
        Relance("integration:remind", Qui.OPERATEUR, avant=True),
        Relance("integration:overdue", Qui.OPERATEUR, avant=False),
        Relance("integration:unanswered", Qui.AGENT, avant=False),
    ),
)
