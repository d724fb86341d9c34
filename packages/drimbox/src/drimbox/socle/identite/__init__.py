# SPDX-FileCopyrightText: 2026 drimm contributors
# SPDX-License-Identifier: EUPL-1.2
"""Who is asking: login of professionals at Pro Santé Connect, and introspection of the tokens that other DRIMboxes present.

One :class:`PscClient` per event loop::

    async with PscClient(settings.psc) as psc:
        token = bearer(request.headers.get("Authorization"))
        jeton = await psc.introspect(token)
"""

from drimbox.socle.identite.bearer import bearer
from drimbox.socle.identite.client import PscClient
from drimbox.socle.identite.errors import (
    ClientRefuse,
    ConnexionRefusee,
    IdentiteRefusee,
    JetonAbsent,
    JetonRefuse,
    JetonSansPersonne,
    PscIndisponible,
    PscMalConfigure,
    PscReponseInvalide,
    RetourInattendu,
    SessionTerminee,
    TropDEssais,
)
from drimbox.socle.identite.limits import LIMITES, Limites
from drimbox.socle.identite.professionnel import Activite, Exercice, ProfessionnelPsc, Situation
from drimbox.socle.identite.session import DemandeConnexion, FormulaireDeconnexion, JetonActif, Retour, SessionPsc

__all__ = [
    "LIMITES",
    "Activite",
    "ClientRefuse",
    "ConnexionRefusee",
    "DemandeConnexion",
    "Exercice",
    "FormulaireDeconnexion",
    "IdentiteRefusee",
    "JetonAbsent",
    "JetonActif",
    "JetonRefuse",
    "JetonSansPersonne",
    "Limites",
    "ProfessionnelPsc",
    "PscClient",
    "PscIndisponible",
    "PscMalConfigure",
    "PscReponseInvalide",
    "Retour",
    "RetourInattendu",
    "SessionPsc",
    "SessionTerminee",
    "Situation",
    "TropDEssais",
    "bearer",
]
