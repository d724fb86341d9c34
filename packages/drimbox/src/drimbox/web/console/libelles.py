# SPDX-FileCopyrightText: 2026 drimm contributors
# SPDX-License-Identifier: EUPL-1.2
"""French words for the events of the journal and the codes of refusals, as a person of the console reads them."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from confiance.errors import DrimmError
from drimbox.source.admission.errors import AutrePatient
from drimbox.source.compte_rendu.liens import MESSAGES_LIEN, REMEDE_LIEN
from drimbox.source.compte_rendu.rules import MESSAGES, REMEDE
from drimbox.source.depot_dmp.soumission import DRAPEAU_IGNORE
from drimbox.source.pointeur.states import AUTRE_DOCUMENT, NOTE_CLE_ILLISIBLE, SANS_DEPOT, VISIBILITE_GARDEE

EVENTS: dict[str, str | Promise] = {
    "reception:message:stored": _("Message enregistré et acquitté"),
    "reception:message:repeated": _("Message déjà connu, acquitté de nouveau"),
    "reception:message:refused": _("Message refusé"),
    "reception:message:moved": _("Message : changement d'état"),
    "reception:message:erased": _("Contenu de messages effacé, leur durée étant passée"),
    "reception:note:stored": _("Note de rejet du PACS enregistrée"),
    "reception:note:moved": _("Note de rejet : changement d'état"),
    "console:message:opened": _("Contenu d'un message affiché"),
    "console:message:replayed": _("Nouvelle lecture d'un message demandée"),
    "source:examen:known": _("Rapport lu, examen connu"),
    "source:examen:renewed": _("Rapport plus récent pris en compte"),
    "source:examen:repeated": _("Rapport reçu de nouveau"),
    "source:examen:postponed": _("Nouvel essai prévu"),
    "source:examen:stopped": _("Arrêté : une personne doit vérifier"),
    "source:examen:warned": _("Anomalie notée, sans blocage"),
    "source:identite:contradicted": _("Discordance d'identité"),
    "source:kos:kept": _("Images trouvées, pointeur (KOS) construit"),
    "source:examen:pointed": _("Pointeur prêt à déposer"),
    "source:examen:kept": _("Pointeur prêt, sans dépôt demandé"),
    "source:drapeau:ignored": _("Indicateur du message laissé de côté"),
    "source:examen:shown": _("Changement de visibilité demandé"),
    "source:examen:withdrawn": _("Retrait demandé"),
    "source:examen:reduced": _("Images rejetées par le PACS : pointeur à refaire"),
    "source:kos:replaced": _("Pointeur remplacé"),
    "source:kos:withdrawn": _("Pointeur retiré, images fermées"),
    "source:kos:reduced": _("Traits du patient effacés des pointeurs, leur durée de conservation étant passée"),
    "source:kos:unreduced": _("Pointeurs gardés entiers au-delà de leur durée de conservation : ils ne peuvent pas être ouverts ou relus"),
    "source:kos:unreadable": _("Pointeur gardé illisible"),
    "source:examen:closed": _("Le PACS donne cet examen sous un autre patient : images fermées"),
    "dmp:envoi:erased": _("Requêtes au DMP effacées, leur durée de conservation étant passée"),
    "source:rejet:kept": _("Rejet d'images reçu du PACS"),
    "source:rejet:elsewhere": _("Fin de conservation dans un PACS qui ne sert pas cet examen : sans effet"),
    "source:annulation:needless": _("Demande annulée, rien n'avait été publié"),
    "dmp:envoi:replaced": _("Remplacé au DMP"),
    "dmp:envoi:withdrawn": _("Retiré du DMP"),
    "dmp:envoi:shown": _("Visibilité changée au DMP"),
    "dmp:envoi:needless": _("Rien à demander au DMP : il n'a pas ce document, ou l'a déjà comme voulu"),
    "dmp:envoi:abandoned": _("Envoi abandonné au profit d'un plus récent"),
    "dmp:archive:taken": _("Pointeur repris d'une archive XDM"),
    "dmp:envoi:queued": _("Dépôt préparé"),
    "dmp:envoi:postponed": _("DMP injoignable, nouvel essai prévu"),
    "dmp:envoi:deposited": _("Déposé au DMP"),
    "dmp:envoi:recognised": _("Dépôt reconnu par le DMP"),
    "dmp:envoi:refused": _("Refusé par le DMP"),
    "dmp:envoi:incomplete": _("Dépôt incomplet : une personne doit le compléter"),
    "console:examen:retried": _("Nouvel essai demandé"),
    "console:envoi:retried": _("Nouvel envoi demandé"),
    "console:compte:created": _("Compte créé"),
    "console:compte:changed": _("Mot de passe changé"),
    "sante:pacs:up": _("PACS de nouveau joignable"),
    "sante:pacs:down": _("PACS injoignable"),
    "annuaire:liste:applied": _("Nouvelle Liste Blanche en vigueur"),
    "annuaire:liste:confirmed": _("Liste Blanche inchangée, vérifiée de nouveau"),
    "annuaire:liste:refused": _("Liste Blanche refusée ou inaccessible"),
    "annuaire:liste:forgotten": _("Liste Blanche gardée devenue invérifiable, écartée"),
    "annuaire:releve:asked": _("Relevé de la Liste Blanche demandé"),
    "annuaire:miroir:refused": _("Adresse de la liste en panne ou refusée"),
    "annuaire:crl:applied": _("Nouvelle liste de révocation en service"),
    "annuaire:tete:applied": _("Nouvelle tête de la liste acceptée"),
    "annuaire:tete:contradicted": _("Deux têtes contradictoires : la preuve est gardée"),
    "annuaire:tete:asked": _("Recommencement du suivi des Têtes demandé"),
    "annuaire:tete:restarted": _("Suivi des Têtes recommencé : les Têtes déjà vues sont oubliées"),
    "annuaire:tete:forgotten": _("Tête gardée devenue invérifiable, écartée"),
    "annuaire:retrait:confirmed": _("Retrait massif confirmé par une personne"),
    "annuaire:horloge:asked": _("Acquittement de l'horloge demandé"),
    "annuaire:horloge:acknowledged": _("Horloge acquittée : l'heure présente fait foi"),
    "annuaire:alarme:asked": _("Clôture d'une alarme demandée"),
    "annuaire:alarme:opened": _("Alarme ouverte"),
    "annuaire:alarme:closed": _("Alarme close"),
    "annuaire:connexion:closed": _("Connexion d'une DRIMbox sortie de la liste coupée"),
    "admission:demande:refused": _("Demande d'images refusée"),
    "admission:connexion:refused": _("Connexion d'une DRIMbox refusée"),
    "partage:transfert:begun": _("Envoi d'images commencé"),
    "partage:transfert:sent": _("Images envoyées"),
    "partage:lectures:consulted": _("Lectures d'un professionnel consultées"),
    "partage:recherche:answered": _("Recherche d'une DRIMbox servie"),
    "partage:transfert:cut": _("Envoi d'images interrompu"),
    "appel:appel:received": _("Appel contextuel reçu"),
    "appel:appel:opened": _("Appel contextuel ouvert"),
    "appel:appel:taken": _("Appel contextuel pris par un professionnel"),
    "appel:session:opened": _("Session d'un professionnel ouverte"),
    "appel:session:closed": _("Session d'un professionnel fermée"),
    "appel:situation:chosen": _("Situation d'exercice choisie"),
    "appel:expires:purged": _("Appels et sessions expirés effacés"),
    "recherche:dmp:searched": _("DMP interrogé"),
    "recherche:dmp:partial": _("Dossier trop grand pour une recherche : des pointeurs (KOS) restent à demander"),
    "recherche:dmp:failed": _("Échec de l'interrogation du DMP"),
    "recherche:kos:refused": _("Pointeur (KOS) trouvé, inutilisable"),
    "rapatriement:images:asked": _("Import d'images demandé"),
    "rapatriement:images:ended": _("Import d'images fini"),
    "rapatriement:serie:ended": _("Import d'une série fini"),
    "pages:conso:refused": _("Page refusée"),
    "coffre:cles:rotated": _("Secrets scellés sous la nouvelle clé"),
}


@dataclass(frozen=True, slots=True)
class Explication:
    """What a code means and what to do."""

    message: str
    remede: str


_OF_MESSAGES = {
    # the error of that code speaks to the DRIMbox that asked; this is for whoever runs this one
    AutrePatient.code: Explication(
        "Le PACS donne cet examen sous un autre patient que lorsque le pointeur (KOS) a été fait ; ses images sont fermées.",
        "Vérifier l'identité dans le PACS et dans le RIS, corriger, puis demander un nouvel essai, ou faire retirer l'examen.",
    ),
    NOTE_CLE_ILLISIBLE: Explication(
        "Une note d'images clés (KIN) de cet examen n'a pas pu être lue dans le PACS ; le pointeur (KOS) est publié sans sa remarque.",
        "Vérifier que le PACS rend ses objets Key Object Selection (C-GET, C-MOVE ou DICOMweb), puis faire remplacer le compte rendu.",
    ),
    AUTRE_DOCUMENT: Explication(
        "Le compte rendu dit remplacer un document qui n'est pas celui de cet examen ; il a été pris tout de même.",
        "Vérifier dans le RIS que ce compte rendu est bien le dernier de cet examen.",
    ),
    SANS_DEPOT: Explication(
        "Le message demande de ne rien déposer (DESTDMP = N), alors que l'examen est déjà au DMP : rien n'y a été changé.",
        "Si l'examen doit être retiré du DMP, l'envoyer comme retrait (MDM^T04) ; s'il doit être remplacé, l'envoyer avec DESTDMP = Y.",
    ),
    VISIBILITE_GARDEE: Explication(
        "Le message montrerait l'examen à des personnes à qui il est caché, sans dire qu'il change la visibilité : il reste caché.",
        "S'il doit être montré, renvoyer le compte rendu avec MODIF_CONF_CODE = Y et les indicateurs voulus.",
    ),
    DRAPEAU_IGNORE: Explication(
        "Le message porte l'indicateur CONNEXION_SECRETE, que le dépôt au DMP n'emploie pas.",
        "Si l'examen doit rester caché, régler sa visibilité dans le DMP et faire émettre les indicateurs INVISIBLE_* ou MASQUE_PS.",
    ),
}


def evenement(event: str) -> str | Promise:
    """Return the French words of an event; the event itself when it has none."""
    return EVENTS.get(event, event)


def explain(code: str) -> Explication | None:
    """Return what a code means, or None when it is empty or unknown."""
    return _explanations().get(code)


@cache
def _explanations() -> dict[str, Explication]:
    found = {error.code: Explication(error.message, error.remede) for error in _errors(DrimmError)}
    found |= {code.value: Explication(message, REMEDE) for code, message in MESSAGES.items()}
    found |= {code.value: Explication(message, REMEDE_LIEN) for code, message in MESSAGES_LIEN.items()}
    return found | _OF_MESSAGES


def _errors(base: type[DrimmError]) -> Iterator[type[DrimmError]]:
    for error in base.__subclasses__():
        yield from _errors(error)
        yield error
