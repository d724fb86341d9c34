# SPDX-FileCopyrightText: 2026 drimm contributors
# SPDX-License-Identifier: EUPL-1.2
"""Why a dossier does not move. The dossier stays as it was."""

from __future__ import annotations

from confiance.errors import OwnError, PeerError


class DossierRefus(PeerError):
    """The instruction refuses what is asked of a dossier."""

    code = "instruction.refus"
    message = "Cette action n'est pas possible sur ce dossier."
    remede = "Rouvrez le dossier : son état dit ce qui est attendu et de qui."


class DejaDecide(DossierRefus):
    """Somebody else moved the dossier since the page was shown, or the same form was sent twice."""

    code = "instruction.deja_decide"
    message = "Ce dossier a changé depuis que vous l'avez ouvert."
    remede = "Rouvrez le dossier et lisez son historique avant de décider : rien de ce que vous venez d'envoyer n'a été gardé."


class ControlesChanges(DejaDecide):
    """What the machine finds at the decision is not what it found at the submission: another dossier was accepted meanwhile."""

    code = "instruction.controles_changes"
    message = "Les contrôles de ce dossier ont changé depuis son dépôt ; ils viennent d'être refaits."
    remede = "Relisez les contrôles du dossier avant de décider : rien de ce que vous venez d'envoyer n'a été gardé."


class EtapeImpossible(DossierRefus):
    """The table has no such arrow from this state."""

    code = "instruction.etape_impossible"
    message = "L'état de ce dossier ne permet pas cette action."


class NonHabilite(DossierRefus):
    """This kind of actor does not hold this verb."""

    code = "instruction.non_habilite"
    message = "Cette décision n'appartient pas à ce compte."
    remede = "Une demande est menée par son Opérateur et jugée par un agent de l'administrateur."


class MotifManquant(DossierRefus):
    """A decision in writing without a reason."""

    code = "instruction.motif_manquant"
    message = "Il manque le motif de cette décision."
    remede = "Écrivez le motif, ou choisissez-en un dans la liste : il est notifié par écrit à l'Opérateur."
    clause = "Conditions Générales d'Intégration §6"


class PrecisionRefusee(DossierRefus):
    """A value that goes with a decision is unknown or out of bounds."""

    code = "instruction.precision_refusee"
    message = "Une précision donnée avec la décision n'est pas acceptée."
    remede = "Vérifiez le délai et les motifs choisis."


class ConditionsManquantes(DossierRefus):
    """The Operateur may not declare yet; the message says what is missing."""

    code = "instruction.conditions_manquantes"
    message = "Il manque une condition préalable à la déclaration."
    remede = "Complétez la page des conditions de votre Opérateur, puis déposez de nouveau la demande."
    clause = "Guide d'intégration §2.1, prérequis"


class CommandeRequise(DossierRefus):
    """An integration is asked without a Commande of this Operateur that received its names."""

    code = "instruction.commande_requise"
    message = "Une intégration se demande pour une Commande dont les noms sont attribués."
    remede = "Choisissez une de vos Commandes ; déclarez-la d'abord si elle n'a pas encore ses noms."
    clause = "Guide d'intégration §2.1"


class PieceManquante(DossierRefus):
    """The dossier is submitted without the file that it is about."""

    code = "instruction.piece_manquante"
    message = "Il manque une pièce à ce dossier."
    remede = "Joignez la pièce demandée, puis déposez de nouveau la demande."
    clause = "Guide d'intégration §2.1"


class ControlesNonConformes(DossierRefus):
    """The dossier cannot be accepted while a check by machine says no."""

    code = "instruction.controles_non_conformes"
    message = "Un contrôle de ce dossier n'est pas conforme : il ne peut pas être accepté tel quel."
    remede = "Demandez un complément à l'Opérateur, ou refusez la demande en disant pourquoi."


class ParcoursInconnu(OwnError):
    """No table of this name."""

    code = "instruction.parcours_inconnu"
    message = "Ce parcours n'existe pas."
    remede = "Les parcours sont declaration, integration et va."


class DossierBloque(OwnError):
    """What the clock should do to a dossier failed."""

    code = "instruction.dossier_bloque"
    message = "Une étape automatique d'un dossier a échoué ; elle sera essayée de nouveau."
    remede = "Consultez le journal du processus ouvrier et le dossier nommé par l'alarme."
