# SPDX-FileCopyrightText: 2026 drimm contributors
# SPDX-License-Identifier: EUPL-1.2
"""Life of one publication. Every step is written down, so that what stopped is seen where it stopped."""

from __future__ import annotations

from dataclasses import dataclass

from django.db.models import TextChoices
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from confiance.errors import OwnError


class Etat(TextChoices):
    """State of a publication."""

    DEMANDEE = "demandee", _("demandée")
    COMPILEE = "compilee", _("compilée")
    SIGNEE = "signee", _("signée")
    RELUE = "relue", _("relue")
    PUBLIEE = "publiee", _("publiée")
    REFUSEE = "refusee", _("refusée")


@dataclass(frozen=True, slots=True)
class Transition:
    """One arrow of the table."""

    verb: str
    sources: frozenset[Etat]
    target: Etat
    libelle: str | Promise


UNFINISHED = frozenset({Etat.DEMANDEE, Etat.COMPILEE, Etat.SIGNEE, Etat.RELUE})
TRANSITIONS = (
    Transition("restart", UNFINISHED, Etat.DEMANDEE, _("reprise du début après un arrêt, ou le Registre a changé entre-temps")),
    Transition("compile", frozenset({Etat.DEMANDEE}), Etat.COMPILEE, _("liste établie d'après le Registre")),
    Transition("sign", frozenset({Etat.COMPILEE}), Etat.SIGNEE, _("liste signée")),
    Transition("reread", frozenset({Etat.SIGNEE}), Etat.RELUE, _("liste relue avec le code des lecteurs et comparée au Registre")),
    Transition("publish", frozenset({Etat.RELUE}), Etat.PUBLIEE, _("liste publique")),
    Transition("refuse", UNFINISHED, Etat.REFUSEE, _("publication arrêtée, la liste précédente reste en vigueur")),
)


class EtapeRefusee(OwnError):
    """The table has no such arrow: the publication was finished, or steps were skipped."""

    code = "publication.etape_refusee"
    message = "La publication ne peut pas passer cette étape."
    remede = "Demandez une nouvelle publication."


def advance(etat: str, verb: str) -> Etat:
    """Return the state that follows.

    Args:
        etat: present state.
        verb: name of the transition.

    Raises:
        EtapeRefusee: no such transition from this state.
    """
    current = Etat(etat)
    for transition in TRANSITIONS:
        if transition.verb == verb and current in transition.sources:
            return transition.target
    raise EtapeRefusee(f"Une publication à l'état « {current.label} » ne peut pas passer cette étape.")
