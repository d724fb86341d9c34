# SPDX-FileCopyrightText: 2026 drimm contributors
# SPDX-License-Identifier: EUPL-1.2
"""Why the Liste Blanche could not be fetched, or a name not be reached.

::

    TransportError
    ├── ListeInaccessible      no address of the list answered
    └── NomIntrouvable         a name of the mesh leads nowhere
    PeerError
    └── ReponseRefusee         a server answered something that is not a list: status, size, redirection
        └── ListeTropGrosse
    OwnError
    └── ListeAbsente           this DRIMbox never held a verified list
        └── ListePerimee       it held one, too old to be trusted
"""

from __future__ import annotations

from confiance.errors import OwnError, PeerError, TransportError


class ListeInaccessible(TransportError):
    """No address of the list answered."""

    code = "annuaire.liste_inaccessible"
    message = "La Liste Blanche n'a pu être relevée à aucune de ses adresses."
    remede = "Vérifier le réseau et les adresses de [liste_blanche] ; la dernière liste vérifiée reste en vigueur."


class NomIntrouvable(TransportError):
    """A name of the mesh cannot be resolved."""

    code = "annuaire.nom_introuvable"
    message = "Le nom de la DRIMbox n'est pas publié dans le DNS."
    remede = "Recommencer plus tard ; si l'erreur persiste, prévenir l'Espace de Confiance."


class ReponseRefusee(PeerError):
    """A server answered with something else than a list."""

    code = "annuaire.reponse_refusee"
    message = "Le serveur de la Liste Blanche n'a pas répondu par une liste."
    remede = "Vérifier les adresses de [liste_blanche] ; la dernière liste vérifiée reste en vigueur."


class ListeTropGrosse(ReponseRefusee):
    """The answer passes the size limit."""

    code = "annuaire.liste_trop_grosse"
    message = "La Liste Blanche relevée dépasse la taille admise."
    remede = "Vérifier l'adresse relevée ; au besoin, augmenter max_bytes de [liste_blanche]."


class ListeAbsente(OwnError):
    """No verified list was ever kept here."""

    code = "annuaire.liste_absente"
    message = "Cette DRIMbox n'a encore vérifié aucune Liste Blanche."
    remede = "Lancer « drimbox liste-blanche relever » et lire le motif du refus."


class ListePerimee(ListeAbsente):
    """The list kept here is too old: nobody may be let in on its word."""

    code = "annuaire.liste_perimee"
    message = "La Liste Blanche conservée n'est plus en vigueur."
