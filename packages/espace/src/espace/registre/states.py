# SPDX-FileCopyrightText: 2026 drimm contributors
# SPDX-License-Identifier: EUPL-1.2
"""Life of a Drimbox in the Registre: states, transitions and French labels. A state changes by this table only."""

from __future__ import annotations

from dataclasses import dataclass

from django.db.models import TextChoices
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from confiance.errors import PeerError


class Statut(TextChoices):
    """State of a Drimbox (« STATUT DRIMBOX » of the Registre National)."""

    DECLAREE = "declaree", _("déclarée")
    PROVISOIRE = "provisoire", _("provisoire")
    ACTIVE = "active", pgettext_lazy("statut", "active")  # without context, Django's own catalogue would answer « actif »
    A_BASCULER = "a_basculer", _("à basculer")
    EXCLUE = "exclue", _("exclue")
    RETIREE = "retiree", _("retirée")


class Motif(TextChoices):
    """Why the administrateur excludes a Drimbox."""

    INDISPONIBILITE = "indisponibilite", _("indisponibilité")
    CYBER = "cyber", _("incident de cybersécurité")
    VA_EN_RETARD = "va_en_retard", _("document de VA en retard")
    SANCTION = "sanction", _("sanction")


@dataclass(frozen=True, slots=True)
class Transition:
    """One arrow of the table."""

    verb: str
    sources: frozenset[Statut]
    target: Statut
    libelle: str | Promise


TRANSITIONS = (
    Transition("integrate", frozenset({Statut.DECLAREE}), Statut.PROVISOIRE, _("entrée provisoire dans la Liste Blanche")),
    Transition("confirm", frozenset({Statut.PROVISOIRE}), Statut.ACTIVE, _("document de VA accepté")),
    Transition(
        "exclude", frozenset({Statut.PROVISOIRE, Statut.ACTIVE, Statut.A_BASCULER}), Statut.EXCLUE, _("exclusion par l'administrateur")
    ),
    Transition("reintegrate", frozenset({Statut.EXCLUE}), Statut.PROVISOIRE, _("réintégration provisoire")),
    Transition("announce_bascule", frozenset({Statut.PROVISOIRE, Statut.ACTIVE}), Statut.A_BASCULER, _("bascule demandée")),
    Transition("complete_bascule", frozenset({Statut.A_BASCULER}), Statut.PROVISOIRE, _("bascule faite vers le nouvel Opérateur")),
    Transition("retire", frozenset(set(Statut) - {Statut.RETIREE}), Statut.RETIREE, _("retrait à la demande du Client")),
)
IN_LIST = frozenset({Statut.PROVISOIRE, Statut.ACTIVE, Statut.A_BASCULER})
"""States whose Drimboxes are Domaines of the Liste Blanche. An excluded one leaves the list and keeps its CNAME."""


class TransitionRefusee(PeerError):
    """The table has no such arrow from this state."""

    code = "registre.transition_refusee"
    message = "L'état de la DRIMbox ne permet pas cette action."
    remede = "Consultez l'état de la DRIMbox : elle a peut-être déjà changé."


def advance(statut: str, verb: str) -> Statut:
    """Return the state that follows.

    Args:
        statut: present state.
        verb: name of the transition.

    Raises:
        TransitionRefusee: no such transition from this state.
    """
    current = Statut(statut)
    for transition in TRANSITIONS:
        if transition.verb == verb and current in transition.sources:
            return transition.target
    raise TransitionRefusee(f"Une DRIMbox à l'état « {current.label} » ne peut pas recevoir cette décision.")


def allowed(statut: str) -> frozenset[str]:
    """Return the verbs that the table admits from this state."""
    return frozenset(transition.verb for transition in TRANSITIONS if Statut(statut) in transition.sources)
