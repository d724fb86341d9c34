# SPDX-FileCopyrightText: 2026 drimm contributors
# SPDX-License-Identifier: EUPL-1.2
"""Settings of a DRIMbox. Descriptions are French: docs/reference is generated from them."""

from __future__ import annotations

import functools
from ipaddress import ip_address, ip_network
from pathlib import Path
from typing import Annotated, ClassVar, Self
from zoneinfo import ZoneInfo

from pydantic import AfterValidator, Field, model_validator

from confiance.exploitation.settings import SecretFile, Section, Settings, load

ROLES = ("proprietaire", "pages", "images", "reception", "ouvrier")


def _known_timezone(name: str) -> str:
    ZoneInfo(name)
    return name


File = Annotated[Path, AfterValidator(lambda path: path.expanduser().absolute())]


class Database(Section):
    """[database] — one PostgreSQL, one role per process (architecture, decision 7)."""

    host: str = Field(description="Hôte ou dossier de la socket de PostgreSQL.")
    port: int = Field(5432, description="Port de PostgreSQL.")
    name: str = Field("drimbox", description="Nom de la base.")
    role_prefix: str = Field("drimbox_", description="Préfixe des rôles ; le rôle d'un processus est préfixe + nom du processus.")
    passwords: File = Field(description="Dossier des mots de passe, un fichier 0600 par rôle, nommé comme le rôle.")
    accept_embedded: bool = Field(False, description="Accepter une base embarquée (banc) ; à laisser faux en production.")


class Pacs(Section):
    """[[pacs]] — a local PACS."""

    name: str = Field(description="Nom du PACS dans cette configuration.")
    host: str = Field(description="Hôte du PACS.")
    port: int = Field(11112, description="Port DICOM du PACS.")
    aet: str = Field(description="AE Title du PACS.", max_length=16)
    calling_aet: str = Field("DRIMBOX", description="AE Title de la DRIMbox.", max_length=16)
    timeout: float = Field(30.0, description="Silence maximal du PACS, en secondes.")
    max_associations: int = Field(4, description="Associations simultanées vers ce PACS.")


class Couple(Section):
    """[[couples]] — one couple of names, for one PACS."""

    db: str = Field(description="FQDN de la DRIMbox source, par exemple db1.349.mesimagesmedicales.fr.")
    vi: str = Field(description="FQDN de la visionneuse, par exemple vi1.349.mesimagesmedicales.fr.")
    pacs: str = Field(description="Nom du PACS de ce couple.")
    timezone: Annotated[str, AfterValidator(_known_timezone)] = Field(
        "Europe/Paris", description="Fuseau des heures HL7 et DICOM sans décalage."
    )


class Certificate(Section):
    """A certificate (with its chain) and its key, PEM files."""

    certificate: File = Field(description="Certificat PEM, suivi de sa chaîne.")
    key: SecretFile = Field(description="Clé privée PEM, fichier 0600.")


class Tls(Section):
    """[tls] — SERV_SSL certificate of this DRIMbox and what it trusts."""

    server: Certificate = Field(description="Certificat SERV_SSL (IGC-Santé), serveur et client entre DRIMbox.")
    viewer: Certificate = Field(description="Certificat de marché du nom vi, pour les navigateurs.")
    anchors: File = Field(description="Dossier des AC IGC-Santé (racine et AC Organisations) et de leurs CRL.")


class Reception(Section):
    """[reception] — MLLP."""

    host: str = Field("127.0.0.1", description="Adresse d'écoute MLLP.")
    port: int = Field(2575, description="Port d'écoute MLLP.")
    sources: tuple[str, ...] = Field(("127.0.0.1",), description="Adresses IP ou réseaux des RIS autorisés.")
    max_message_bytes: int = Field(64 * 1024 * 1024, description="Taille maximale d'un message HL7.")
    idle_seconds: float = Field(300.0, description="Silence au bout duquel une connexion est fermée.")
    max_connections: int = Field(64, description="Connexions simultanées.")
    max_buffered_bytes: int = Field(
        256 * 1024 * 1024, description="Octets de messages inachevés gardés en mémoire, toutes connexions réunies."
    )
    workers: int = Field(4, description="Messages enregistrés en même temps.", ge=1)


class Images(Section):
    """[images] — listener of the db names (mutual TLS)."""

    host: str = Field(description="Adresse d'écoute des noms db.")
    port: int = Field(443, description="Port d'écoute des noms db.")
    buffered_objects: int = Field(4, description="Objets DICOM en mémoire par transfert.")
    idle_seconds: float = Field(60.0, description="Silence d'un pair au bout duquel un transfert est coupé.")
    max_transfers: int = Field(16, description="Transferts simultanés.")


class Pages(Section):
    """[pages] — listener of the vi names, of the console and of the consultation screens."""

    host: str = Field(description="Adresse d'écoute des pages.")
    port: int = Field(443, description="Port d'écoute des pages.")
    public_url: str = Field(description="Adresse publique des pages, sans barre finale ; sert aux retours de Pro Santé Connect.")
    secret_key: SecretFile = Field(description="Clé secrète des sessions, fichier 0600.")
    max_connections: int = Field(256, description="Connexions simultanées.")


class ListeBlanche(Section):
    """[liste_blanche] — where the list is fetched, and whom to trust."""

    urls: tuple[str, ...] = Field(description="Adresses de la Liste Blanche, dans l'ordre d'essai.", min_length=1)
    anchors: File = Field(description="Dossier des AC et CRL du signataire.")
    signers: tuple[str, ...] = Field(description="DN des signataires acceptés.", min_length=1)
    trust: File | None = Field(None, description="AC du serveur de la liste (PEM) ; par défaut celles du système.")
    poll_seconds: float = Field(3600.0, description="Délai entre deux relevés, avec une part aléatoire.", gt=0)
    max_bytes: int = Field(64 * 1024 * 1024, description="Taille maximale de la liste.")
    timeout: float = Field(20.0, description="Durée maximale d'un relevé, en secondes.")


class Psc(Section):
    """[psc] — Pro Santé Connect."""

    discovery_url: str = Field(description="Adresse du document de découverte (PSC : …/.well-known/wallet-openid-configuration).")
    issuer: str = Field(description="Émetteur attendu.")
    client_id: str = Field(description="Identifiant client.")
    client_secret: SecretFile = Field(description="Secret client, fichier 0600.")
    trust: File | None = Field(None, description="AC du serveur (PEM) ; par défaut celles du système.")
    scope: str = Field("openid scope_all", description="Périmètre demandé.")
    acr_values: str = Field("eidas1", description="Niveau d'authentification demandé.")
    timeout: float = Field(10.0, description="Durée maximale d'un échange, en secondes.")


class Dmp(Section):
    """[dmp] — the national record."""

    base_url: str = Field(description="Adresse de base des services DMP, sans barre finale.")
    auth: Certificate = Field(description="Certificat ORG AUTH_CLI de la structure.")
    sign: Certificate = Field(description="Certificat ORG SIGN de la structure (VIHF et lots de soumission).")
    trust: File | None = Field(None, description="AC du serveur DMP (PEM).")
    source_oid: str = Field(description="OID de cette instance (sourceId des lots de soumission).")
    lps_id: str = Field(description="Identifiant du LPS.")
    lps_name: str = Field("drimm", description="Nom du LPS.")
    lps_version: str = Field("0.1.0", description="Version du LPS.")
    lps_homologation: str = Field(description="Numéro d'homologation DMP du LPS.")
    digest: str = Field(
        "sha256", description="Empreinte des signatures envoyées au DMP : sha256, ou sha1 si le DMP l'exige.", pattern="^sha(1|256)$"
    )
    profession: str = Field("10", description="Profession (TRE_G15) de l'auteur d'un compte rendu qui ne la dit pas ; 10 : médecin.")
    savoir_faire: str = Field(
        "SM44", description="Savoir-faire (TRE_R01) de cet auteur quand le compte rendu ne le dit pas ; SM44 : radio-diagnostic."
    )
    timeout: float = Field(60.0, description="Silence maximal du DMP, en secondes.")


class StructureSettings(Section):
    """[structure] — the organisation that answers for this DRIMbox."""

    identifiant: str = Field(description="Identifiant national de la structure (1 + FINESS ou 3 + SIRET).")
    nom: str = Field(description="Nom de la structure.")
    secteur_activite: str = Field("SA08", description="Secteur d'activité (TRE_R02), par exemple SA08.")


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


def _known_networks(values: tuple[str, ...]) -> tuple[str, ...]:
    for value in values:
        ip_network(value)
    return values


Networks = Annotated[tuple[str, ...], AfterValidator(_known_networks)]
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
    max_kos: int = Field(200, description="KOS montrés au plus pour un patient.", ge=1)
    max_kos_bytes: int = Field(16 * 1024 * 1024, description="Taille maximale d'un KOS, en octets.", ge=1024)
    max_instance_bytes: int = Field(1 << 30, description="Taille maximale d'une instance reçue, en octets.", ge=1024)
    buffered_objects: int = Field(4, description="Objets DICOM en mémoire entre la source et le PACS.", ge=1)
    idle_seconds: float = Field(60.0, description="Silence d'une source au bout duquel un rapatriement est coupé.", gt=0)


class Delais(Section):
    """Delays between two attempts: the first, then each one longer than the last, up to a ceiling."""

    first_seconds: float = Field(30.0, description="Délai avant la première reprise, en secondes.", gt=0)
    factor: float = Field(2.0, description="Facteur entre deux délais.", ge=1)
    longest_seconds: float = Field(3600.0, description="Délai le plus long, en secondes.", gt=0)
    jitter: float = Field(0.2, description="Part aléatoire du délai, entre 0 et 1.", ge=0, le=1)


class Reprises(Section):
    """[reprises] — when what could not be done is tried again; nothing is ever given up without a person's decision."""

    images: Delais = Delais(first_seconds=60.0, longest_seconds=1800.0)
    pacs: Delais = Delais(first_seconds=15.0, longest_seconds=600.0)
    dmp: Delais = Delais(first_seconds=15.0, longest_seconds=1800.0)


class Ouvrier(Section):
    """[ouvrier] — the process that does what was put off."""

    concurrency: int = Field(8, description="Travaux menés en même temps.", ge=1)
    stop_seconds: float = Field(8.0, description="Temps laissé aux travaux en cours à l'arrêt, en secondes.", gt=0)
    poll_seconds: float = Field(2.0, description="Délai entre deux regards sur les travaux dont l'heure est venue, en secondes.", gt=0)
    stalled_seconds: float = Field(30.0, description="Silence d'un ouvrier au bout duquel ses travaux sont repris.", gt=0)


class Cles(Section):
    """[cles] — keys that protect secrets kept in the database."""

    trousseau: SecretFile = Field(description="Trousseau de clés, une ligne « id clé-base64 » par clé, la première sert à chiffrer.")


class DrimboxSettings(Settings):
    """Every setting of a DRIMbox."""

    program: ClassVar[str] = "drimbox"

    zone: str = Field("mesimagesmedicales.fr", description="Zone DNS de l'Espace de Confiance.")
    database: Database
    couples: tuple[Couple, ...] = Field(min_length=1)
    pacs: tuple[Pacs, ...] = Field(min_length=1)
    pacs_restitution: str = Field(description="Nom du PACS qui reçoit les images rapatriées.")
    tls: Tls
    reception: Reception
    images: Images
    pages: Pages
    liste_blanche: ListeBlanche
    psc: Psc
    dmp: Dmp
    structure: StructureSettings
    acheminement: Acheminement = Acheminement()
    cles: Cles
    console: Console = Console()
    conso: Conso = Conso()
    sante: Sante = Sante()
    reprises: Reprises = Reprises()
    ouvrier: Ouvrier = Ouvrier()

    @model_validator(mode="after")
    def _names_agree(self) -> Self:
        known = {pacs.name for pacs in self.pacs}
        for name in (*(couple.pacs for couple in self.couples), self.pacs_restitution):
            if name not in known:
                message = f"le PACS « {name} » n'est décrit par aucune table [[pacs]]"
                raise ValueError(message)
        return self

    def pacs_named(self, name: str) -> Pacs:
        """Return the PACS of that name (it exists: the settings were checked)."""
        return next(pacs for pacs in self.pacs if pacs.name == name)

    def couple_of(self, db: str) -> Couple | None:
        """Return the couple of a db name, or None."""
        return next((couple for couple in self.couples if couple.db == db), None)


@functools.cache
def current() -> DrimboxSettings:
    """Return the settings of this process, read once from the file that ``DRIMM_CONFIG`` names."""
    return load(DrimboxSettings)
