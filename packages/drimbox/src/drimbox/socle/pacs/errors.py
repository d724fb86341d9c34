# SPDX-FileCopyrightText: 2026 drimm contributors
# SPDX-License-Identifier: EUPL-1.2
"""What can go wrong between this DRIMbox and a PACS.

::

    TransportError
    └── PacsIndisponible      no answer in time, silence
        ├── PacsInjoignable   it was not reached, or refuses for a while
        ├── PacsCoupe         it answered, then the connection or the association was cut
        └── PacsOccupe        our own cap of simultaneous associations is reached, or a request that overlaps is under way
    OwnError
    └── PortOccupe            we cannot listen where the PACS sends
    PeerError
    └── PacsRefuse            the PACS answered, and the answer is no
        ├── PacsEchec         it took the request, then says that it failed
        ├── PacsAbsent        it does not hold what is asked
        └── PacsIncomplet     it sent less than it says it holds
"""

from __future__ import annotations

from confiance.errors import OwnError, PeerError, TransportError

CLAUSE = "DICOM PS3.4 annexes B et C"


class PacsIndisponible(TransportError):
    """The PACS cannot be reached, or fell silent."""

    code = "pacs.indisponible"
    message = "Le PACS ne répond pas."
    remede = "Vérifier que le PACS est démarré et joignable, puis l'adresse, le port et les AE Titles de la configuration."
    clause = CLAUSE


class PacsInjoignable(PacsIndisponible):
    """No connection with the PACS could be made, or it said that it takes nobody for the moment."""

    code = "pacs.injoignable"
    message = "Le PACS ne peut pas être joint."


class PacsCoupe(PacsIndisponible):
    """The PACS cut the connection, or aborted the association."""

    code = "pacs.coupe"
    message = "Le PACS a coupé la connexion."
    remede = "Consulter le journal du PACS, et les équipements du réseau qui ferment les connexions ; redemander l'examen ensuite."


class PacsOccupe(PacsIndisponible):
    """Every association we may open to this PACS is in use, or a request that overlaps is under way."""

    code = "pacs.occupe"
    message = "Toutes les associations permises vers ce PACS sont occupées."
    remede = "Réessayer dans un instant ; si cela dure, augmenter max_associations en accord avec l'exploitant du PACS."
    clause = ""


class PacsRefuse(PeerError):
    """The PACS refuses: AE Title unknown, service not offered, failure status."""

    code = "pacs.refus"
    message = "Le PACS refuse la demande."
    remede = "Déclarer l'AE Title de la DRIMbox dans le PACS et y autoriser C-ECHO, C-FIND, C-GET ou C-MOVE, et C-STORE."
    clause = CLAUSE


class PacsEchec(PacsRefuse):
    """The PACS took the request, then says that it failed."""

    code = "pacs.echec"
    message = "Le PACS n'a pas pu envoyer les images."
    remede = "Consulter le journal du PACS à l'heure de la demande ; redemander l'examen ensuite."


class PacsAbsent(PacsRefuse):
    """The PACS does not hold the study, series or instance asked for."""

    code = "pacs.absent"
    message = "Le PACS ne détient pas les images demandées."
    remede = "Vérifier que l'examen est encore archivé dans ce PACS et qu'il n'a été ni déplacé ni rejeté."
    clause = CLAUSE


class PacsIncomplet(PacsRefuse):
    """The PACS sent fewer objects than it announced."""

    code = "pacs.incomplet"
    message = "Le PACS n'a pas envoyé toutes les images qu'il annonce."
    remede = "Consulter le journal du PACS : des sous-opérations C-STORE ont échoué ; redemander l'examen ensuite."
    clause = CLAUSE


class PortOccupe(OwnError):
    """The address where the PACS sends what C-MOVE asks cannot be listened to."""

    code = "pacs.port_occupe"
    message = "L'adresse de réception des images de ce PACS ne peut pas être ouverte."
    remede = "Vérifier host et port de la table move de ce PACS, et qu'aucun autre programme n'écoute à cette adresse."
