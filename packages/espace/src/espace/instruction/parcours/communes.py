# SPDX-FileCopyrightText: 2026 drimm contributors
# SPDX-License-Identifier: EUPL-1.2
"""Arrows that every demande begins with: a draft, its submission, an agent who takes it, a request for more."""

from __future__ import annotations

from typing import Any

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _

from espace.acteurs.acteur import Qui
from espace.instruction.parcours.table import Delai, Transition, sources


def demande(
    nom: str, etats: Any, juges: frozenset[TextChoices], *, depot: str, prise_en_charge: str, decision: str
) -> tuple[Transition, ...]:
    """Return the arrows from a draft to an agent's judgement, and to a request for more and back.

    Args:
        nom: the parcours.
        etats: its states: BROUILLON, DEPOSEE, EN_INSTRUCTION, COMPLEMENT and ABANDONNEE are among them.
        juges: states in which an agent judges.
        depot: clause of the submission.
        prise_en_charge: clause of the agent's first look.
        decision: clause of the decisions.
    """
    brouillon, attente = sources(etats.BROUILLON), Delai("instruction_jours")
    abandon, complement = etats.ABANDONNEE, Delai("complement_jours", au_choix=True)
    return (
        Transition("submit", brouillon, etats.DEPOSEE, Qui.OPERATEUR, _("déposer la demande"), f"{nom}:submit", attente, clause=depot),
        Transition("abandon", brouillon, abandon, Qui.OPERATEUR, _("abandonner le brouillon"), f"{nom}:abandon"),
        Transition("expire", brouillon, abandon, Qui.SYSTEME, _("brouillon laissé sans suite"), f"{nom}:expire"),
        Transition(
            "take",
            sources(etats.DEPOSEE),
            etats.EN_INSTRUCTION,
            Qui.AGENT,
            _("prendre en charge"),
            f"{nom}:take",
            attente,
            clause=prise_en_charge,
        ),
        Transition(
            "ask_more",
            juges,
            etats.COMPLEMENT,
            Qui.AGENT,
            _("demander un complément"),
            f"{nom}:ask_more",
            complement,
            motif_requis=True,
            clause=decision,
        ),
        Transition(
            "complete",
            sources(etats.COMPLEMENT),
            etats.DEPOSEE,
            Qui.OPERATEUR,
            _("envoyer le complément"),
            f"{nom}:complete",
            attente,
            clause=decision,
        ),
    )
