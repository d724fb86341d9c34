# SPDX-FileCopyrightText: 2026 drimm contributors
# SPDX-License-Identifier: EUPL-1.2
"""One ITI-41 request, from a KOS to the exact HTTP body; and its renewal when it waited longer than its assertion lives."""

from __future__ import annotations

import uuid
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from drimbox.config import Dmp
from drimbox.socle.dmp.errors import DepotIncomplet, ProfessionInconnue
from drimbox.socle.dmp.metadata import DOCUMENT_KOS, DOCUMENT_SIGNATURE, Soumission, build_objects, prepare
from drimbox.socle.dmp.model import ContexteVihf, KosADeposer, LimitesDmp, ModeVihf, RequeteDepot
from drimbox.socle.dmp.mtom import Part, parse_content_type, read_multipart, write_multipart
from drimbox.socle.dmp.repository import write_deposit
from drimbox.socle.dmp.signataire import Signataire
from drimbox.socle.dmp.signature import DocumentSigne, build_signature
from drimbox.socle.dmp.soap import Enveloppe, read_own
from drimbox.socle.dmp.vihf import Logiciel, build_vihf, expires_at, renew_vihf, with_roles
from drimbox.socle.dmp.vocabulary import ACTION_DEPOT, ACTION_MISE_A_JOUR

SERVICE_OF: Final = {ACTION_DEPOT: "repository", ACTION_MISE_A_JOUR: "registry"}
"""Which service takes which of the actions that write."""


@dataclass(frozen=True, slots=True)
class Expediteur:
    """Who submits: signature, software, source, address of the services, bounds, roles of an author whose report tells none."""

    signataire: Signataire
    logiciel: Logiciel
    source_oid: str
    base_url: str
    limits: LimitesDmp
    profession: str = "10"
    savoir_faire: str = "SM44"

    @classmethod
    def load(cls, settings: Dmp, limits: LimitesDmp) -> Expediteur:
        """Read it from the settings.

        Raises:
            SignataireInvalide: the ORG SIGN certificate cannot be used.
        """
        signataire = Signataire.load(settings.sign, settings.digest)
        return cls(
            signataire=signataire,
            logiciel=Logiciel.of(settings),
            source_oid=settings.source_oid,
            base_url=settings.base_url,
            limits=limits,
            profession=settings.profession,
            savoir_faire=settings.savoir_faire,
        )

    def address(self, action: str) -> str:
        """Return the address of the service that takes an action."""
        return f"{self.base_url}/{SERVICE_OF[action]}"


def build_deposit(kos: KosADeposer, expediteur: Expediteur, now: datetime, *, remplace: str | None = None) -> RequeteDepot:
    """Build the request that deposits a KOS.

    Args:
        kos: what is deposited.
        expediteur: who submits.
        now: aware instant of submission.
        remplace: entryUUID of the document that it takes the place of (TD 2.2), or None.

    Raises:
        DepotIncomplet: a value that the DMP requires is missing.
    """
    soumission = prepare(kos, expediteur.logiciel, expediteur.source_oid)
    assertion = _vihf(soumission, expediteur, now)
    documents = [DocumentSigne(kos.sop_instance_uid, kos.contenu)]
    signature = build_signature(soumission.unique_id, documents, expediteur.signataire, now)
    attachments = [
        Part(f"kos.{uuid.uuid4().hex}", "application/octet-stream", kos.contenu),
        Part(f"signature.{uuid.uuid4().hex}", "application/octet-stream", signature.contenu),
    ]
    identifiers = (DOCUMENT_KOS, DOCUMENT_SIGNATURE)
    included = [(identifier, part.content_id) for identifier, part in zip(identifiers, attachments, strict=True)]
    body = write_deposit(build_objects(soumission, signature, now, remplace), included)
    envelope = Enveloppe(ACTION_DEPOT, expediteur.address(ACTION_DEPOT), f"urn:uuid:{uuid.uuid4()}", assertion, body)
    content_type, message = write_multipart(envelope.write(), ACTION_DEPOT, attachments)
    return RequeteDepot(content_type, ACTION_DEPOT, message)


def renew_deposit(requete: RequeteDepot, expediteur: Expediteur, now: datetime) -> RequeteDepot:
    """Give a kept request a new assertion, message id and address; documents, metadata and uniqueIds stay byte for byte.

    Raises:
        DmpReponseInvalide: the request is not one of ours.
    """
    old = envelope_of(requete, expediteur.limits)
    assertion = renew_vihf(old.assertion, expediteur.signataire, now, expediteur.limits)
    to = expediteur.address(requete.action)
    envelope = Enveloppe(old.action, to, f"urn:uuid:{uuid.uuid4()}", assertion, old.body).write()
    if not _is_multipart(requete):
        return RequeteDepot(requete.content_type, requete.action, envelope)
    message = read_multipart(requete.content_type, requete.body, expediteur.limits)
    attachments = [part for part in message.parts.values() if part is not message.root]
    content_type, body = write_multipart(envelope, requete.action, attachments)
    return RequeteDepot(content_type, requete.action, body)


def envelope_of(requete: RequeteDepot, limits: LimitesDmp) -> Enveloppe:
    """Return the envelope of a kept request.

    Raises:
        DmpReponseInvalide: the request is not one of ours.
    """
    if not _is_multipart(requete):
        return read_own(requete.body, limits)
    return read_own(read_multipart(requete.content_type, requete.body, limits).root.content, limits)


def is_expired(requete: RequeteDepot, limits: LimitesDmp, now: datetime) -> bool:
    """Tell whether the assertion of a kept request is too old to be sent (or will be before the DMP reads it).

    Raises:
        DmpReponseInvalide: the request is not one of ours.
    """
    return expires_at(envelope_of(requete, limits).assertion) - limits.clock_skew <= now


def _is_multipart(requete: RequeteDepot) -> bool:
    return parse_content_type(requete.content_type)[0] == "multipart/related"


def _vihf(soumission: Soumission, expediteur: Expediteur, now: datetime) -> bytes:
    # the author comes first: a CDA tells the profession of the author, seldom that of the authenticator
    told = soumission.kos.auteur or soumission.responsable
    contexte = ContexteVihf(
        mode=ModeVihf.INDIRECTE,
        professionnel=with_roles(told, expediteur.profession, expediteur.savoir_faire),
        structure=soumission.structure,
        secteur_activite=soumission.secteur_activite,
        patient_ins=soumission.patient_ins,
    )
    try:
        return build_vihf(contexte, expediteur.logiciel, expediteur.signataire, now, expediteur.limits)
    except ProfessionInconnue:
        raise DepotIncomplet(["le savoir-faire de l'auteur"]) from None
