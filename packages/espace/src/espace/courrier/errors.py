# SPDX-FileCopyrightText: 2026 drimm contributors
# SPDX-License-Identifier: EUPL-1.2
"""Errors of the room.

::

    OwnError
    ├── EvenementInconnu      nobody wrote the mail of this event
    ├── CourrierMalEcrit      a value that its words need is missing, or is not one that mails carry
    ├── ExpediteurRefuse      the mail server refuses our own address: no mail leaves, and none is lost
    ├── CourrierRefuse        the mail server, or the box, refuses for good
    └── CourrierAbandonne     the mail server has not taken it for days
    TransportError
    └── ServeurInjoignable    the mail server is down, or asks to come back
    PeerError
    ├── RetourIllisible       not a delivery status notification
    └── CourrierInconnu       no such mail, or not one that can be sent again
"""

from __future__ import annotations

from confiance.errors import OwnError, PeerError, TransportError


class EvenementInconnu(OwnError):
    """Nobody wrote the mail of this event."""

    code = "courrier.evenement_inconnu"
    message = "Aucun courrier n'est prévu pour cet événement."
    remede = "Ajoutez une ligne à la table des courriers."


class CourrierMalEcrit(OwnError):
    """A value that the words of the mail need is missing, or is not one that mails carry."""

    code = "courrier.mal_ecrit"
    message = "Un courrier ne peut pas être écrit avec ces valeurs."
    remede = "Signalez ce cas, avec l'heure, à l'équipe qui maintient l'Espace."


class ExpediteurRefuse(OwnError):
    """The mail server refuses our own address, or our right to send: every mail waits."""

    code = "courrier.expediteur_refuse"
    message = "Le serveur de messagerie refuse l'adresse d'expédition de l'Espace ; les courriers attendent, aucun n'est perdu."
    remede = "Vérifiez sender, retours, user et password de la table [courrier] auprès de qui tient le serveur de messagerie."


class CourrierRefuse(OwnError):
    """The mail server, or the box behind it, refuses for good."""

    code = "courrier.refuse"
    message = "Un courrier a été refusé par le serveur de messagerie ou par la boîte du destinataire."
    remede = (
        "Vérifiez l'adresse avec l'Opérateur. Si elle est juste, renvoyez le courrier depuis la console : l'alarme se fermera quand il"
        " partira. Sinon, corrigez-la où elle est déclarée, pour les courriers suivants, puis fermez l'alarme."
    )


class CourrierAbandonne(OwnError):
    """The mail server has not taken it for days."""

    code = "courrier.abandonne"
    message = "Un courrier n'a pas pu être envoyé malgré des essais répétés."
    remede = "Vérifiez le serveur de messagerie, puis renvoyez le courrier depuis la console : l'alarme se fermera quand il partira."


class ServeurInjoignable(TransportError):
    """The mail server is down, refuses us, or asks to come back."""

    code = "courrier.serveur_injoignable"
    message = "Le serveur de messagerie ne prend pas les courriers ; ils attendent et partiront à son retour."
    remede = "Vérifiez la table [courrier], le réseau, et les identifiants du serveur de messagerie."


class RetourIllisible(PeerError):
    """Not a delivery status notification."""

    code = "courrier.retour_illisible"
    message = "Ce message n'est pas un avis de remise qu'on sache lire."
    remede = "Seuls les avis de remise (RFC 3464) sont attendus à cette adresse."
    clause = "RFC 3464 §2"


class CourrierInconnu(PeerError):
    """No such mail, or not one that can be sent again."""

    code = "courrier.inconnu"
    message = "Ce courrier n'existe pas, ou n'a pas à être renvoyé."
    remede = "Consultez la liste des courriers : seuls ceux qui sont rejetés ou en échec se renvoient."
