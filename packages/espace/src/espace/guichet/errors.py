# SPDX-FileCopyrightText: 2026 drimm contributors
# SPDX-License-Identifier: EUPL-1.2
"""Why the guichet does not take something."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from confiance.errors import OwnError, PeerError


@dataclass(frozen=True, slots=True)
class Faute:
    """One value refused: the field of the form, and a French sentence."""

    champ: str
    message: str


class GuichetRefus(PeerError):
    """What is sent is not taken."""

    code = "guichet.refus"
    message = "Le guichet ne reçoit pas ce qui est envoyé."
    remede = "Corrigez ce qui est signalé et envoyez-le de nouveau."


class FormulaireRefuse(GuichetRefus):
    """The form lacks values, or holds some that are refused; ``fautes`` names each field."""

    code = "guichet.formulaire_refuse"
    message = "Le formulaire est incomplet ou porte des valeurs refusées."
    clause = "Guide d'intégration §2.1"

    def __init__(self, fautes: Sequence[Faute]) -> None:
        self.fautes = tuple(fautes)
        count = len(self.fautes)
        super().__init__(f"{count} valeur{'s' if count > 1 else ''} à corriger. {' '.join(one.message for one in self.fautes[:3])}")


class PieceRefusee(GuichetRefus):
    """The file is not taken."""

    code = "guichet.piece_refusee"
    message = "Ce fichier n'est pas accepté."
    remede = "Envoyez un conteneur .zed fourni par l'administrateur, ou un document PDF."
    clause = "Guide d'intégration §2.0 et §2.1"


class PieceTropLourde(PieceRefusee):
    """Too large, empty, or one file too many."""

    code = "guichet.piece_hors_limites"
    message = "Ce fichier dépasse les limites du guichet."
    remede = "Réduisez le fichier ou le nombre de pièces ; les limites sont affichées près du bouton d'envoi."


class TypeRefuse(PieceRefusee):
    """The content is not that of a .zed container nor of a PDF, whatever the name says."""

    code = "guichet.type_refuse"
    message = "Le contenu de ce fichier n'est ni celui d'un conteneur ZED ni celui d'un PDF."


class PieceIntrouvable(GuichetRefus):
    """No such piece, or not one of this Operateur, or purged: the answer is the same."""

    code = "guichet.piece_introuvable"
    message = "Cette pièce n'existe pas, ou n'est plus conservée."
    remede = "Vérifiez la liste des pièces du dossier."


class DossierAbsent(GuichetRefus):
    """No such dossier, or not one of this Operateur: the answer is the same."""

    code = "guichet.dossier_absent"
    message = "Ce dossier n'existe pas."
    remede = "Vérifiez son numéro dans la liste de vos demandes."


class VersionPerimee(GuichetRefus):
    """The dossier changed since the page was shown."""

    code = "guichet.version_perimee"
    message = "Ce dossier a changé depuis que vous l'avez ouvert."
    remede = "Rouvrez le dossier : ce que vous venez d'envoyer n'a pas été gardé."


class DossierFige(GuichetRefus):
    """The dossier is not in the hands of its Operateur any more."""

    code = "guichet.dossier_fige"
    message = "Ce dossier ne peut plus être modifié dans son état actuel."
    remede = "Attendez la réponse de l'administrateur, ou écrivez-lui un message dans le dossier."


class ModeleIntrouvable(GuichetRefus):
    """No template of the document de VA has this version."""

    code = "guichet.modele_introuvable"
    message = "Aucun modèle de document de VA ne porte cette version."
    remede = "Téléchargez le modèle depuis la page de la demande."


class ModeleIllisible(OwnError):
    """The settings name a template that cannot be read."""

    code = "guichet.modele_illisible"
    message = "Un modèle de document de VA ne peut pas être lu."
    remede = "Vérifiez les fichiers que nomme le réglage guichet.modeles_va."


class TropDeBrouillons(GuichetRefus):
    """An Operateur keeps too many drafts open."""

    code = "guichet.trop_de_brouillons"
    message = "Trop de brouillons sont ouverts pour votre Opérateur."
    remede = "Déposez ou abandonnez des brouillons avant d'en ouvrir un autre."


class TropDeMessages(GuichetRefus):
    """One side wrote too many messages in a dossier."""

    code = "guichet.trop_de_messages"
    message = "Vous avez déjà écrit trop de messages dans ce dossier."
    remede = "Attendez la réponse de l'autre partie, ou écrivez-lui par courrier électronique."


class StockagePlein(GuichetRefus):
    """The pieces of an Operateur fill what it may keep."""

    code = "guichet.stockage_plein"
    message = "Les pièces conservées pour votre Opérateur ont atteint la taille permise."
    remede = "Abandonnez les brouillons inutiles : leurs pièces sont effacées peu après. Sinon, écrivez à l'administrateur."
