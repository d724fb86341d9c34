# SPDX-FileCopyrightText: 2026 drimm contributors
# SPDX-License-Identifier: EUPL-1.2
"""How a pull ended, what one address gave, and what a person must be told."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _


class ResultatReleve(models.TextChoices):
    """Whatever the result, the last verified list stays in force until a newer one is verified."""

    NOUVELLE = "nouvelle", _("Nouvelle liste en vigueur")
    INCHANGEE = "inchangee", _("Liste inchangée")
    REFUSEE = "refusee", _("Liste refusée")
    INJOIGNABLE = "injoignable", _("Liste inaccessible")


class ResultatMiroir(models.TextChoices):
    """What one address gave when it was last asked."""

    NOUVEAU = "nouveau", _("A donné du nouveau")
    INCHANGE = "inchange", _("À jour")
    ANCIEN = "ancien", _("En retard sur une autre adresse")
    REFUSE = "refuse", _("Réponse refusée")
    INJOIGNABLE = "injoignable", _("Ne répond pas")


GOOD = frozenset({ResultatMiroir.NOUVEAU, ResultatMiroir.INCHANGE})
"""The address gave what is in force."""


class UsageMiroir(models.TextChoices):
    """What an address is asked for."""

    LISTE = "liste", _("Liste Blanche")
    CRL = "crl", _("Liste de révocation")


class CodeAlarme(models.TextChoices):
    """What a person must know; each is raised and closed with a line in the journal."""

    LISTE_ANCIENNE = "liste_ancienne", _("La Liste Blanche n'a pas pu être confirmée depuis trop longtemps")
    LISTE_DOUBLE = "liste_double", _("Deux Listes Blanches différentes portent les mêmes dates")
    RETRAIT_MASSIF = "retrait_massif", _("Une nouvelle liste retire d'un coup beaucoup de DRIMbox : une personne doit la confirmer")
    HORLOGE = "horloge", _("L'horloge est en retard sur une heure déjà constatée")
    SIGNATAIRE = "signataire", _("Le certificat du signataire de la liste finit bientôt")
    MIROIR = "miroir", _("Une adresse de la liste est en panne ou en retard")
    CRL = "crl", _("Une liste de révocation n'est plus à jour")
    TETE_EQUIVOQUE = "tete_equivoque", _("Deux têtes contradictoires circulent : le publicateur s'est contredit")
    TETE_EN_RETARD = "tete_en_retard", _("La tête de la liste n'est plus renouvelée : la liste est peut-être figée")
    TETE_ABSENTE = "tete_absente", _("La tête de la liste, déjà vue, n'est plus donnée ou est refusée")
    TETE_SANS_LISTE = "tete_sans_liste", _("La liste en vigueur n'est pas confirmée par la tête")


KEPT = frozenset({CodeAlarme.LISTE_DOUBLE, CodeAlarme.TETE_EQUIVOQUE})
"""Alarms that no later success closes: only a person does, once the publisher has explained itself."""
