# SPDX-FileCopyrightText: 2026 drimm contributors
# SPDX-License-Identifier: Apache-2.0
"""Every reason to refuse a head or a proof of the log.

::

    TransparenceRefused
    ├── PreuveIllisible · InclusionFausse · ConsistanceFausse            proofs of the log
    └── TeteRefused                                                      in the order in which the reader checks
        ├── TeteTaille · TeteIllisible                                   the file as bytes, then as JWS
        ├── TeteAlgorithme · TeteSignatureFausse · TeteCleInconnue · TetePeuSignee
        ├── TeteFormat · TeteContenu · TeteClesNonSignees · TeteInclusion    what was signed
        ├── TeteDateFuture · TeteValidite · TeteExpiree                  at the trusted time
        ├── TeteAutreJournal · TeteRetourArriere · TeteConsistance       against what the reader already trusts
        ├── TeteEquivoque                                                two truths: for ever an alarm
        └── TeteListeAnterieure · TeteListeDifferente · TeteCrlAnterieure    against a list, against a CRL

Codes are stable: programs compare them, never the sentences.
"""

from __future__ import annotations

from confiance.errors import OwnError, PeerError

_KEEP = "Garder la dernière tête acceptée ; vérifier le serveur ou le miroir, et prévenir l'administrateur si le refus persiste."


class TransparenceRefused(PeerError):
    """A head or a proof is refused."""

    code = "transparence.refusee"
    message = "La preuve de publication de la Liste Blanche est refusée."
    remede = _KEEP


class PreuveIllisible(TransparenceRefused):
    """Not a proof file of a known format."""

    code = "journal_listes.preuve_illisible"
    message = "Ce fichier n'est pas une preuve du Journal des listes."
    clause = "Format Tête et Journal des listes §5"


class InclusionFausse(TransparenceRefused):
    """The path does not lead from the leaf to the root."""

    code = "journal_listes.inclusion_fausse"
    message = "La preuve ne montre pas que cette liste est inscrite au Journal des listes."
    clause = "RFC 6962 §2.1.1"


class ConsistanceFausse(TransparenceRefused):
    """The path does not show that the second log only adds to the first."""

    code = "journal_listes.consistance_fausse"
    message = "La preuve ne montre pas que le Journal des listes n'a fait que s'allonger."
    remede = "Garder la dernière tête acceptée et prévenir l'administrateur : le passé du Journal a peut-être été récrit."
    clause = "RFC 6962 §2.1.2"


class TeteRefused(TransparenceRefused):
    """The file is not a head that may be trusted."""

    code = "tete.refusee"
    message = "La Tête de la Liste Blanche est refusée."
    clause = "Format Tête et Journal des listes"


class TeteTaille(TeteRefused):
    """Empty, or more bytes than the limit."""

    code = "tete.taille"
    message = "La Tête est vide ou dépasse la taille admise."


class TeteIllisible(TeteRefused):
    """Not a JWS in JSON General Serialization."""

    code = "tete.illisible"
    message = "La Tête n'est pas un JWS lisible : fichier tronqué, altéré ou d'une autre nature."
    clause = "RFC 7515 §7.2.1"


class TeteAlgorithme(TeteRefused):
    """A known key is said to sign otherwise than by EdDSA, or a critical header is not understood."""

    code = "tete.algorithme"
    message = "La Tête emploie un algorithme de signature qui n'est pas admis."
    clause = "RFC 8037 §3.1"


class TeteSignatureFausse(TeteRefused):
    """The signature of a known key does not match."""

    code = "tete.signature_fausse"
    message = "Une signature de la Tête est fausse."
    clause = "RFC 7515 §5.2"


class TeteCleInconnue(TeteRefused):
    """Too few signatures, some of them by keys that are not expected."""

    code = "tete.cle_inconnue"
    message = "La Tête est signée par des clés qui ne sont pas attendues."
    remede = "Si l'administrateur a annoncé de nouvelles clés, les ajouter à la configuration ; sinon le prévenir."


class TetePeuSignee(TeteRefused):
    """Fewer signatures than the threshold."""

    code = "tete.peu_signee"
    message = "La Tête porte moins de signatures que le seuil exigé."


class TeteFormat(TeteRefused):
    """A format whose first number is not ours."""

    code = "tete.format"
    message = "La Tête est d'un format inconnu."
    remede = "Mettre à jour ce logiciel."


class TeteContenu(TeteRefused):
    """What was signed does not follow the format, or is not in canonical form."""

    code = "tete.contenu"
    message = "Le contenu signé ne suit pas le format de la Tête."


class TeteClesNonSignees(TeteRefused):
    """The keys announced for the next heads did not sign this one."""

    code = "tete.cles_non_signees"
    message = "Les clés que la Tête annonce pour la suite ne l'ont pas signée : leur possession n'est pas prouvée."


class TeteInclusion(TeteRefused):
    """The list of the head is not the last leaf of the log of the head."""

    code = "tete.inclusion"
    message = "La Tête ne prouve pas que sa liste est inscrite au Journal des listes."
    clause = "RFC 6962 §2.1.1"


class TeteDateFuture(TeteRefused):
    """The head, or the list it names, lies after the trusted time."""

    code = "tete.date_future"
    message = "La Tête, ou la liste qu'elle désigne, est datée dans le futur."
    remede = "Vérifier l'horloge de cette machine, puis télécharger de nouveau."


class TeteValidite(TeteRefused):
    """Good for longer than the reader admits, or for no time at all."""

    code = "tete.validite"
    message = "La durée de validité de la Tête n'est pas admise."


class TeteExpiree(TeteRefused):
    """Its next update should have come."""

    code = "tete.expiree"
    message = "La Tête est périmée : la suivante aurait dû paraître."
    remede = (
        "Vérifier l'horloge et le miroir ; si toutes les adresses donnent cette Tête, la publication est figée : prévenir l'administrateur."
    )


class TeteAutreJournal(TeteRefused):
    """The head of another log."""

    code = "tete.autre_journal"
    message = "La Tête est celle d'un autre Journal des listes."
    remede = "Si l'administrateur annonce un nouveau Journal, recommencer le suivi des Têtes ; sinon le prévenir."


class TeteRetourArriere(TeteRefused):
    """Older than the head already trusted."""

    code = "tete.retour_arriere"
    message = "Cette Tête est plus ancienne que celle déjà acceptée."


class TeteConsistance(TeteRefused):
    """The log grew without a proof that it only grew."""

    code = "tete.consistance"
    message = "Aucune preuve valable ne montre que le Journal des listes n'a fait que s'allonger depuis la dernière Tête."
    remede = "Télécharger de nouveau la preuve de consistance ; si le refus persiste, prévenir l'administrateur."
    clause = "RFC 6962 §2.1.2"


class TeteEquivoque(TeteRefused):
    """Two heads signed by the same keys contradict one another."""

    code = "tete.equivoque"
    message = "Deux Têtes signées se contredisent : deux vérités différentes ont été publiées."
    remede = "Garder la première Tête, remettre les deux fichiers conservés à l'administrateur, puis recommencer le suivi sur sa parole."


class TeteListeAnterieure(TeteRefused):
    """The downloaded list is older than the one the trusted head names."""

    code = "tete.liste_anterieure"
    message = "Cette Liste Blanche est plus ancienne que celle que désigne la Tête acceptée."
    remede = "Télécharger la liste à une autre adresse : ce miroir est en retard ou retient la dernière liste."


class TeteListeDifferente(TeteRefused):
    """Same dates as the list that the head names, other bytes."""

    code = "tete.liste_differente"
    message = "Cette Liste Blanche porte les dates de celle que désigne la Tête acceptée, avec un autre contenu."
    remede = "Garder la liste acceptée et prévenir l'administrateur : deux listes différentes circulent."


class TeteCrlAnterieure(TeteRefused):
    """A CRL that the head does not name and that is not newer than the one it names."""

    code = "tete.crl_anterieure"
    message = "Cette liste de révocation n'est ni celle que désigne la Tête acceptée, ni une plus récente."
    remede = "Télécharger la liste de révocation à une autre adresse."


class TeteImpossible(OwnError):
    """A head cannot be written: a value does not fit in the format."""

    code = "tete.impossible"
    message = "Cette Tête ne peut pas être écrite : une de ses valeurs ne tient pas dans le format."
    remede = "Vérifier les noms des signataires, le nombre de clés, de CRL et de signataires annoncés."
    clause = "Format Tête et Journal des listes §4"


class TeteClesInvalides(OwnError):
    """The keys or the threshold of the settings cannot be used."""

    code = "tete.cles"
    message = "Les clés ou le seuil configurés pour la Tête ne conviennent pas."
    remede = (
        "Donner des clés publiques Ed25519 toutes différentes, sous des noms faits de lettres, chiffres, points et tirets, "
        "et un seuil entre 1 et leur nombre."
    )


class TeteEtatIllisible(OwnError):
    """The saved state of the heads cannot be used."""

    code = "tete.etat"
    message = "L'état enregistré du suivi des Têtes est illisible ou ne correspond plus aux clés configurées."
    remede = "Mettre le fichier d'état de côté : le suivi recommencera à la prochaine Tête."
