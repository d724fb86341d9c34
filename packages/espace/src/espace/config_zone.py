# SPDX-FileCopyrightText: 2026 drimm contributors
# SPDX-License-Identifier: EUPL-1.2
"""Settings of the DNS servers to which the zone is published, and of what is checked there."""

from __future__ import annotations

from ipaddress import IPv4Address, IPv6Address, ip_address
from pathlib import Path
from typing import Annotated, Literal
from urllib.parse import urlsplit

from pydantic import AfterValidator, Field

from confiance.exploitation.settings import SecretFile, Section
from espace.zone.cibles import CibleRefusee, canonical_host

File = Annotated[Path, AfterValidator(lambda path: path.expanduser().absolute())]
Address = IPv4Address | IPv6Address


def _host(text: str) -> str:
    try:
        return canonical_host(text)
    except CibleRefusee as error:
        raise ValueError(error.message) from None


def _endpoint(text: str) -> str:
    parts = urlsplit(f"//{text}")
    if parts.path or parts.query or parts.username is not None or not parts.port:
        message = "attendu : adresse:port, par exemple 192.0.2.53:53 ou [2001:db8::53]:53"
        raise ValueError(message)
    ip_address(parts.hostname or "")
    return text


def _api(text: str) -> str:
    parts = urlsplit(text)
    local = parts.hostname in {"127.0.0.1", "::1", "localhost"}
    if parts.scheme not in {"http", "https"} or not parts.hostname or parts.path.strip("/") or parts.query or parts.username is not None:
        message = "attendu : https://hôte:port"
        raise ValueError(message)
    if parts.scheme == "http" and not local:
        message = "la clé de l'API ne part en clair que vers cette machine : donnez une adresse https"
        raise ValueError(message)
    return text.rstrip("/")


Host = Annotated[str, AfterValidator(_host)]
Endpoint = Annotated[str, AfterValidator(_endpoint)]


class Rfc2136(Section):
    """[zone.rfc2136] — dynamic updates of a primary server, signed with TSIG (RFC 2136, RFC 8945)."""

    server: Address = Field(description="Adresse du serveur primaire.")
    port: int = Field(53, description="Port du serveur primaire.")
    key_name: str = Field(pattern="^[a-z0-9]([a-z0-9._-]{0,200}[a-z0-9])?$", description="Nom de la clé TSIG.")
    algorithm: Literal["hmac-sha256", "hmac-sha384", "hmac-sha512"] = Field("hmac-sha256", description="Algorithme de la clé TSIG.")
    key: SecretFile = Field(description="Clé TSIG en base64, fichier 0600 ; seul le processus zone la lit.")
    transfer_seconds: float = Field(60.0, gt=0, description="Durée maximale d'un transfert de la zone, en secondes.")
    transfer_bytes: int = Field(64 * 1024 * 1024, gt=0, description="Taille maximale d'un transfert de la zone, en octets.")


class PowerDns(Section):
    """[zone.powerdns] — HTTP API of a PowerDNS authoritative server."""

    url: Annotated[str, AfterValidator(_api)] = Field(description="Adresse de l'API, sans chemin : https://hôte:port.")
    server_id: str = Field("localhost", pattern="^[A-Za-z0-9._-]{1,60}$", description="Nom du serveur dans l'API.")
    api_key: SecretFile = Field(description="Clé de l'API, fichier 0600 ; seul le processus zone la lit.")
    authorities: File | None = Field(None, description="AC du certificat de l'API, PEM ; par défaut celles du système.")
    max_bytes: int = Field(64 * 1024 * 1024, gt=0, description="Taille maximale d'une réponse de l'API, en octets.")


class Controle(Section):
    """[zone.controle] — what is checked of the zone once written, and when."""

    serveurs: dict[Host, Endpoint] = Field(
        default_factory=dict,
        description="Où interroger chaque serveur de noms (adresse:port) ; par défaut celle de zone.addresses ou du DNS, port 53.",
    )
    timeout_seconds: float = Field(2.0, gt=0, le=30, description="Attente maximale d'une réponse DNS ou HTTP, en secondes.")
    retry_seconds: float = Field(1.0, gt=0, description="Premier délai avant un nouvel essai, en secondes ; il double à chaque échec.")
    retry_max_seconds: float = Field(300.0, gt=0, description="Délai maximal avant un nouvel essai, en secondes.")
    compare_minutes: float = Field(15.0, gt=0, description="Délai entre deux comparaisons de la zone entière au Registre, en minutes.")
    alarme_seconds: float = Field(60.0, ge=0, description="Durée d'une panne du DNS au bout de laquelle une alarme s'ouvre, en secondes.")
    repare_seul: bool = Field(False, description="Publier de nouveau, sans attendre une personne, les noms qui dérivent.")
    toleres: tuple[Host, ...] = Field((), description="Noms de la zone qui ne viennent pas du Registre et y sont voulus.")
    resolveur: Endpoint | None = Field(
        None,
        description="Résolveur (adresse:port) des CAA et des cibles ; absent, celui du système, pour les CAA seuls.",
    )
