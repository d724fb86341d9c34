# SPDX-FileCopyrightText: 2026 drimm contributors
# SPDX-License-Identifier: EUPL-1.2
"""Errors of the room.

::

    OwnError
    ├── AttestationSansNom        the dossier has no couple yet
    ├── CompositionEchouee        the PDF cannot be made
    ├── SceauSansCle              no key is given for the attestations
    ├── SceauEchoue               the PDF cannot be sealed, or does not read back as it should
    └── RegistreContraire         the names asked are not those that the Registre gives this Operateur
    PeerError
    ├── AttestationInconnue       no such attestation, or already revoked
    └── RevocationSansMotif       no reason was given
"""

from __future__ import annotations

from confiance.errors import OwnError, PeerError


class AttestationSansNom(OwnError):
    """The dossier has no couple yet."""

    code = "attestation.sans_nom"
    message = "Ce dossier n'a pas encore reçu ses noms : aucune attestation ne peut être délivrée."
    remede = "Attribuez les couples de FQDN avant de délivrer l'attestation."


class CompositionEchouee(OwnError):
    """The PDF cannot be made."""

    code = "attestation.composition"
    message = "Le PDF d'une attestation n'a pas pu être composé ; un nouvel essai sera fait."
    remede = "Lisez les journaux du processus signataire, puis signalez ce cas à l'équipe qui maintient l'Espace."


class SceauEchoue(OwnError):
    """The PDF cannot be sealed, or does not read back as it should."""

    code = "attestation.sceau"
    message = "Une attestation n'a pas pu être scellée ; un nouvel essai sera fait."
    remede = "Vérifiez la clé, le certificat et les CRL de la table [attestation]."


class SceauSansCle(OwnError):
    """No key is given for the attestations."""

    code = "attestation.sans_cle"
    message = "Une attestation attend d'être scellée et aucune clé n'est donnée pour cela."
    remede = "Donnez la table [attestation.signer], puis relancez le processus signataire."


class RegistreContraire(OwnError):
    """The names asked are not those that the Registre gives this Operateur."""

    code = "attestation.registre_contraire"
    message = "Une attestation demandée porte un nom que le Registre ne donne pas à son Opérateur : elle n'est pas scellée."
    remede = "Cherchez dans le journal qui l'a demandée ; révoquez-la."


class AttestationInconnue(PeerError):
    """No such attestation, or already revoked."""

    code = "attestation.inconnue"
    message = "Cette attestation n'existe pas, ou est déjà révoquée."
    remede = "Vérifiez son numéro."


class RevocationSansMotif(PeerError):
    """No reason was given."""

    code = "attestation.sans_motif"
    message = "Une révocation se motive."
    remede = "Dites en une phrase pourquoi cette attestation ne vaut plus."
