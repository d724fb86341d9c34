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
    A_APPROUVER = "attente", _("à approuver")
    PUBLIEE = "publiee", _("publiée")
    REFUSEE = "refusee", _("refusée")


class Origine(TextChoices):
    """Why a publication is asked."""

    PERSONNE = "personne", _("demandée par une personne")
    EXCLUSION = "exclusion", _("exclusion d'une DRIMbox")
    QUOTIDIENNE = "quotidienne", _("nouvelle signature quotidienne")


class Avis(TextChoices):
    """What a second person says of a demande."""

    APPROUVE = "approuve", _("approuvée")
    REJETE = "rejete", _("rejetée")


class DeuxPersonnes(TextChoices):
    """When the two-person rule holds."""

    NEVER = "never", _("jamais")
    REMOVALS = "removals", _("pour les retraits")
    ALWAYS = "always", _("pour tout changement")


@dataclass(frozen=True, slots=True)
class Transition:
    """One arrow of the table."""

    verb: str
    sources: frozenset[Etat]
    target: Etat
    libelle: str | Promise


UNFINISHED = frozenset({Etat.DEMANDEE, Etat.COMPILEE, Etat.SIGNEE, Etat.RELUE, Etat.A_APPROUVER})
TRANSITIONS = (
    Transition("restart", UNFINISHED, Etat.DEMANDEE, _("reprise du début après un arrêt, ou le Registre a changé entre-temps")),
    Transition("compile", frozenset({Etat.DEMANDEE}), Etat.COMPILEE, _("liste établie d'après le Registre")),
    Transition("wait", frozenset({Etat.COMPILEE}), Etat.A_APPROUVER, _("une seconde personne doit approuver les changements")),
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
