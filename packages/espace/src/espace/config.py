# SPDX-FileCopyrightText: 2026 drimm contributors
# SPDX-License-Identifier: EUPL-1.2
"""Settings of the Espace. Descriptions are French: docs/reference is generated from them."""

from __future__ import annotations

import os
from datetime import time
from functools import cache
from ipaddress import IPv4Address, IPv6Address
from pathlib import Path
from typing import ClassVar, Literal, Self

from pydantic import AwareDatetime, Field, model_validator

from confiance.exploitation.settings import SecretFile, Section, Settings, load
from espace.calendrier.rules import Region
from espace.config_zone import Controle, File, Host, PowerDns, Rfc2136
from espace.courrier.reglages import Courrier
from espace.web.comptes.reglages import Isc


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
    session_heures: int = Field(12, gt=0, description="Durée maximale d'une session depuis sa connexion, quoi qu'on y fasse, en heures.")
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
    www: bool = Field(True, description="Publier aussi www.vi : des AC du marché y vérifient le contrôle du nom vi (DCV).")
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
    secondaires: tuple[IPv4Address | IPv6Address, ...] = Field(
        (), description="Serveurs secondaires : eux seuls reçoivent la zone du serveur embarqué (AXFR), et sont avertis de ses changements."
    )
    secondaires_port: int = Field(53, description="Port où les serveurs secondaires sont avertis d'un changement (NOTIFY).")
    adaptateur: Literal["embarque", "rfc2136", "powerdns"] = Field(
        "embarque", description="Où la zone est publiée : serveur embarqué, mises à jour dynamiques signées TSIG, ou API de PowerDNS."
    )
    rfc2136: Rfc2136 | None = Field(None, description="Serveur primaire mis à jour par RFC 2136.")
    powerdns: PowerDns | None = Field(None, description="API de PowerDNS.")
    controle: Controle = Field(Controle(), description="Ce qui est contrôlé de la zone publiée.")

    @model_validator(mode="after")
    def _adapted(self) -> Self:
        if self.adaptateur != "embarque" and getattr(self, self.adaptateur) is None:
            message = f"l'adaptateur {self.adaptateur} demande la table [zone.{self.adaptateur}]"
            raise ValueError(message)
        return self

    @model_validator(mode="after")
    def _glue(self) -> Self:
        for server in self.nameservers:
            inside = server == self.name or server.endswith(f".{self.name}")
            if inside and server not in self.addresses:
                message = f"le serveur de noms « {server} » est dans la zone : donnez son adresse dans zone.addresses"
                raise ValueError(message)
        return self


class Token(Section):
    """A key that never leaves its PKCS#11 token."""

    module: File = Field(description="Bibliothèque PKCS#11 du jeton.")
    token: str = Field(description="Nom du jeton.")
    label: str = Field(description="Nom de la clé privée dans le jeton.")
    pin: SecretFile = Field(description="Code du jeton, fichier 0600.")


class Signer(Section):
    """[liste_blanche.signer] — ORG SIGN certificate of the list; only the process signataire opens the key."""

    certificate: File = Field(description="Certificat ORG SIGN du signataire, PEM, suivi ou non de sa chaîne.")
    key: SecretFile | None = Field(None, description="Clé privée du signataire, PEM, fichier 0600 ; absente si elle est dans un jeton.")
    pkcs11: Token | None = Field(None, description="Jeton PKCS#11 qui tient la clé, à la place du fichier.")
    chain: File | None = Field(None, description="AC qui ne suivent pas déjà le certificat, de l'émettrice à la racine, PEM.")
    since: AwareDatetime | None = Field(None, description="Instant à partir duquel ce signataire signe ; absent, il a toujours signé.")
    until: AwareDatetime | None = Field(None, description="Instant à partir duquel il ne signe plus ; absent, la fin de son certificat.")

    @model_validator(mode="after")
    def _one_key(self) -> Self:
        if (self.key is None) == (self.pkcs11 is None):
            message = "donnez la clé du signataire par key ou par pkcs11, et par un seul des deux"
            raise ValueError(message)
        if self.since is not None and self.until is not None and self.until <= self.since:
            message = "until doit suivre since"
            raise ValueError(message)
        return self


class Git(Section):
    """[liste_blanche.git] — one commit for each list, pushed by the process depot."""

    folder: File = Field(description="Dépôt git nu, créé au besoin ; rien d'autre n'y écrit.")
    branch: str = Field("main", pattern="^[A-Za-z0-9][A-Za-z0-9_-]{0,60}$", description="Branche qui reçoit les listes.")
    remote: str | None = Field(
        None,
        pattern="^[^-\\s][^\\s]*$",
        description="Dépôt distant où pousser la branche (adresse ou dossier) ; absent, rien n'est poussé.",
    )
    ssh_key: SecretFile | None = Field(None, description="Clé SSH du dépôt distant, fichier 0600.")
    known_hosts: File | None = Field(None, description="Fichier known_hosts du dépôt distant ; un hôte qui n'y est pas est refusé.")
    author_name: str = Field("Liste Blanche DRIM-M", description="Nom de l'auteur des commits.")
    author_mail: str = Field("liste-blanche@invalid", description="Adresse de l'auteur des commits.")
    retry_seconds: float = Field(
        60.0, gt=0, description="Délai avant un nouvel essai quand le dépôt distant refuse ou se tait, en secondes."
    )
    timeout_seconds: float = Field(60.0, gt=0, description="Durée maximale d'une commande git, en secondes.")


class Tete(Section):
    """[liste_blanche.tete] — the companion head: keys that sign it, and how long it is good."""

    cles: dict[str, File] = Field(min_length=1, description="Clés publiques Ed25519 des têtes suivantes, PEM, par nom.")
    seuil: int = Field(2, ge=1, le=16, description="Nombre de ces clés qui doivent signer.")
    signataire: dict[str, SecretFile] = Field(
        default_factory=dict, description="Clés privées du processus signataire, PEM, fichiers 0600, par nom."
    )
    temoin: dict[str, SecretFile] = Field(
        default_factory=dict, description="Clés privées du processus temoin, PEM, fichiers 0600, par nom ; lui seul les lit."
    )
    temoin_etat: File = Field(Path("temoin.json"), description="Fichier où le témoin garde la dernière tête qu'il a signée.")
    valid_hours: float = Field(36.0, gt=0, le=168, description="Durée de validité d'une tête, en heures.")
    reissue_hours: float = Field(
        12.0, gt=0, le=24, description="Âge auquel une tête est établie de nouveau, même sans nouvelle liste, en heures."
    )

    @model_validator(mode="after")
    def _reissued_in_time(self) -> Self:
        if self.seuil > len(self.cles):
            message = "seuil dépasse le nombre de clés"
            raise ValueError(message)
        if self.reissue_hours >= self.valid_hours:
            message = "reissue_hours doit être inférieur à valid_hours"
            raise ValueError(message)
        return self


class ListeBlanche(Section):
    """[liste_blanche] — how the list is signed, re-read and published."""

    signer: Signer
    next_signers: tuple[Signer, ...] = Field((), description="Signataires suivants, annoncés dans la tête avant de signer.")
    announce_days: float = Field(30.0, ge=0, description="Délai minimal entre l'annonce d'un signataire et sa première liste, en jours.")
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
    resign_at: time = Field(
        time(4, 10), description="Heure de Paris à laquelle la liste est signée de nouveau chaque jour, même sans changement."
    )
    resign_retry_minutes: float = Field(
        15.0, gt=0, description="Délai avant un nouvel essai de la signature quotidienne refusée, en minutes."
    )
    deux_personnes: Literal["never", "removals", "always"] = Field(
        "never", description="Changements qui attendent l'approbation d'une seconde personne : aucun, les retraits, ou tous."
    )
    urgence_seule: bool = Field(True, description="Laisser une seule personne exclure une DRIMbox, même sous la règle des deux personnes.")
    removal_fraction: float = Field(0.2, gt=0, le=1, description="Part des noms qu'une liste peut retirer sans retrait massif confirmé.")
    removal_floor: int = Field(5, ge=0, description="Nombre de noms qu'une liste peut toujours retirer.")
    git: Git | None = Field(None, description="Dépôt git des listes publiées.")
    tete: Tete | None = Field(None, description="Tête qui accompagne la liste ; absente, aucune n'est publiée.")

    @property
    def signers(self) -> tuple[Signer, ...]:
        """Every signer of the settings, the first one first."""
        return (self.signer, *self.next_signers)


class Coffre(Section):
    """[coffre] — keys under which pieces and secrets are sealed in the database."""

    keys_file: SecretFile = Field(
        description="Trousseau : « identifiant clé-base64 », une ligne par clé de 32 octets, la plus récente d'abord."
    )


class Guichet(Section):
    """[guichet] — limits of what an Operateur may send."""

    piece_max_bytes: int = Field(20 * 1024 * 1024, gt=0, description="Taille maximale d'une pièce, en octets.")
    pieces_max: int = Field(12, gt=0, description="Nombre maximal de pièces d'un dossier, les remplacées comprises.")
    brouillon_jours: int = Field(60, gt=0, description="Jours au bout desquels un brouillon laissé sans suite est abandonné.")
    brouillons_max: int = Field(50, gt=0, description="Nombre maximal de brouillons ouverts par Opérateur.")
    operateur_max_bytes: int = Field(
        5 * 1024 * 1024 * 1024, gt=0, description="Taille totale des pièces conservées pour un Opérateur, en octets, brouillons compris."
    )
    modeles_va: dict[str, File] = Field(
        default_factory=dict, description="Modèles vierges du document de VA, par version ; la dernière écrite est celle à remplir."
    )
    invitations_jour: int = Field(50, gt=0, description="Invitations qu'un Opérateur peut envoyer en 24 heures.")
    invitations_adresse: int = Field(
        5, gt=0, description="Invitations qu'une même adresse peut recevoir en 24 heures, avant qu'un Opérateur ne puisse plus l'inviter."
    )
    nominations_jour: int = Field(200, gt=0, description="Administrateurs techniques qu'un Opérateur peut nommer en 24 heures.")
    nominations_adresse: int = Field(
        3, gt=0, description="Nominations d'une même adresse pour un même nom, retraits entre-temps compris, en 24 heures."
    )
    purge_jours: int = Field(
        365, gt=0, description="Jours après la fin d'un dossier au bout desquels ses pièces sont effacées ; leur empreinte reste."
    )


class Instruction(Section):
    """[instruction] — due dates, reminders, and how names are resolved for the machine checks."""

    region: Region = Field(Region.METROPOLE, description="Jours fériés suivis : ceux de la métropole, ou ceux d'une autre région.")
    instruction_jours: int = Field(10, gt=0, le=250, description="Délai que l'administrateur se donne pour répondre, en jours ouvrés.")
    complement_jours: int = Field(10, gt=0, le=250, description="Délai par défaut d'un complément demandé, en jours ouvrés.")
    va_jours: int = Field(10, gt=0, le=250, description="Délai de fourniture du document de VA, en jours ouvrés (CGI §6.3).")
    rappel_jours: int = Field(3, gt=0, le=60, description="Un rappel part ce nombre de jours ouvrés avant une échéance.")
    remediation_jours: int = Field(30, gt=0, le=1000, description="Délai de remédiation proposé pour une exclusion, en jours calendaires.")
    message_minutes: int = Field(
        10, ge=0, le=1440, description="Minutes au bout desquelles les messages d'un dossier sont annoncés par un courrier, un seul."
    )
    relance_seconds: float = Field(60.0, gt=0, le=3600, description="Délai entre deux passages sur les échéances, en secondes.")
    resolveurs: tuple[IPv4Address | IPv6Address, ...] = Field(
        (), description="Adresses des résolveurs DNS des contrôles ; vide, ceux du système."
    )
    resolveur_port: int = Field(53, gt=0, lt=65536, description="Port de ces résolveurs.")
    resolution_secondes: float = Field(3.0, gt=0, description="Durée maximale de la résolution d'un nom, en secondes.")


class Portails(Section):
    """[portails] — where Operateurs do, elsewhere, what the Espace does not do."""

    mes_habilitations: str = Field(
        "https://meshabilitations.esante.gouv.fr/login",
        pattern=r"^https://[^\s<>]+$",
        description="Adresse du portail où se nomment les administrateurs techniques.",
    )
    igc_sante: str = Field(
        "https://pfc.eservices.esante.gouv.fr/pfcng-ihm/authentication.xhtml",
        pattern=r"^https://[^\s<>]+$",
        description="Adresse de la plateforme où se commandent les certificats IGC-Santé (PFCNG).",
    )


class Attestation(Section):
    """[attestation] — the seal of the attestations de délégation; only the process signataire opens its key."""

    signer: Signer


class EspaceSettings(Settings):
    """Every setting of the Espace."""

    program: ClassVar[str] = "espace"

    administrateur: str = Field("Administrateur de l'Espace de Confiance", description="Nom de l'administrateur, affiché sur les pages.")
    database: Database
    pages: Pages
    zone: Zone
    liste_blanche: ListeBlanche
    courrier: Courrier
    attestation: Attestation | None = Field(None, description="Cachet des attestations de délégation ; absent, aucune n'est délivrée.")
    isc: Isc | None = Field(None, description="Fournisseur d'identité iSC ; absent, les comptes sont locaux, à deux facteurs.")
    coffre: Coffre | None = Field(None, description="Trousseau sous lequel les pièces sont scellées ; absent, aucune n'est reçue.")
    guichet: Guichet = Field(Guichet(), description="Limites du guichet.")
    instruction: Instruction = Field(Instruction(), description="Échéances et contrôles des dossiers.")
    portails: Portails = Field(Portails(), description="Portails de l'administration vers lesquels les pages mènent.")


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
