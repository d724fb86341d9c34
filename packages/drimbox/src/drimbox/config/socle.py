# SPDX-FileCopyrightText: 2026 drimm contributors
# SPDX-License-Identifier: EUPL-1.2
"""Settings of the ground: the database, the couples of names, the certificates, the keys, the ways of the network."""

from __future__ import annotations

from ipaddress import ip_address
from typing import Annotated, Self
from zoneinfo import ZoneInfo

from pydantic import AfterValidator, Field, model_validator

from confiance.exploitation.settings import SecretFile, Section
from drimbox.config.files import Certificate, File

ROLES = ("proprietaire", "pages", "images", "reception", "ouvrier")


def _known_timezone(name: str) -> str:
    ZoneInfo(name)
    return name


class Database(Section):
    """[database] — one PostgreSQL, one role per process (architecture, decision 7)."""

    host: str = Field(description="Hôte ou dossier de la socket de PostgreSQL.")
    port: int = Field(5432, description="Port de PostgreSQL.")
    name: str = Field("drimbox", description="Nom de la base.")
    role_prefix: str = Field("drimbox_", description="Préfixe des rôles ; le rôle d'un processus est préfixe + nom du processus.")
    passwords: File = Field(description="Dossier des mots de passe, un fichier 0600 par rôle, nommé comme le rôle.")
    accept_embedded: bool = Field(False, description="Accepter une base embarquée (banc) ; à laisser faux en production.")


class Couple(Section):
    """[[couples]] — one couple of names, for one PACS."""

    db: str = Field(description="FQDN de la DRIMbox source, par exemple db1.349.mesimagesmedicales.fr.")
    vi: str = Field(description="FQDN de la visionneuse, par exemple vi1.349.mesimagesmedicales.fr.")
    pacs: str = Field(description="Nom du PACS de ce couple.")
    timezone: Annotated[str, AfterValidator(_known_timezone)] = Field(
        "Europe/Paris", description="Fuseau des heures HL7 et DICOM sans décalage."
    )


class Tls(Section):
    """[tls] — SERV_SSL certificate of this DRIMbox and what it trusts."""

    server: Certificate = Field(description="Certificat SERV_SSL (IGC-Santé), serveur et client entre DRIMbox.")
    viewer: Certificate = Field(description="Certificat de marché du nom vi, pour les navigateurs.")
    anchors: File = Field(description="Dossier des AC IGC-Santé (racine et AC Organisations) et de leurs CRL.")


class Acheminement(Section):
    """[acheminement] — how names of the mesh are resolved; empty in production: the system's resolver and port 443."""

    nameservers: tuple[str, ...] = Field((), description="Serveurs DNS adresse:port à interroger à la place de ceux du système.")
    addresses: dict[str, str] = Field(default_factory=dict, description="Hôte → adresse:port, pour le banc ; boucle locale seulement.")

    @model_validator(mode="after")
    def _loopback_only(self) -> Self:
        for host, target in self.addresses.items():
            address = target.rpartition(":")[0]
            if not ip_address(address).is_loopback:
                message = f"acheminement de {host} : seules les adresses de boucle locale sont acceptées"
                raise ValueError(message)
        return self


class Cles(Section):
    """[cles] — keys that protect secrets kept in the database."""

    trousseau: SecretFile = Field(description="Trousseau de clés, une ligne « id clé-base64 » par clé, la première sert à chiffrer.")
