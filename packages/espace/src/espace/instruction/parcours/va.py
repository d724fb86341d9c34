# SPDX-FileCopyrightText: 2026 drimm contributors
# SPDX-License-Identifier: EUPL-1.2
"""Fourniture du document de VA, within 10 jours ouvrés of the authorisation (CGI §6.3). Nothing is excluded by the clock alone."""

from __future__ import annotations

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _

from espace.acteurs.acteur import Qui
from espace.guichet.natures import Nature
from espace.instruction.parcours.table import Delai, Parcours, Relance, Transition, sources

_FOURNITURE = "Guide d'intégration §2.1, document de VA"
_DELAI = "Conditions Générales d'Intégration §6.3"


class EtatVa(TextChoices):
    """State of a dossier of the document de VA."""

    ATTENDU = "attendu", _("document attendu")
    DEPOSE = "depose", _("document déposé, à instruire")
    EN_INSTRUCTION = "en_instruction", _("en instruction")
    A_REFAIRE = "a_refaire", _("document refusé, à refaire")
    EN_RETARD = "en_retard", _("en retard, exclusion proposée")
    ACCEPTE = "accepte", _("document accepté, intégration définitive")
    EXCLUE = "exclue", _("DRIMbox exclue")
    SANS_OBJET = "sans_objet", _("sans objet")


E = EtatVa
_JUDGED = sources(E.DEPOSE, E.EN_INSTRUCTION)
_AWAITED = sources(E.ATTENDU, E.A_REFAIRE)

TRANSITIONS = (
    Transition(
        "submit",
        sources(E.ATTENDU, E.A_REFAIRE, E.EN_RETARD),
        E.DEPOSE,
        Qui.OPERATEUR,
        _("déposer le document de VA"),
        "va:submit",
        Delai("instruction_jours"),
        clause=_FOURNITURE,
    ),
    Transition(
        "take",
        sources(E.DEPOSE),
        E.EN_INSTRUCTION,
        Qui.AGENT,
        _("prendre en charge"),
        "va:take",
        Delai("instruction_jours"),
        clause=_FOURNITURE,
    ),
    Transition("accept", _JUDGED, E.ACCEPTE, Qui.AGENT, _("accepter : intégration définitive"), "va:accept", clause=_FOURNITURE),
    Transition(
        "refuse",
        _JUDGED,
        E.A_REFAIRE,
        Qui.AGENT,
        _("refuser le document"),
        "va:refuse",
        Delai("complement_jours", au_choix=True),
        motif_requis=True,
        clause=_FOURNITURE,
    ),
    Transition(
        "extend",
        sources(E.ATTENDU, E.A_REFAIRE, E.EN_RETARD),
        E.ATTENDU,
        Qui.AGENT,
        _("accorder un délai"),
        "va:extend",
        Delai("va_jours", au_choix=True),
        motif_requis=True,
        clause=_DELAI,
    ),
    Transition("late", _AWAITED, E.EN_RETARD, Qui.SYSTEME, _("délai dépassé : exclusion proposée"), "va:late", clause=_DELAI),
    Transition(
        "exclude",
        sources(E.EN_RETARD),
        E.EXCLUE,
        Qui.AGENT,
        _("exclure : document de VA en retard"),
        "va:exclude",
        motif_requis=True,
        clause=_DELAI,
    ),
    Transition(
        "close",
        sources(E.ATTENDU, E.DEPOSE, E.EN_INSTRUCTION, E.A_REFAIRE, E.EN_RETARD),
        E.SANS_OBJET,
        Qui.SYSTEME,
        _("sans objet : la DRIMbox n'est plus en entrée provisoire"),
        "va:close",
    ),
)

VA = Parcours(
    nom="va",
    libelle=_("Fourniture du document de VA"),
    etats=EtatVa,
    transitions=TRANSITIONS,
    attend={
        E.ATTENDU: Qui.OPERATEUR,
        E.DEPOSE: Qui.AGENT,
        E.EN_INSTRUCTION: Qui.AGENT,
        E.A_REFAIRE: Qui.OPERATEUR,
        E.EN_RETARD: Qui.AGENT,
    },
    relances=(
        Relance("va:remind", Qui.OPERATEUR, avant=True),
        Relance("va:unanswered", Qui.AGENT, avant=False),
    ),
    piece=Nature.DOCUMENT_VA,
)
