# SPDX-FileCopyrightText: 2026 drimm contributors
# SPDX-License-Identifier: EUPL-1.2
"""Settings of the Espace. Descriptions are French: docs/reference is generated from them."""

from __future__ import annotations

import os
from functools import cache
from ipaddress import IPv4Address, IPv6Address
from pathlib import Path
from typing import Annotated, ClassVar, Literal, Self

from pydantic import AfterValidator, Field, model_validator

from confiance.exploitation.settings import SecretFile, Section, Settings, load
from espace.zone.cibles import CibleRefusee, canonical_host

File = Annotated[Path, AfterValidator(lambda path: path.expanduser().absolute())]


def _host(text: str) -> str:
    try:
        return canonical_host(text)
    except CibleRefusee as error:
        raise ValueError(error.message) from None


Host = Annotated[str, AfterValidator(_host)]


class Database(Section):
    """[database] — one PostgreSQL, one role per process (architecture, decision 7)."""

    host: str = Field(description="Hôte ou dossier de la socket de PostgreSQL.")
    port: int = Field(5432, description="Port de PostgreSQL.")
    name: str = Field("espace", description="Nom de la base.")
    role_prefix: str = Field(
        "espace_",
        pattern="^[a-z][a-z0-9_]{0,40}$",
        description="Préfixe des rôles ; le rôle d'un processus est préfixe + nom du processus.",
    )
    passwords: File = Field(description="Dossier des mots de passe, un fichier 0600 par rôle, nommé comme le rôle.")
    accept_embedded: bool = Field(False, description="Accepter une base embarquée (banc) ; à laisser faux en production.")


class Certificate(Section):
    """A certificate (with its chain) and its key, PEM files."""

    certificate: File = Field(description="Certificat PEM, suivi de sa chaîne.")
    key: SecretFile = Field(description="Clé privée PEM, fichier 0600.")


class Pages(Section):
    """[pages] — console and public pages."""

    host: str = Field("127.0.0.1", description="Adresse d'écoute des pages.")
    port: int = Field(8443, description="Port d'écoute des pages.")
    public_url: str = Field(pattern="^https?://[^/?#]+$", description="Adresse publique des pages, sans barre finale.")
    hosts: tuple[str, ...] = Field((), description="Autres noms ou adresses sous lesquels les pages répondent.")
    secret_key: SecretFile = Field(description="Clé secrète des sessions, fichier 0600.")
    tls: Certificate | None = Field(None, description="Certificat des pages ; absent derrière un serveur frontal qui porte le TLS.")
    proxies: tuple[str, ...] = Field((), description="Adresses des serveurs frontaux dont les en-têtes X-Forwarded-* sont crus.")
    session_minutes: int = Field(60, gt=0, description="Durée d'une session de la console sans activité, en minutes.")
    max_connections: int = Field(256, gt=0, description="Connexions simultanées.")


class Soa(Section):
    """[zone.soa] — start of authority (RFC 1035 §3.3.13)."""

    mname: Host | None = Field(None, description="Serveur de noms primaire ; par défaut le premier de nameservers.")
    rname: Host | None = Field(
        None, description="Adresse du responsable, l'arobase étant remplacée par un point ; par défaut hostmaster. suivi de la zone."
    )
    refresh: int = Field(3600, gt=0, description="Délai de rafraîchissement des serveurs secondaires, en secondes.")
    retry: int = Field(600, gt=0, description="Délai de nouvel essai, en secondes.")
    expire: int = Field(1209600, gt=0, description="Délai d'expiration, en secondes.")
    minimum: int = Field(60, ge=0, description="Durée de cache des réponses négatives, en secondes (RFC 2308).")


class Zone(Section):
    """[zone] — the domain and its embedded authoritative server."""

    name: Host = Field("mesimagesmedicales.fr", description="Zone DNS de l'Espace de Confiance.")
    host: str = Field("127.0.0.1", description="Adresse d'écoute du serveur DNS, en UDP et en TCP.")
    port: int = Field(53, description="Port d'écoute du serveur DNS.")
    ttl: int = Field(300, gt=0, description="Durée de cache des réponses, en secondes.")
    soa: Soa = Field(Soa(), description="Début d'autorité.")
    nameservers: tuple[Host, ...] = Field(min_length=1, description="Serveurs de noms de la zone.")
    addresses: dict[Host, tuple[IPv4Address | IPv6Address, ...]] = Field(
        default_factory=dict, description="Adresses des serveurs de noms qui sont dans la zone."
    )
    caa: tuple[str, ...] = Field((), description='Enregistrements CAA du sommet de la zone, par exemple : 0 issue "ca.example".')
    parking: Host | None = Field(None, description="Hôte vers lequel pointent les noms retirés ; absent, ils n'ont plus d'adresse.")
    refresh_seconds: float = Field(1.0, gt=0, description="Délai maximal avant qu'une ligne du Registre soit visible, en secondes.")
    tcp_connections: int = Field(64, gt=0, description="Connexions TCP simultanées.")
    tcp_idle_seconds: float = Field(10.0, gt=0, description="Silence au bout duquel une connexion TCP est fermée.")
    tcp_queries: int = Field(100, gt=0, description="Questions acceptées par connexion TCP.")

    @model_validator(mode="after")
    def _glue(self) -> Self:
        for server in self.nameservers:
            inside = server == self.name or server.endswith(f".{self.name}")
            if inside and server not in self.addresses:
                message = f"le serveur de noms « {server} » est dans la zone : donnez son adresse dans zone.addresses"
                raise ValueError(message)
        return self


class Signer(Section):
    """[liste_blanche.signer] — ORG SIGN certificate of the list; only the process signataire opens the key."""

    certificate: File = Field(description="Certificat ORG SIGN du signataire, PEM, suivi ou non de sa chaîne.")
    key: SecretFile = Field(description="Clé privée du signataire, PEM, fichier 0600.")
    chain: File | None = Field(None, description="AC qui ne suivent pas déjà le certificat, de l'émettrice à la racine, PEM.")


class ListeBlanche(Section):
    """[liste_blanche] — how the list is signed, re-read and published."""

    signer: Signer
    anchors: File = Field(description="Dossier des AC et CRL avec lesquelles la liste est relue avant publication.")
    revocation: Literal["hard", "soft"] = Field(
        "hard", description="À la relecture, hard refuse un signataire dont la révocation ne peut être vérifiée."
    )
    namespace: str = Field("https://github.com/ansforge/DRIM-M_DATA", description="Espace de noms XML de la liste.")
    publication: File = Field(description="Dossier où liste-blanche.xml est écrite.")
    poll_seconds: float = Field(5.0, gt=0, description="Délai maximal avant qu'une demande de publication soit vue, en secondes.")
    clock_tolerance_seconds: float = Field(
        5.0, gt=0, description="Attente acceptée quand l'horloge est en retard sur la liste précédente, en secondes."
    )


class EspaceSettings(Settings):
    """Every setting of the Espace."""

    program: ClassVar[str] = "espace"

    administrateur: str = Field("Administrateur de l'Espace de Confiance", description="Nom de l'administrateur, affiché sur les pages.")
    database: Database
    pages: Pages
    zone: Zone
    liste_blanche: ListeBlanche


@cache
def current() -> EspaceSettings:
    """Return the settings of this process, from the file that ``DRIMM_CONFIG`` names.

    Raises:
        SettingsError: no file, or a wrong one.
    """
    return load(EspaceSettings)


def process_name() -> str:
    """Return the name of this process; a command typed by a person is ``cli``."""
    return os.environ.get("DRIMM_PROCESS", "cli")
