# SPDX-FileCopyrightText: 2026 drimm contributors
# SPDX-License-Identifier: EUPL-1.2
"""Settings of what comes in: the RIS by MLLP, the rejection notes of the PACS, what is kept of them, how identities are compared."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import AfterValidator, Field

from confiance.distinguished_name import DistinguishedName, DistinguishedNameError
from confiance.exploitation.settings import Section
from drimbox.config.files import Certificate, File
from drimbox.config.networks import Networks


def readable_names(values: tuple[str, ...]) -> tuple[str, ...]:
    """Check that these are distinguished names; the caller is a validator of settings."""
    for value in values:
        try:
            DistinguishedName.parse(value)
        except DistinguishedNameError:
            message = f"« {value} » n'est pas un nom distinctif (RFC 4514)"
            raise ValueError(message) from None
    return values


class EcouteTls(Section):
    """[reception.ecoutes.tls], [iocm.tls] — TLS: a client certificate is compulsory."""

    identite: Certificate = Field(description="Certificat de cette écoute.")
    clients: File = Field(description="Dossier des AC (et de leurs CRL) qui ont émis les certificats des clients.")
    crl: bool = Field(True, description="Exiger une CRL en cours de validité ; faux seulement si l'AC de l'établissement n'en publie pas.")


class EcouteMllp(Section):
    """[[reception.ecoutes]] — one more address where RIS are listened to."""

    host: str = Field(description="Adresse d'écoute.")
    port: int = Field(description="Port d'écoute.", ge=0, le=65535)
    tls: EcouteTls | None = None


class Ris(Section):
    """[[reception.ris]] — one RIS: how it is recognised, and which couples its reports are about."""

    name: str = Field(description="Nom du RIS dans cette configuration.", max_length=64)
    application: str = Field("", description="MSH-3 attendu (première composante) ; vide : n'importe lequel.")
    etablissement: str = Field("", description="MSH-4 attendu (première composante) ; vide : n'importe lequel.")
    sources: Networks = Field((), description="Adresses IP ou réseaux de ce RIS ; vide : ceux de reception.sources.")
    dn: Annotated[tuple[str, ...], AfterValidator(readable_names)] = Field(
        (), description="DN des certificats de ce RIS ; s'il y en a, un message reçu sans l'un d'eux est refusé."
    )
    max_message_bytes: int | None = Field(None, description="Taille maximale d'un message de ce RIS ; vide : celle de reception.", ge=1024)
    max_connections: int | None = Field(None, description="Connexions simultanées de ce RIS ; vide : celles de reception.", ge=1)
    couples: tuple[str, ...] = Field((), description="Noms db des couples dont ce RIS envoie les comptes rendus ; vide : tous.")


class Reception(Section):
    """[reception] — MLLP."""

    host: str = Field("127.0.0.1", description="Adresse d'écoute MLLP.")
    port: int = Field(2575, description="Port d'écoute MLLP.")
    ecoutes: tuple[EcouteMllp, ...] = ()
    ris: tuple[Ris, ...] = ()
    sources: tuple[str, ...] = Field(("127.0.0.1",), description="Adresses IP ou réseaux des RIS autorisés.")
    max_message_bytes: int = Field(64 * 1024 * 1024, description="Taille maximale d'un message HL7.")
    idle_seconds: float = Field(300.0, description="Silence au bout duquel une connexion est fermée.", gt=0)
    handshake_seconds: float = Field(15.0, description="Durée maximale d'une négociation TLS.", gt=0)
    max_connections: int = Field(256, description="Connexions simultanées.")
    max_buffered_bytes: int = Field(
        256 * 1024 * 1024, description="Octets de messages inachevés gardés en mémoire, toutes connexions réunies."
    )
    workers: int = Field(8, description="Messages enregistrés en même temps.", ge=1)
    retard_messages: int = Field(
        5_000, description="Messages reçus et pas encore lus au-delà desquels les acquittements sont ralentis.", ge=1
    )
    retard_seconds: float = Field(5.0, description="Attente la plus longue ajoutée à un acquittement quand le retard s'accumule.", ge=0)


class Iocm(Section):
    """[iocm] — rejection notes sent by the PACS (IHE RAD, Imaging Object Change Management)."""

    host: str = Field("127.0.0.1", description="Adresse d'écoute des notes de rejet.")
    port: int | None = Field(None, description="Port d'écoute des notes de rejet ; vide : aucune n'est reçue.")
    aet: str = Field("DRIMBOX_IOCM", description="AE Title auquel les PACS envoient leurs notes de rejet.", max_length=16)
    sources: Networks = Field(("127.0.0.1",), description="Adresses IP ou réseaux des PACS autorisés.")
    tls: EcouteTls | None = None
    max_associations: int = Field(8, description="Associations simultanées.", ge=1)
    max_instances: int = Field(20_000, description="Instances rejetées par une même note.", ge=1)
    max_note_bytes: int = Field(16 * 1024 * 1024, description="Taille maximale d'une note.", ge=1024)
    idle_seconds: float = Field(60.0, description="Silence au bout duquel une association est coupée.", gt=0)
    association_seconds: float = Field(900.0, description="Durée maximale d'une association ; le PACS en ouvre une autre.", gt=0)
    handshake_seconds: float = Field(15.0, description="Durée maximale d'une négociation TLS, puis de la demande d'association.", gt=0)


class Conservation(Section):
    """[conservation] — how long what names a patient is kept."""

    messages_jours: int = Field(
        180, description="Jours pendant lesquels le contenu d'un message traité est gardé ; il est ensuite effacé.", ge=1
    )
    pointeurs_jours: int = Field(
        180,
        description="Jours pendant lesquels pointeurs (KOS) et requêtes au DMP d'un examen réglé gardent les traits du patient.",
        ge=1,
    )


class RegleIdentite(Section):
    """[pacs.identite] — what the report and this PACS must have in common, the study apart. A contradiction always stops the exam."""

    commun: Literal["accession-ou-patient", "accession", "patient", "accession-et-patient"] = Field(
        "accession-ou-patient",
        description="Identifiants que le compte rendu et ce PACS doivent avoir en commun, outre l'examen : numéro de demande, patient.",
    )
    oid_patient: str = Field(
        "", description="OID de l'autorité des PatientID de ce PACS, quand il ne la donne pas (Issuer of Patient ID).", pattern=r"^[0-9.]*$"
    )
    avertir: tuple[Literal["prenom", "sexe"], ...] = Field(
        (), description="Traits dont la discordance avec ce PACS avertit seulement, parce qu'il les tient mal : prenom, sexe."
    )


class ControleCda(Section):
    """[controle_cda] — the report on a CDA by the official schema and schematron, which the operator fetches and installs."""

    schema_xsd: File | None = Field(
        None,
        description="Schéma CDA (CDA_extended.xsd du CI-SIS) contre lequel la console contrôle un compte rendu affiché ; vide : aucun.",
    )
    schematron: File | None = Field(
        None,
        description="Schématron du CI-SIS (IMG-CR-IMG, avec les fichiers qu'il inclut) que la console applique à un compte rendu affiché ;"
        " il ne bloque rien. Vide : aucun.",
    )
