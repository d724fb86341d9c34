# SPDX-FileCopyrightText: 2026 drimm contributors
# SPDX-License-Identifier: EUPL-1.2
"""Déclaration: names are asked for a Commande, given, published, and told in an attestation (Guide d'intégration §2.1)."""

from __future__ import annotations

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _

from espace.acteurs.acteur import Qui
from espace.guichet.natures import Nature
from espace.instruction.parcours.communes import demande
from espace.instruction.parcours.table import Parcours, Relance, Transition, sources

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
    *demande("declaration", E, _JUDGED, depot=_DEMANDE, prise_en_charge=_ATTESTATION, decision=_DECISION),
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
