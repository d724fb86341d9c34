# SPDX-FileCopyrightText: 2026 drimm contributors
# SPDX-License-Identifier: EUPL-1.2
"""Why a list is not published. The list in force stays the previous one."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from confiance.errors import OwnError, PeerError, TransportError
from confiance.liste_blanche.lint import Finding


class PublicationRefusee(OwnError):
    """A surprise stopped the publication."""

    code = "publication.surprise"
    message = "Un imprévu a arrêté la publication ; la liste précédente reste en vigueur."
    remede = "Consultez les journaux du processus signataire, puis demandez une nouvelle publication."
    clause = "architecture §5, 5"
    facts: Mapping[str, str] = MappingProxyType({})
    """What the journal keeps of it, under the names that the logs allow."""


class HorlogeEnRetard(PublicationRefusee):
    """The clock is behind the previous list."""

    code = "publication.horloge"
    message = "L'horloge est en retard sur la date de la liste précédente."
    remede = "Remettez l'horloge à l'heure, puis demandez une nouvelle publication."


class HorlogeEnAvance(PublicationRefusee):
    """The clock is ahead of the one of PostgreSQL: such a list would be refused by readers, and so would all that follow it."""

    code = "publication.horloge_en_avance"
    message = "L'horloge du signataire est en avance sur celle de PostgreSQL ; les lecteurs refuseraient la liste."
    remede = "Remettez les deux horloges à l'heure, puis demandez une nouvelle publication."


class ChaineEtrangere(PublicationRefusee):
    """A certificate of the signer's chain did not issue it."""

    code = "publication.chaine"
    message = "La chaîne du signataire contient un certificat qui n'est pas au-dessus du sien."
    remede = "Donnez au réglage chain du signataire les certificats des autorités qui l'ont émis, jusqu'à la racine, et aucun autre."


class LigneDuFutur(PublicationRefusee):
    """A row of the Registre was changed after the date of the list."""

    code = "publication.ligne_du_futur"
    message = "Une ligne du Registre porte une date postérieure à celle de la liste."
    remede = "Comparez les horloges des machines de l'Espace."


class LintRefuse(PublicationRefusee):
    """The draft has faults that readers would report."""

    code = "publication.lint"
    message = "La liste établie d'après le Registre présente des anomalies."
    remede = "Corrigez la ligne du Registre que cite le journal."

    def __init__(self, worst: Finding) -> None:
        super().__init__(f"La liste établie d'après le Registre présente une anomalie : {worst.message}")
        self.facts = {"reason": worst.code, "db": worst.db}


class RelectureDiffere(PublicationRefusee):
    """The verifier does not read in the signed file what was in the draft."""

    code = "publication.relecture_differe"
    message = "La liste signée, une fois relue, ne dit pas ce que dit le Registre."


class RegistreInstable(PublicationRefusee):
    """The Registre kept changing while the list was signed."""

    code = "publication.registre_instable"
    message = "Le Registre change plus vite que la liste ne se signe."
    remede = "Demandez une nouvelle publication une fois les modifications terminées."


class EcritureImpossible(PublicationRefusee):
    """The file cannot be written in the publication folder."""

    code = "publication.ecriture"
    message = "Le fichier de la liste ne peut pas être écrit dans le dossier de publication."
    remede = "Vérifiez la place libre et les droits du dossier liste_blanche.publication."


class BaseAnterieure(PublicationRefusee):
    """The public list is a newer one of ours than the database knows: a backup was restored."""

    code = "publication.base_anterieure"
    message = "La liste publique est plus récente que la base : une sauvegarde a été restaurée. Rien n'est publié."
    remede = (
        "Restaurez une base plus récente. À défaut, refaites au Registre ce que la liste publique montre, exclusions d'abord, "
        "gardez cette liste, puis retirez-la du dossier liste_blanche.publication : la publication reprendra."
    )
    clause = "Format Tête et Journal des listes §10"


class VerrouPerdu(TransportError):
    """The connection that holds the lock of the signataire is lost: another one may publish by now."""

    code = "publication.verrou_perdu"
    message = "Le signataire a perdu son verrou ; un autre peut l'avoir remplacé."
    remede = "Rien à faire : la demande reste en attente, et le signataire qui tient le verrou la traite."


class RetraitMassifNonConfirme(PublicationRefusee):
    """The list would remove many names at once, and nobody confirmed it; readers would hold it back."""

    code = "publication.retrait_massif"
    message = "La liste retirerait d'un coup une grande part des noms ; les lecteurs la retiendraient."
    remede = "Vérifiez le Registre ; si le retrait est voulu, demandez la publication en confirmant le retrait massif."


class ApprobationPerimee(PublicationRefusee):
    """The Registre changed since the second person approved."""

    code = "publication.approbation_perimee"
    message = "Le Registre a changé depuis l'approbation ; ce qui serait publié n'est pas ce qui a été approuvé."
    remede = "Demandez une nouvelle publication et faites-la approuver."


class DemandeRejetee(PublicationRefusee):
    """The second person said no."""

    code = "publication.rejetee"
    message = "La demande de publication a été rejetée par une seconde personne."
    remede = "Corrigez le Registre, puis demandez une nouvelle publication."


class ContenuAltere(OwnError):
    """The bytes of a published list are not those that were verified."""

    code = "publication.contenu_altere"
    message = "Le contenu conservé d'une liste publiée n'a plus l'empreinte notée à sa publication."
    remede = "Restaurez la base d'après une sauvegarde, et cherchez qui a écrit dans la table des publications."


class ChangementsEnAttente(OwnError):
    """The daily signature repeats the rows in force: what the Registre says now waits for a person."""

    code = "publication.changements_en_attente"
    message = "La signature quotidienne a repris les lignes en vigueur : des changements du Registre attendent une personne."
    remede = "Demandez une publication et faites-la approuver, ou confirmez le retrait massif."


class ApprobationRefusee(PeerError):
    """The approval cannot be given."""

    code = "publication.approbation_refusee"
    message = "Cette demande ne peut pas être approuvée ni rejetée par ce compte."
    remede = "Une demande s'approuve une fois, par un autre compte que celui qui l'a faite, tant qu'elle attend une approbation."


class SignataireIndisponible(PublicationRefusee):
    """No signer of the settings signs at this instant."""

    code = "publication.sans_signataire"
    message = "Aucun signataire configuré ne signe à cet instant."
    remede = "Vérifiez since et until des signataires de [liste_blanche]."


class SignataireExpire(OwnError):
    """The certificate of a signer ends soon."""

    code = "signataire.fin_proche"
    message = "Le certificat d'un signataire de la liste arrive à sa fin."
    remede = "Commandez le certificat suivant et annoncez-le (liste_blanche.next_signers) ; voir espace liste signataire calendrier."


class AnnonceTardive(OwnError):
    """A signer begins sooner after its announcement than promised."""

    code = "signataire.annonce_tardive"
    message = "Un signataire commence moins longtemps après son annonce que promis aux lecteurs."
    remede = "Reportez sa date since, ou prévenez les lecteurs avant qu'il signe."


class SansSuccesseur(OwnError):
    """Nobody signs after the present signer."""

    code = "signataire.sans_successeur"
    message = "Aucun signataire n'est configuré pour la suite de celui en service."
    remede = "Ajoutez le signataire suivant à liste_blanche.next_signers."


class DepotGitError(OwnError):
    """The repository of lists cannot be used."""

    code = "depot_git.indisponible"
    message = "Le dépôt git des listes ne peut pas être écrit."
    remede = "Vérifiez la place libre et les droits du dossier liste_blanche.git.folder ; la liste, elle, est publiée."


class GitAbsent(DepotGitError):
    """The settings ask for a repository, and this machine has no git."""

    code = "depot_git.git_absent"
    message = "Un dépôt git est configuré, et le programme git est introuvable."
    remede = "Installez git, ou retirez la table [liste_blanche.git]."


class DepotEtranger(DepotGitError):
    """The branch holds a commit that is not ours."""

    code = "depot_git.etranger"
    message = "La branche du dépôt git des listes porte un commit que l'Espace n'a pas fait."
    remede = "Donnez un dossier vide à liste_blanche.git.folder, ou remettez la branche sur le dernier commit de l'Espace."


class PousseeRefusee(PeerError):
    """The remote refuses our branch: somebody else's commit, or a hook."""

    code = "depot_git.refuse"
    message = "Le dépôt git distant refuse la branche des listes."
    remede = "Cherchez qui a écrit dans la branche distante ou quelle règle la refuse ; l'Espace n'écrase jamais rien."


class DistantInjoignable(TransportError):
    """The remote does not answer, or not in time."""

    code = "depot_git.injoignable"
    message = "Le dépôt git distant ne répond pas."
    remede = "Rien à faire si la panne est brève : un nouvel essai suit. Sinon vérifiez liste_blanche.git.remote et sa clé."
