# SPDX-FileCopyrightText: 2026 drimm contributors
# SPDX-License-Identifier: EUPL-1.2
"""States of an exam and of its pointer."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _


class EtatExamen(models.TextChoices):
    """Where an exam stands on the way from its report to the DMP."""

    A_TRAITER = "a_traiter", _("À traiter")
    ATTENTE_IMAGES = "attente_images", _("En attente des images")
    ATTENTE_PACS = "attente_pacs", _("PACS injoignable, nouvel essai prévu")
    A_VERIFIER = "a_verifier", _("À vérifier par une personne")
    EN_DEPOT = "en_depot", _("Dépôt au DMP en cours")
    SANS_DEPOT = "sans_depot", _("Pointeur prêt, sans dépôt demandé")
    DEPOSE = "depose", _("Déposé au DMP")
    REFUSE = "refuse", _("Refusé par le DMP")
    INCOMPLET = "incomplet", _("Incomplet : à compléter par une personne")
    PATIENT_CHANGE = "patient_change", _("Patient changé dans le PACS : images fermées, à vérifier par une personne")
    EN_RETRAIT = "en_retrait", _("Retrait du DMP en cours")
    RETIRE = "retire", _("Retiré")


_FROM_WAITING = frozenset(
    {
        EtatExamen.A_TRAITER,
        EtatExamen.ATTENTE_IMAGES,
        EtatExamen.ATTENTE_PACS,
        EtatExamen.A_VERIFIER,
        EtatExamen.EN_DEPOT,
        EtatExamen.SANS_DEPOT,
        EtatExamen.EN_RETRAIT,
        EtatExamen.RETIRE,
    }
)
# a newer report starts the way again; a removal ends it, whatever was reached
_NEWER_OR_REMOVED = frozenset({EtatExamen.A_TRAITER, EtatExamen.EN_RETRAIT, EtatExamen.RETIRE})
_ANSWERED = frozenset({EtatExamen.DEPOSE, EtatExamen.REFUSE, EtatExamen.INCOMPLET})

TRANSITIONS: dict[EtatExamen, frozenset[EtatExamen]] = {
    EtatExamen.A_TRAITER: _FROM_WAITING,
    EtatExamen.ATTENTE_IMAGES: _FROM_WAITING,
    EtatExamen.ATTENTE_PACS: _FROM_WAITING,
    EtatExamen.A_VERIFIER: _NEWER_OR_REMOVED,
    EtatExamen.EN_DEPOT: _ANSWERED | _NEWER_OR_REMOVED,
    EtatExamen.REFUSE: _NEWER_OR_REMOVED | {EtatExamen.EN_DEPOT},
    EtatExamen.INCOMPLET: _NEWER_OR_REMOVED | {EtatExamen.EN_DEPOT},
    EtatExamen.SANS_DEPOT: _NEWER_OR_REMOVED,
    EtatExamen.DEPOSE: _NEWER_OR_REMOVED | {EtatExamen.EN_DEPOT, EtatExamen.PATIENT_CHANGE},
    EtatExamen.PATIENT_CHANGE: _NEWER_OR_REMOVED,
    EtatExamen.EN_RETRAIT: frozenset({EtatExamen.RETIRE, EtatExamen.REFUSE, EtatExamen.INCOMPLET, EtatExamen.A_TRAITER}),
    EtatExamen.RETIRE: frozenset({EtatExamen.A_TRAITER}),
}

WAITING = frozenset({EtatExamen.A_TRAITER, EtatExamen.ATTENTE_IMAGES, EtatExamen.ATTENTE_PACS})
"""States that the machine leaves by itself."""

SETTLED = frozenset({EtatExamen.DEPOSE, EtatExamen.SANS_DEPOT, EtatExamen.RETIRE})
"""States in which nothing more is to be done, unless the outside speaks again."""

FOR_A_PERSON = frozenset({EtatExamen.A_VERIFIER, EtatExamen.REFUSE, EtatExamen.INCOMPLET, EtatExamen.PATIENT_CHANGE})
"""States that only a person leaves."""
AUTRE_DOCUMENT = "pointeur.document_remplace_inconnu"
"""A report replaces another document than the one that its exam follows."""
SANS_DEPOT = "pointeur.remplacement_sans_depot"
"""A message asks for no deposit (DESTDMP = N) of what the DMP holds already."""
VISIBILITE_GARDEE = "pointeur.visibilite_gardee"
"""A message would show what is hidden without saying so (MODIF_CONF_CODE): it stays hidden."""
NOTE_CLE_ILLISIBLE = "pointeur.note_cle_illisible"
"""A key-image note of the study could not be had or read: the pointer is published without its remark."""


class EtatKos(models.TextChoices):
    """Life of one KOS object.

    One that takes the place of another waits for the DMP's answer: until then, the former is the one that everybody can find.
    """

    EN_ATTENTE = "en_attente", _("En attente de la réponse du DMP")
    EN_VIGUEUR = "en_vigueur", _("En vigueur")
    REMPLACE = "remplace", _("Remplacé")
    RETIRE = "retire", _("Retiré")
