# SPDX-FileCopyrightText: 2026 drimm contributors
# SPDX-License-Identifier: EUPL-1.2
"""Why the Liste Blanche could not be fetched, or a name not be reached.

::

    TransportError
    ├── ListeInaccessible      no address of the list answered
    ├── AdresseInjoignable     one address did not answer, or too slowly
    └── NomIntrouvable         a name of the mesh leads nowhere
    PeerError
    ├── ReponseRefusee         a server answered something that is not a list: status, size, redirection
    │   ├── ListeTropGrosse
    │   └── ReponseImprevue    what it answered made our own reading fail
    ├── MiroirEnRetard         an address still gives the list that another has replaced
    └── RetraitAConfirmer      the list removes many names at once: a person must confirm it
    OwnError
    ├── AlarmeSansObjet        not an alarm that a person closes
    ├── TeteIgnoree            no key of heads is configured
    └── ListeAbsente           this DRIMbox never held a verified list
        └── ListePerimee       it held one, too old to be trusted
"""

from __future__ import annotations

from collections.abc import Sequence

from confiance.errors import OwnError, PeerError, TransportError
from confiance.refusals import RetraitMassif


class ListeInaccessible(TransportError):
    """No address of the list answered."""

    code = "annuaire.liste_inaccessible"
    message = "La Liste Blanche n'a pu être relevée à aucune de ses adresses."
    remede = "Vérifier le réseau et les adresses de [liste_blanche] ; la dernière liste vérifiée reste en vigueur."


class AdresseInjoignable(TransportError):
    """One address did not answer in time."""

    code = "annuaire.adresse_injoignable"
    message = "Cette adresse ne répond pas, répond trop lentement, ou sa connexion sécurisée échoue."
    remede = "Vérifier le réseau et cette adresse de [liste_blanche] ; les autres adresses servent à sa place."


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


class ReponseImprevue(ReponseRefusee):
    """What one address answered made our own reading fail: a fault of ours that it found."""

    code = "annuaire.reponse_imprevue"
    message = "La réponse de cette adresse a mis en défaut notre lecture ; elle est écartée."
    remede = "Les autres adresses servent à sa place ; signaler ce défaut avec les lignes du journal technique."


class MiroirEnRetard(PeerError):
    """An address says that nothing changed, since a list that another address has replaced."""

    code = "annuaire.miroir_en_retard"
    message = "Cette adresse donne encore une liste qu'une autre adresse a remplacée."
    remede = "Les autres adresses servent à sa place ; si le retard dure, prévenir l'administrateur."


class ListeAbsente(OwnError):
    """No verified list was ever kept here."""

    code = "annuaire.liste_absente"
    message = "Cette DRIMbox n'a encore vérifié aucune Liste Blanche."
    remede = "Lancer « drimbox liste-blanche relever » et lire le motif du refus."


class ListePerimee(ListeAbsente):
    """The list kept here is too old: nobody may be let in on its word."""

    code = "annuaire.liste_perimee"
    message = "La Liste Blanche conservée n'est plus en vigueur."


class AlarmeSansObjet(OwnError):
    """Not an open alarm that a person closes."""

    code = "annuaire.alarme_sans_objet"
    message = "Cette alarme n'est pas ouverte, ou se ferme d'elle-même."
    remede = "Lire les alarmes ouvertes sur la page Liste Blanche de la console."


class TeteIgnoree(OwnError):
    """Heads are not read here."""

    code = "annuaire.tete_ignoree"
    message = "Aucune clé de tête n'est configurée : cette DRIMbox ne suit pas les têtes."
    remede = "Donner tete_cles et tete_seuil dans [liste_blanche]."


class RetraitAConfirmer(RetraitMassif):
    """A mass removal that waits for a person, with what that person must know.

    Attributes:
        sha256: of the list.
        names: db names that it removes.
    """

    def __init__(self, sha256: str, names: Sequence[str]) -> None:
        super().__init__()
        self.sha256, self.names = sha256, tuple(names)

    @property
    def detail(self) -> str:
        """The digest, then the names, one a line; what the console shows."""
        return "\n".join((self.sha256, *self.names))
