# SPDX-FileCopyrightText: 2026 drimm contributors
# SPDX-License-Identifier: EUPL-1.2
"""What goes wrong between the Registre and the DNS.

::

    TransportError
    ├── DnsInjoignable        a server does not answer
    ├── ServeurEnRetard       it answers, without the last changes yet
    └── ZoneMuette            the process zone did not answer a demand
    PeerError
    ├── DnsRefuse             a server refuses what is written or asked
    │   └── DnsIllisible      what it answers cannot be read, or is not signed
    ├── NomNonServi           it has the serial number, and not the name
    └── ZoneDerive            records of the zone are not those of the Registre
    OwnError
    ├── AdaptateurMalRegle    a key cannot be used
    └── ZoneSurprise          a fault of ours, while publishing
"""

from __future__ import annotations

from confiance.errors import OwnError, PeerError, TransportError


class DnsInjoignable(TransportError):
    """A DNS server, or its API, does not answer."""

    code = "zone.dns_injoignable"
    message = "Un serveur de noms ne répond pas."
    remede = "Rien n'est perdu : la publication reprend seule dès qu'il répond. Vérifiez ce serveur et le réseau."


class ServeurEnRetard(TransportError):
    """A name server answers, and does not have the last changes yet."""

    code = "zone.serveur_en_retard"
    message = "Un serveur de noms n'a pas encore les derniers changements."
    remede = "Vérifiez que ce serveur secondaire est averti (NOTIFY) et que le transfert de la zone lui est permis."
    clause = "RFC 1996"


class ZoneMuette(TransportError):
    """What was asked is written, and the process ``zone`` did not answer in time."""

    code = "zone.sans_reponse"
    message = "Le processus zone n'a pas répondu à temps."
    remede = "Vérifiez qu'il tourne : la demande reste en attente et sera traitée."


class DnsRefuse(PeerError):
    """A DNS server, or its API, refuses what is asked."""

    code = "zone.dns_refuse"
    message = "Le serveur DNS refuse ce qui lui est demandé."
    remede = "Vérifiez la clé et les droits de mise à jour et de transfert de la zone sur ce serveur."
    clause = "RFC 2136 §3.3"


class DnsIllisible(DnsRefuse):
    """An answer cannot be read, or does not carry the signature that was asked for."""

    code = "zone.dns_illisible"
    message = "La réponse du serveur DNS ne peut pas être lue ou n'est pas signée."
    remede = "Vérifiez que l'adresse est celle du serveur attendu, et que la clé TSIG est la même des deux côtés."
    clause = "RFC 8945 §5"


class NomNonServi(PeerError):
    """A server has the serial number and answers something else than what was written."""

    code = "zone.nom_non_servi"
    message = "Un serveur de noms ne répond pas la cible du Registre."
    remede = "Comparez la zone de ce serveur avec l'export de la zone (espace zone export)."


class ZoneDerive(PeerError):
    """Records of the zone are not those of the Registre."""

    code = "zone.derive"
    message = "Des noms de la zone ne disent pas ce que dit le Registre."
    remede = "Voyez les écarts dans la console, page Zone ; puis réparez : espace zone publier."


class AdaptateurMalRegle(OwnError):
    """The key of the DNS server cannot be used."""

    code = "zone.adaptateur_regle"
    message = "La clé du serveur DNS ne peut pas être utilisée."
    remede = "Vérifiez le fichier de clé de l'adaptateur dans la table [zone] : présent, 0600, en base64 pour TSIG."


class ZoneSurprise(OwnError):
    """Something that nobody foresaw stopped the publication."""

    code = "zone.surprise"
    message = "La publication de la zone s'est arrêtée sur une erreur imprévue."
    remede = "Rien n'est perdu : un nouvel essai suit. Signalez ce cas, avec l'heure, à l'équipe qui maintient l'Espace."
