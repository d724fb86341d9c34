# SPDX-FileCopyrightText: 2026 drimm contributors
# SPDX-License-Identifier: EUPL-1.2
"""Déclaration: names are asked for a Commande, given, published, and told in an attestation (Guide d'intégration §2.1)."""

from __future__ import annotations

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _

from espace.acteurs.acteur import Qui
from espace.guichet.natures import Nature
from espace.instruction.parcours.table import Delai, Parcours, Relance, Transition, sources

_DEMANDE = "Guide d'intégration §2.1, demande de déclaration"
_ATTESTATION = "Guide d'intégration §2.1, attestations"
_DECISION = "Conditions Générales d'Intégration §6"


class EtatDeclaration(TextChoices):
    """State of a dossier of declaration."""

    BROUILLON = "brouillon", _("brouillon")
    DEPOSEE = "deposee", _("déposée, à instruire")
    EN_INSTRUCTION = "en_instruction", _("en instruction")
    COMPLEMENT = "complement", _("complément demandé")
    ACCEPTEE = "acceptee", _("acceptée, noms en cours de publication")
    ATTESTEE = "attestee", _("attestation délivrée")
    REFUSEE = "refusee", _("refusée")
    DESISTEE = "desistee", _("retirée par l'Opérateur")
    ABANDONNEE = "abandonnee", _("brouillon abandonné")


E = EtatDeclaration
_JUDGED = sources(E.DEPOSEE, E.EN_INSTRUCTION)

TRANSITIONS = (
    Transition(
        "submit",
        sources(E.BROUILLON),
        E.DEPOSEE,
        Qui.OPERATEUR,
        _("déposer la demande"),
        "declaration:submit",
        Delai("instruction_jours"),
        clause=_DEMANDE,
    ),
    Transition("abandon", sources(E.BROUILLON), E.ABANDONNEE, Qui.OPERATEUR, _("abandonner le brouillon"), "declaration:abandon"),
    Transition("expire", sources(E.BROUILLON), E.ABANDONNEE, Qui.SYSTEME, _("brouillon laissé sans suite"), "declaration:expire"),
    Transition(
        "take",
        sources(E.DEPOSEE),
        E.EN_INSTRUCTION,
        Qui.AGENT,
        _("prendre en charge"),
        "declaration:take",
        Delai("instruction_jours"),
        clause=_ATTESTATION,
    ),
    Transition(
        "ask_more",
        _JUDGED,
        E.COMPLEMENT,
        Qui.AGENT,
        _("demander un complément"),
        "declaration:ask_more",
        Delai("complement_jours", au_choix=True),
        motif_requis=True,
        clause=_DECISION,
    ),
    Transition(
        "complete",
        sources(E.COMPLEMENT),
        E.DEPOSEE,
        Qui.OPERATEUR,
        _("envoyer le complément"),
        "declaration:complete",
        Delai("instruction_jours"),
        clause=_DECISION,
    ),
    Transition(
        "accept",
        _JUDGED,
        E.ACCEPTEE,
        Qui.AGENT,
        _("accepter et attribuer les noms"),
        "declaration:accept",
        clause="Introduction à l'Espace de Confiance §2.2",
    ),
    Transition(
        "refuse",
        sources(E.DEPOSEE, E.EN_INSTRUCTION, E.COMPLEMENT),
        E.REFUSEE,
        Qui.AGENT,
        _("refuser"),
        "declaration:refuse",
        motif_requis=True,
        clause=_DECISION,
    ),
    Transition(
        "withdraw",
        sources(E.DEPOSEE, E.EN_INSTRUCTION, E.COMPLEMENT),
        E.DESISTEE,
        Qui.OPERATEUR,
        _("retirer la demande"),
        "declaration:withdraw",
    ),
    Transition(
        "deliver",
        sources(E.ACCEPTEE),
        E.ATTESTEE,
        Qui.SYSTEME,
        _("noms publiés, attestation délivrée"),
        "declaration:deliver",
        clause=_ATTESTATION,
    ),
)

DECLARATION = Parcours(
    nom="declaration",
    libelle=_("Déclaration d'une nouvelle DRIMbox"),
    etats=EtatDeclaration,
    transitions=TRANSITIONS,
    attend={
        E.BROUILLON: Qui.OPERATEUR,
        E.DEPOSEE: Qui.AGENT,
        E.EN_INSTRUCTION: Qui.AGENT,
        E.COMPLEMENT: Qui.OPERATEUR,
        E.ACCEPTEE: Qui.SYSTEME,
    },
    relances=(
        Relance("declaration:remind", Qui.OPERATEUR, avant=True),
        Relance("declaration:overdue", Qui.OPERATEUR, avant=False),
        Relance("declaration:unanswered", Qui.AGENT, avant=False),
    ),
    piece=Nature.CGI,
)
