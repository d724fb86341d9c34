# SPDX-FileCopyrightText: 2026 drimm contributors
# SPDX-License-Identifier: EUPL-1.2
"""States of what is brought from the sources, with what pages call them."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _


class EtatRapatriement(models.TextChoices):
    """The whole of one KOS."""

    DEMANDE = "demande", _("Demandé")
    EN_COURS = "en_cours", _("En cours")
    COMPLET = "complet", _("Complet")
    INCOMPLET = "incomplet", _("Incomplet")
    ECHOUE = "echoue", _("Échoué")


class EtatSerie(models.TextChoices):
    """One series of it."""

    ATTENTE = "attente", _("En attente")
    EN_COURS = "en_cours", _("En cours")
    COMPLETE = "complete", _("Complète")
    INCOMPLETE = "incomplete", _("Incomplète")
    REFUSEE = "refusee", _("Refusée")
    ECHOUEE = "echouee", _("Échouée")


TRANSITIONS: dict[EtatRapatriement, frozenset[EtatRapatriement]] = {
    EtatRapatriement.DEMANDE: frozenset({EtatRapatriement.EN_COURS}),
    EtatRapatriement.EN_COURS: frozenset(
        {EtatRapatriement.EN_COURS, EtatRapatriement.COMPLET, EtatRapatriement.INCOMPLET, EtatRapatriement.ECHOUE}
    ),
    # a person may ask again for what is missing
    EtatRapatriement.INCOMPLET: frozenset({EtatRapatriement.DEMANDE}),
    EtatRapatriement.ECHOUE: frozenset({EtatRapatriement.DEMANDE}),
    EtatRapatriement.COMPLET: frozenset(),
}

UNDER_WAY = frozenset({EtatRapatriement.DEMANDE, EtatRapatriement.EN_COURS})
"""States that the worker leaves by itself."""


def outcome(expected: int, stored: int) -> EtatRapatriement:
    """Return the state of a finished one: only what the PACS said it keeps counts."""
    if stored >= expected:
        return EtatRapatriement.COMPLET
    return EtatRapatriement.INCOMPLET if stored else EtatRapatriement.ECHOUE
