# SPDX-FileCopyrightText: 2026 drimm contributors
# SPDX-License-Identifier: EUPL-1.2
"""Why a contextual call, or a look at one, is refused.

::

    PeerError
    ├── AppelRefuse        the form of the RIS is wrong: every fault is told
    ├── AppelantInconnu    the caller is not one of the declared RIS
    └── AppelInaccessible  unknown, expired, or another professional's: one answer for all
    OwnError
    └── SessionAbsente     no professional is logged in here, or no longer
"""

from __future__ import annotations

from collections.abc import Iterable

from confiance.errors import OwnError, PeerError

_CLAUSE = "Spécifications DRIM-M, appel contextuel de la DRIMbox consommatrice"


class AppelRefuse(PeerError):
    """The form is wrong.

    Attributes:
        faults: French sentences; they name parameters and never quote a value.
    """

    code = "appel.parametres"
    message = "L'appel contextuel est mal formé."
    remede = "Corriger les paramètres indiqués dans le RIS appelant."
    clause = _CLAUSE

    def __init__(self, faults: Iterable[str]) -> None:
        super().__init__()
        self.faults = tuple(faults)


class AppelantInconnu(PeerError):
    """The address of the caller is not allowed."""

    code = "appel.appelant_inconnu"
    message = "Cet appelant n'est pas un RIS déclaré."
    remede = "Ajouter l'adresse du RIS à « sources » de la table [conso] de la DRIMbox."
    clause = _CLAUSE


class AppelInaccessible(PeerError):
    """There is nothing to show here to this person."""

    code = "appel.inaccessible"
    message = "Ce dossier n'existe pas, n'est plus disponible, ou a été ouvert par une autre personne."
    remede = "Relancer l'appel depuis le RIS."
    clause = _CLAUSE


class SessionAbsente(OwnError):
    """The professional must log in."""

    code = "appel.session_absente"
    message = "Aucune session Pro Santé Connect n'est ouverte."
    remede = "Se connecter avec Pro Santé Connect."
