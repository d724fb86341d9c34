# SPDX-FileCopyrightText: 2026 drimm contributors
# SPDX-License-Identifier: EUPL-1.2
"""Errors of identity.

::

    PeerError
    └── IdentiteRefusee
        ├── JetonAbsent          no Bearer token in the request
        ├── JetonRefuse          PSC does not know it as active
        │   └── JetonSansPersonne    it does, and names nobody behind it
        ├── TropDEssais          too many questions about the tokens of one presenter
        ├── ConnexionRefusee     PSC did not let the person in, or the person gave up
        ├── RetourInattendu      the browser came back with something we did not ask for
        ├── SessionTerminee      the refresh token no longer works: the person has to log in again
        └── PscReponseInvalide   PSC, or who pretends to be PSC, answered something that cannot be trusted
    OwnError
    ├── PscMalConfigure          the settings cannot work
    └── ClientRefuse             PSC refuses our client id or secret
    TransportError
    └── PscIndisponible          PSC cannot be reached or is failing
"""

from __future__ import annotations

from confiance.errors import OwnError, PeerError, TransportError


class IdentiteRefusee(PeerError):
    """An identity, or a proof of it, is refused."""

    code = "identite.refusee"
    message = "L'identité présentée est refusée."
    remede = "Connectez-vous de nouveau avec Pro Santé Connect."
    clause = "Référentiel Pro Santé Connect"


class JetonAbsent(IdentiteRefusee):
    """The request carries no Bearer token, or a malformed one."""

    code = "identite.jeton_absent"
    message = "La requête ne porte pas de jeton Pro Santé Connect."
    remede = "Ajoutez l'en-tête Authorization: Bearer avec le jeton d'accès du professionnel."
    clause = "RFC 6750 §2.1"


class JetonRefuse(IdentiteRefusee):
    """PSC does not know the token as an active access token."""

    code = "identite.jeton_inactif"
    message = "Le jeton présenté n'est pas un jeton actif de Pro Santé Connect."
    remede = "Rafraîchissez le jeton d'accès juste avant l'appel : il vit deux minutes."
    clause = "RFC 7662 §2.2"


class JetonSansPersonne(JetonRefuse):
    """An active token behind which PSC names no professional: a program obtained it for itself."""

    code = "identite.jeton_sans_personne"
    message = "Pro Santé Connect ne nomme aucun professionnel derrière ce jeton."
    remede = "Présentez le jeton d'accès qu'un professionnel a obtenu en se connectant."
    clause = "Référentiel Pro Santé Connect, introspection (SubjectNameID)"


class TropDEssais(IdentiteRefusee):
    """One presenter brings more tokens at once than we ask about, or went on bringing some that PSC does not know."""

    code = "identite.trop_d_essais"
    message = "Trop de jetons inconnus de Pro Santé Connect ont été présentés en peu de temps."
    remede = "Attendez une minute, puis ne présentez que des jetons actifs."


class ConnexionRefusee(IdentiteRefusee):
    """PSC refused the login, or the person gave up."""

    code = "identite.connexion_refusee"
    message = "La connexion avec Pro Santé Connect n'a pas abouti."
    clause = "OpenID Connect Core §3.1.2.6"


class RetourInattendu(IdentiteRefusee):
    """The return from PSC does not answer a request of this browser."""

    code = "identite.retour_inattendu"
    message = "Ce retour de Pro Santé Connect ne répond à aucune demande en cours."
    remede = "Recommencez la connexion depuis la DRIMbox, dans la même fenêtre."
    clause = "RFC 6749 §10.12, RFC 9207 §2.4"


class SessionTerminee(IdentiteRefusee):
    """The session at PSC is over."""

    code = "identite.session_terminee"
    message = "La session Pro Santé Connect est terminée."
    clause = "RFC 6749 §5.2"


class PscReponseInvalide(IdentiteRefusee):
    """An answer of PSC cannot be trusted or understood."""

    code = "identite.reponse_invalide"
    message = "La réponse de Pro Santé Connect n'est pas valable."
    remede = "Réessayez ; si le refus persiste, vérifiez [psc] issuer, discovery_url et trust."
    clause = "OpenID Connect Core §3.1.3.7"


class PscMalConfigure(OwnError):
    """The settings of [psc] cannot work."""

    code = "identite.configuration"
    message = "La configuration de Pro Santé Connect est inutilisable."
    remede = "Vérifiez la table [psc] de la configuration."


class ClientRefuse(OwnError):
    """PSC refuses our own credentials."""

    code = "identite.client_refuse"
    message = "Pro Santé Connect refuse l'identifiant client ou le secret de cette DRIMbox."
    remede = "Vérifiez [psc] client_id et le fichier client_secret."
    clause = "RFC 6749 §5.2"


class PscIndisponible(TransportError):
    """PSC cannot be reached, is too slow or answers 5xx."""

    code = "identite.psc_indisponible"
    message = "Pro Santé Connect ne répond pas."
    remede = "Réessayez dans quelques instants."
