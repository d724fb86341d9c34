# SPDX-FileCopyrightText: 2026 drimm contributors
# SPDX-License-Identifier: EUPL-1.2
"""Settings of what is national: the DMP, Pro Santé Connect, the organisation that speaks to them."""

from __future__ import annotations

from typing import Self

from pydantic import Field, model_validator

from confiance.exploitation.settings import SecretFile, Section
from drimbox.config.files import Certificate, File


class Psc(Section):
    """[psc] — Pro Santé Connect."""

    discovery_url: str = Field(description="Adresse du document de découverte (PSC : …/.well-known/wallet-openid-configuration).")
    issuer: str = Field(description="Émetteur attendu.")
    client_id: str = Field(description="Identifiant client.")
    client_secret: SecretFile = Field(description="Secret client, fichier 0600.")
    trust: File | None = Field(None, description="AC du serveur (PEM) ; par défaut celles du système.")
    scope: str = Field("openid scope_all", description="Périmètre demandé.")
    acr_values: str = Field("eidas1", description="Niveau d'authentification demandé.")
    timeout: float = Field(10.0, description="Durée maximale d'un échange, en secondes.", gt=0)


class SituationDmp(Section):
    """[[dmp.situations]] — one organisation of the situations d'exercice, with its own certificates."""

    structures: tuple[str, ...] = Field(description="Identifiants nationaux des structures qui signent ainsi.", min_length=1)
    auth: Certificate = Field(description="Certificat ORG AUTH_CLI de ces structures.")
    sign: Certificate = Field(description="Certificat ORG SIGN de ces structures.")


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
    timeout: float = Field(60.0, description="Silence maximal du DMP, en secondes.", gt=0)
    situations: tuple[SituationDmp, ...] = Field(
        (), description="Certificats propres à certaines structures ; les autres prennent auth et sign de cette table."
    )

    @model_validator(mode="after")
    def _one_situation_each(self) -> Self:
        named = [identifiant for situation in self.situations for identifiant in situation.structures]
        twice = sorted({identifiant for identifiant in named if named.count(identifiant) > 1})
        if twice:
            message = f"structure nommée par deux situations d'exercice : {', '.join(twice)}"
            raise ValueError(message)
        return self

    def of_structure(self, identifiant: str) -> Dmp:
        """Return these settings with the certificates of a structure: each one speaks to the DMP under its own."""
        own = next((situation for situation in self.situations if identifiant in situation.structures), None)
        return self if own is None else self.model_copy(update={"auth": own.auth, "sign": own.sign})


class StructureSettings(Section):
    """[structure] — the organisation that answers for this DRIMbox."""

    identifiant: str = Field(description="Identifiant national de la structure (1 + FINESS ou 3 + SIRET).")
    nom: str = Field(description="Nom de la structure.")
    secteur_activite: str = Field("SA08", description="Secteur d'activité (TRE_R02), par exemple SA08.")
