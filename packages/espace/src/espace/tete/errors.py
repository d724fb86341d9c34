# SPDX-FileCopyrightText: 2026 drimm contributors
# SPDX-License-Identifier: EUPL-1.2
"""Why a head is not made, not signed or not shown. The list never waits for it."""

from __future__ import annotations

from confiance.errors import OwnError, PeerError


class PreuveInexistante(PeerError):
    """The log has no such leaf, or never had that size."""

    code = "journal_listes.preuve_inexistante"
    message = "Le Journal des listes n'a pas cette preuve : numéro de liste ou taille inconnus."
    remede = "Demandez une liste publiée et une taille entre 1 et celle du Journal."


class JournalEnRetard(OwnError):
    """A published list could not be entered in the log."""

    code = "journal_listes.en_retard"
    message = "Une liste publiée n'a pas pu être inscrite au Journal des listes ; la liste est publique, sa tête attend."
    remede = "Consultez les journaux du processus signataire ; l'inscription est essayée de nouveau à chaque tour."


class TeteInutilisable(OwnError):
    """The keys of the settings cannot make a head that readers would accept."""

    code = "tete.cles_locales"
    message = "Les clés de la tête ne peuvent pas être lues ; aucune tête n'est établie."
    remede = "Vérifiez les fichiers de clés de la table [liste_blanche.tete] ; la liste, elle, est publiée."


class TeteEnRetard(OwnError):
    """The head in force ends soon, or is over, and the next one lacks signatures."""

    code = "tete.en_retard"
    message = "La prochaine tête n'a pas assez de signatures, et la tête en vigueur est périmée ou le sera bientôt."
    remede = "Vérifiez le processus temoin et le signataire ; au besoin, signez avec la clé de secours : espace liste tete cosigner."


class TeteEcriture(OwnError):
    """The file of the head, of a CRL or of the log cannot be written."""

    code = "tete.ecriture"
    message = "La tête ne peut pas être écrite dans le dossier de publication."
    remede = "Vérifiez la place libre et les droits du dossier liste_blanche.publication."


class TeteAnterieure(OwnError):
    """The public head is a later one of ours than the database knows: a backup was restored."""

    code = "tete.base_anterieure"
    message = "La tête publique est plus récente que la base : une sauvegarde a été restaurée. Aucune tête ne la remplace."
    remede = "Restaurez une base plus récente ; à défaut, gardez les fichiers publics et prévenez les lecteurs avant de les retirer."
    clause = "Format Tête et Journal des listes §10"


class TeteSurprise(OwnError):
    """A surprise stopped the making or the publication of a head."""

    code = "tete.surprise"
    message = "Un imprévu a arrêté l'établissement de la tête ; la précédente reste en vigueur."
    remede = "Consultez les journaux du processus signataire ; la liste, elle, est publiée."


class TemoinRefuse(OwnError):
    """The témoin does not sign what it was given."""

    code = "temoin.refus"
    message = "Le témoin refuse de signer la tête."
    remede = "Comparez la tête, la liste et le Journal des listes avant toute autre publication ; une personne doit fermer cette alarme."


class TemoinSansMemoire(OwnError):
    """The témoin signed before, and does not know what."""

    code = "temoin.memoire"
    message = "Le témoin a déjà signé, et son fichier d'état est absent, illisible ou ne peut pas être écrit."
    remede = "Restaurez le fichier liste_blanche.tete.temoin_etat ; à défaut, vérifiez la tête en vigueur : espace liste tete reprendre."


class TemoinSurprise(OwnError):
    """A surprise stopped the témoin."""

    code = "temoin.surprise"
    message = "Un imprévu a arrêté le témoin ; il essaiera de nouveau."
    remede = "Consultez les journaux du processus temoin."


class SignatureRefusee(PeerError):
    """A signature brought by a person is not one of a key of the head, over the head that waits."""

    code = "tete.signature_refusee"
    message = "Cette signature n'est pas celle d'une clé connue sur la tête qui attend."
    remede = "Exportez de nouveau la tête qui attend (espace liste tete charge), signez-la, puis déposez la signature."


class AucuneTete(PeerError):
    """No head waits for a signature."""

    code = "tete.aucune"
    message = "Aucune tête n'attend de signature."
    remede = "Publiez d'abord une liste, et vérifiez la table [liste_blanche.tete]."
