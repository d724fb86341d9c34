# SPDX-FileCopyrightText: 2026 drimm contributors
# SPDX-License-Identifier: EUPL-1.2
"""Settings of the pull of the Liste Blanche."""

from __future__ import annotations

from typing import Self

from pydantic import Field, model_validator

from confiance.exploitation.settings import Section
from drimbox.config.files import File


class ListeBlanche(Section):
    """[liste_blanche] — where the list is fetched, and whom to trust."""

    urls: tuple[str, ...] = Field(description="Adresses de la Liste Blanche, dans l'ordre d'essai.", min_length=1)
    anchors: File = Field(description="Dossier des AC et CRL du signataire.")
    signers: tuple[str, ...] = Field(description="DN des signataires acceptés.", min_length=1)
    trust: File | None = Field(None, description="AC du serveur de la liste (PEM) ; par défaut celles du système.")
    poll_seconds: float = Field(3600.0, description="Délai entre deux relevés, avec une part aléatoire.", gt=0)
    max_bytes: int = Field(64 * 1024 * 1024, description="Taille maximale de la liste.")
    timeout: float = Field(20.0, description="Durée maximale d'un relevé à une adresse, en secondes.", gt=0)
    idle_seconds: float = Field(10.0, description="Silence d'une adresse au bout duquel elle est quittée, en secondes.", gt=0)
    crl_urls: tuple[str, ...] = Field((), description="Adresses des CRL relevées avec la liste ; s'ajoutent à celles des dossiers d'AC.")
    max_crl_bytes: int = Field(32 * 1024 * 1024, description="Taille maximale d'une CRL.")
    tete_cles: dict[str, File] = Field(
        default_factory=dict, description="Clés de la tête : identifiant → clé publique Ed25519 (PEM). Vide : aucune tête n'est lue."
    )
    tete_seuil: int = Field(2, description="Nombre de signatures qu'une tête doit porter.", ge=1)
    tete_urls: tuple[str, ...] = Field(
        (), description="Adresses de la tête, dans l'ordre de urls ; par défaut « tete.json » à côté de chaque liste."
    )

    @model_validator(mode="after")
    def _head_agrees(self) -> Self:
        if self.tete_cles and len(self.tete_cles) < self.tete_seuil:
            message = "tete_cles nomme moins de clés que tete_seuil n'en demande : aucune tête ne pourrait être crue"
            raise ValueError(message)
        if self.tete_urls and len(self.tete_urls) != len(self.urls):
            message = "tete_urls doit avoir autant d'adresses que urls"
            raise ValueError(message)
        return self
