# SPDX-FileCopyrightText: 2026 drimm contributors
# SPDX-License-Identifier: EUPL-1.2
"""Settings of the pages: who may open them, and what they keep."""

from __future__ import annotations

from pydantic import Field

from confiance.exploitation.settings import SecretFile, Section
from drimbox.config.networks import Networks


class Pages(Section):
    """[pages] — listener of the vi names, of the console and of the consultation screens."""

    host: str = Field(description="Adresse d'écoute des pages.")
    port: int = Field(443, description="Port d'écoute des pages.")
    public_url: str = Field(description="Adresse publique des pages, sans barre finale ; sert aux retours de Pro Santé Connect.")
    secret_key: SecretFile = Field(description="Clé secrète des sessions, fichier 0600.")
    max_connections: int = Field(256, description="Connexions simultanées.")


_LOCAL_NETWORKS = ("127.0.0.0/8", "::1/128", "10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16", "fc00::/7")


class Console(Section):
    """[console] — pages of the people who run this DRIMbox."""

    sources: Networks = Field(_LOCAL_NETWORKS, description="Adresses IP ou réseaux d'où la console peut être ouverte.")
    failures_before_lock: int = Field(5, description="Échecs de connexion avant blocage du compte pour une adresse.", ge=1)
    lock_minutes: int = Field(15, description="Durée de ce blocage, en minutes.", ge=1)
    session_minutes: int = Field(480, description="Durée d'une session, en minutes.", ge=1)


class Sante(Section):
    """[sante] — the health address, polled by the Météo des services."""

    sources: Networks = Field(("127.0.0.0/8", "::1/128"), description="Adresses IP ou réseaux qui peuvent lire l'état de santé.")
    echo_seconds: float = Field(60.0, description="Délai entre deux C-ECHO vers chaque PACS.", gt=0)


class Conso(Section):
    """[conso] — consultation: who may call, what is kept and for how long, bounds of what is brought from the sources."""

    sources: Networks = Field(("127.0.0.1",), description="Adresses IP ou réseaux des RIS autorisés à faire un appel contextuel.")
    appel_minutes: int = Field(240, description="Durée de vie d'un appel contextuel et de ce qu'il a trouvé, en minutes.", ge=1)
    login_seconds: int = Field(600, description="Délai pour achever une connexion Pro Santé Connect, en secondes.", ge=30)
    max_kos: int = Field(200, description="KOS demandés au DMP au plus par recherche ; les suivants le sont à la recherche suivante.", ge=1)
    max_kos_bytes: int = Field(16 * 1024 * 1024, description="Taille maximale d'un KOS, en octets.", ge=1024)
    max_instance_bytes: int = Field(1 << 30, description="Taille maximale d'une instance reçue, en octets.", ge=1024)
    buffered_objects: int = Field(4, description="Objets DICOM en mémoire entre la source et le PACS.", ge=1)
    idle_seconds: float = Field(60.0, description="Silence d'une source au bout duquel un rapatriement est coupé.", gt=0)
