# SPDX-FileCopyrightText: 2026 drimm contributors
# SPDX-License-Identifier: EUPL-1.2
"""Settings of the room. Descriptions are French: docs/reference is generated from them."""

from __future__ import annotations

import ipaddress
from pathlib import Path
from typing import Annotated, Literal, Self

from pydantic import AfterValidator, Field, model_validator

from confiance.exploitation.settings import SecretFile, Section
from espace.acteurs.rules import DeclarationRefusee, check_mail


def _address(text: str) -> str:
    try:
        return check_mail("adresse", text)
    except DeclarationRefusee as error:
        raise ValueError(error.message) from None


Adresse = Annotated[str, AfterValidator(_address)]


class Courrier(Section):
    """[courrier] — how mails leave, and where the agents read theirs."""

    host: str = Field(description="Serveur de messagerie qui prend les courriers à envoyer.")
    port: int = Field(587, gt=0, lt=65536, description="Port du serveur de messagerie.")
    tls: Literal["starttls", "tls", "none"] = Field(
        "starttls", description="Chiffrement : starttls (port 587), tls (port 465), ou none, accepté vers cette machine seulement."
    )
    ca: Annotated[Path, AfterValidator(lambda path: path.expanduser().absolute())] | None = Field(
        None, description="AC du serveur de messagerie, PEM ; absent, celles du système."
    )
    user: str | None = Field(None, description="Identifiant auprès du serveur de messagerie.")
    password: SecretFile | None = Field(None, description="Mot de passe auprès du serveur de messagerie, fichier 0600.")
    sender: Adresse = Field(description="Adresse d'expédition des courriers.")
    agents: Adresse = Field(description="Boîte partagée des agents de l'administrateur : une copie de chaque dépôt y est envoyée.")
    retours: Adresse | None = Field(
        None,
        description="Boîte des avis de remise ; chaque courrier y a sa propre adresse, boîte+marque@domaine. Absente, sender.",
    )
    helo: str | None = Field(None, description="Nom par lequel l'Espace se présente ; par défaut le nom de la machine.")
    timeout_seconds: float = Field(30.0, gt=0, description="Attente maximale de chaque réponse du serveur de messagerie, en secondes.")
    batch: int = Field(50, gt=0, le=1000, description="Courriers envoyés par connexion.")
    first_retry_seconds: float = Field(60.0, gt=0, description="Délai avant le deuxième essai ; il double à chaque essai, en secondes.")
    longest_retry_seconds: float = Field(3600.0, gt=0, description="Délai maximal entre deux essais, en secondes.")
    give_up_days: float = Field(5.0, gt=0, description="Âge auquel un courrier que le serveur ne prend pas est mis en échec, en jours.")
    poll_seconds: float = Field(5.0, gt=0, description="Délai maximal avant qu'un courrier à envoyer soit vu, en secondes.")

    @model_validator(mode="after")
    def _kept_from_eavesdroppers(self) -> Self:
        if self.tls == "none" and not _is_this_machine(self.host):
            message = "tls = none n'est accepté que vers cette machine (127.0.0.1, ::1 ou localhost)"
            raise ValueError(message)
        if (self.user is None) != (self.password is None):
            message = "donnez user et password ensemble, ou aucun des deux"
            raise ValueError(message)
        if self.longest_retry_seconds < self.first_retry_seconds:
            message = "longest_retry_seconds doit dépasser first_retry_seconds"
            raise ValueError(message)
        return self

    @property
    def enveloppe(self) -> str:
        """Box that hears of what could not be delivered."""
        return self.retours or self.sender


def _is_this_machine(host: str) -> bool:
    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False
