# SPDX-FileCopyrightText: 2026 drimm contributors
# SPDX-License-Identifier: EUPL-1.2
"""[images] and its parts: the images door."""

from __future__ import annotations

from pydantic import Field

from confiance.exploitation.settings import Section
from drimbox.config.files import File


class Conversion(Section):
    """[images.conversion] — the processes that decode pixels: another transfer syntax, frames, renderings."""

    processes: int = Field(2, description="Processus de conversion, au plus.", ge=1)
    memory: int = Field(3 << 30, description="Mémoire permise à un processus de conversion, en octets.", ge=1 << 29)
    max_object_bytes: int = Field(512 << 20, description="Taille maximale d'une image convertie, avant comme après, en octets.", ge=1 << 20)
    seconds: float = Field(60.0, description="Durée maximale d'une conversion, en secondes.", gt=0)
    held_bytes: int = Field(
        1 << 30,
        description="Octets d'images gardées entières en mémoire, à convertir ou à envoyer, à partir desquels la suivante attend.",
        ge=64 << 20,
    )


class Ocsp(Section):
    """[images.ocsp] — revocation asked of a responder, beside the CRLs."""

    responders: tuple[str, ...] = Field(
        (), description="Adresses des serveurs OCSP interrogés quand le certificat d'un pair les nomme ; aucune autre ne l'est."
    )
    seconds: float = Field(3.0, description="Durée maximale d'une interrogation, en secondes.", gt=0)
    cache_seconds: float = Field(300.0, description="Durée pendant laquelle une réponse est gardée, en secondes.", ge=0)
    retry_seconds: float = Field(
        30.0, description="Durée pendant laquelle un serveur OCSP qui n'a pas répondu n'est plus interrogé, en secondes.", ge=0
    )
    hard: bool = Field(False, description="Refuser un pair quand le serveur OCSP ne répond pas ; faux : les CRL suffisent alors.")


class Images(Section):
    """[images] — listener of the db names (mutual TLS)."""

    host: str = Field(description="Adresse d'écoute des noms db.")
    port: int = Field(443, description="Port d'écoute des noms db.")
    max_connections: int = Field(512, description="Connexions simultanées ; chacune tient un descripteur de fichier.", ge=1, le=768)
    max_connections_per_address: int = Field(
        128, description="Connexions simultanées d'une même adresse IP, que plusieurs DRIMbox peuvent partager.", ge=1, le=768
    )
    buffered_bytes: int = Field(1 << 20, description="Octets lus au PACS en avance sur le pair, par transfert.", ge=64 << 10)
    idle_seconds: float = Field(60.0, description="Silence d'un pair au bout duquel un transfert est coupé.", gt=0, le=3600)
    max_transfers: int = Field(64, description="Transferts simultanés.", ge=1)
    max_transfers_per_peer: int = Field(32, description="Transferts simultanés d'une même DRIMbox.", ge=1)
    queue: int = Field(32, description="Demandes d'une même DRIMbox qui peuvent attendre un transfert.", ge=0)
    queue_seconds: float = Field(10.0, description="Attente maximale d'un transfert, en secondes.", ge=0)
    stop_seconds: float = Field(120.0, description="Temps laissé aux transferts en cours à l'arrêt, en secondes.", ge=0, le=840)
    spool: File | None = Field(
        None,
        description="Dossier des fichiers d'attente, chiffrés et sans nom, des lectures partagées ; par défaut celui du système, "
        "qui est parfois de la mémoire (tmpfs) : nommez alors un dossier d'un disque.",
    )
    spool_max_bytes: int = Field(
        4 << 30, description="Taille maximale de ces fichiers, tous réunis, en octets ; 0 : rien n'y est écrit.", ge=0
    )
    shared_prefix_bytes: int = Field(
        2 << 20, description="Octets d'une lecture gardés pour qu'une seconde demande la partage depuis son début.", ge=0
    )
    metrics_port: int | None = Field(None, description="Port des mesures (Prometheus) en boucle locale ; absent : pas de mesures.")
    conversion: Conversion = Conversion()
    ocsp: Ocsp = Ocsp()
