# SPDX-FileCopyrightText: 2026 drimm contributors
# SPDX-License-Identifier: EUPL-1.2
"""Settings of a local PACS: how it is called, and by which way its images come."""

from __future__ import annotations

from typing import Annotated, Literal, Self

from pydantic import AfterValidator, Field, model_validator

from confiance.exploitation.settings import SecretFile, Section
from drimbox.config.files import Certificate, File
from drimbox.config.networks import Networks
from drimbox.config.reception import EcouteTls, RegleIdentite, readable_names

_EVERYWHERE = frozenset({"", "0.0.0.0", "::"})  # noqa: S104 - addresses to be recognised, not to listen at


class PacsTls(Section):
    """[pacs.tls] — DIMSE over TLS (DICOM PS3.15 annex B)."""

    trust: File = Field(description="AC du PACS (PEM).")
    identity: Certificate | None = None
    server_name: str | None = Field(None, description="Nom attendu dans le certificat du PACS ; par défaut son hôte.")


class PacsMove(Section):
    """[pacs.move] — where this PACS sends what C-MOVE asks; declared in it as a destination."""

    aet: str = Field(description="AE Title de destination, tel que le PACS le connaît.", max_length=16)
    host: str = Field("127.0.0.1", description="Adresse d'écoute des images envoyées par le PACS.")
    port: int = Field(11113, description="Port d'écoute des images envoyées par le PACS.")
    sources: tuple[str, ...] = Field((), description="Adresses IP d'où ce PACS envoie, en plus de celles de son hôte.")
    max_connections: int = Field(8, description="Connexions simultanées de ce PACS.", ge=1)
    source_aet: str = Field("", description="AE Title avec lequel ce PACS envoie ses images ; vide : le sien.", max_length=16)
    tls: EcouteTls | None = None
    dn: Annotated[tuple[str, ...], AfterValidator(readable_names)] = Field(
        (),
        description="DN des certificats avec lesquels ce PACS envoie (écoute en TLS) ; vide : tout certificat de ses AC.",
    )

    def meets(self, other: PacsMove) -> bool:
        """Tell whether what is sent here could arrive at another listener."""
        return self.port == other.port and (self.host == other.host or bool({self.host, other.host} & _EVERYWHERE))


class PacsNotes(Section):
    """[pacs.notes] — how this PACS is recognised when it sends rejection notes (IOCM): by its AE Title, its address, its certificate."""

    aet: str = Field("", description="AE Title avec lequel ce PACS envoie ses notes de rejet ; vide : le sien.", max_length=16)
    sources: Networks = Field((), description="Adresses IP ou réseaux d'où ce PACS envoie ses notes ; vide : les adresses de son hôte.")
    dn: Annotated[tuple[str, ...], AfterValidator(readable_names)] = Field(
        (), description="DN des certificats de ce PACS ; s'il y en a, une association sans l'un d'eux est refusée."
    )


class PacsDicomweb(Section):
    """[pacs.dicomweb] — the DICOMweb door of this PACS."""

    url: str = Field(description="Adresse de base DICOMweb du PACS, sans barre finale.", pattern="^https?://")
    trust: File | None = Field(None, description="AC du PACS (PEM) ; par défaut celles du système.")
    basic: SecretFile | None = Field(None, description="Fichier 0600 « identifiant:mot de passe » (authentification Basic).")
    bearer: SecretFile | None = Field(None, description="Fichier 0600 d'un jeton (authentification Bearer).")
    identity: Certificate | None = None

    @model_validator(mode="after")
    def _one_way_in(self) -> Self:
        if self.basic and self.bearer:
            message = "basic et bearer ne vont pas ensemble"
            raise ValueError(message)
        return self


class Pacs(Section):
    """[[pacs]] — a local PACS."""

    name: str = Field(description="Nom du PACS dans cette configuration.")
    host: str = Field(description="Hôte du PACS.")
    port: int = Field(11112, description="Port DICOM du PACS.")
    aet: str = Field(description="AE Title du PACS.", max_length=16)
    calling_aet: str = Field("DRIMBOX", description="AE Title de la DRIMbox.", max_length=16)
    timeout: float = Field(30.0, description="Silence maximal du PACS, en secondes.", gt=0, le=3600)
    image_seconds: float = Field(
        300.0,
        description="Durée pendant laquelle le PACS peut dire qu'il prépare une image sans en envoyer un octet, en secondes ; "
        "timeout s'il est plus long.",
        gt=0,
        le=86_400,
    )
    max_associations: int = Field(
        4,
        description="Associations simultanées vers ce PACS ; un même pair n'en occupe jamais la dernière, sauf s'il n'y en a qu'une.",
        ge=1,
    )
    idle_seconds: float = Field(20.0, description="Durée pendant laquelle une association sans usage est gardée, en secondes.", ge=0)
    recuperation: Literal["c-get", "c-move", "dicomweb"] = Field(
        "c-get", description="Manière de récupérer les images : c-get, c-move ou dicomweb."
    )
    questions: Literal["c-find", "qido"] = Field("c-find", description="Manière d'interroger ce PACS : c-find, ou qido (DICOMweb).")
    identite: RegleIdentite = RegleIdentite()
    tls: PacsTls | None = None
    move: PacsMove | None = None
    dicomweb: PacsDicomweb | None = None
    notes: PacsNotes = PacsNotes()

    @model_validator(mode="after")
    def _is_believed_as_long_as_it_may_be_silent(self) -> Self:
        if "image_seconds" not in self.model_fields_set:
            self.__dict__["image_seconds"] = max(self.image_seconds, self.timeout)  # frozen once made
        return self

    @model_validator(mode="after")
    def _way_is_described(self) -> Self:
        if (self.recuperation == "c-move" and self.move is None) or (self.recuperation == "dicomweb" and self.dicomweb is None):
            message = f"recuperation = « {self.recuperation} » demande la table correspondante de ce PACS"
            raise ValueError(message)
        if self.questions == "qido" and self.dicomweb is None:
            message = "questions = « qido » demande la table dicomweb de ce PACS"
            raise ValueError(message)
        return self
