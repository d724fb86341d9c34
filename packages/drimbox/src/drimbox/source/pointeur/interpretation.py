# SPDX-FileCopyrightText: 2026 drimm contributors
# SPDX-License-Identifier: EUPL-1.2
"""From a kept message to what it asks of each exam. Nothing is looked up here, nothing is written."""

from __future__ import annotations

from uuid import UUID

from drimbox.source.compte_rendu.model import ExamenDecrit
from drimbox.source.compte_rendu.rules import verify_message
from drimbox.source.pointeur.errors import IdentiteDiscordante
from drimbox.source.pointeur.evenements import Annuler, Depublier, Evenement, Publier, Remplacer, Reperes
from drimbox.source.pointeur.rapport import Rapport, read_rapport
from drimbox.source.reception.annulation import Annulation, read_annulation
from drimbox.source.reception.message import Intention
from drimbox.source.reception.reader import check_header, read_header
from drimbox.source.reception.segments import parse


def interpret(message_id: UUID, body: bytes) -> tuple[Evenement, ...]:
    """Return what a kept message asks: one event per study, in the order of the report; none for a request that cancels nothing.

    Args:
        message_id: of the message.
        body: its bytes (drimbox.source.reception.corps.body_of).

    Raises:
        MessageRefuse: the message is refused by the rules of today.
        CompteRenduIllisible: its report is.
        IdentiteDiscordante: a removal whose message and report speak of two patients.
    """
    message = parse(body)
    en_tete = read_header(message)
    check_header(en_tete)
    if en_tete.message_type == "OMI":
        return _of_annulation(message_id, read_annulation(message))
    rapport = read_rapport(body)
    if rapport.message.intention is Intention.SUPPRESSION:
        return _of_suppression(message_id, rapport)
    return tuple(_of_publication(message_id, rapport, examen) for examen in rapport.compte_rendu.examens)


def _of_annulation(message_id: UUID, annulation: Annulation) -> tuple[Evenement, ...]:
    return tuple(
        Annuler(
            message_id,
            Reperes(study_uid=demande.study_uid, accession=demande.accession, order=demande.order),
            patient=annulation.patient,
        )
        for demande in annulation.demandes
    )


def _of_suppression(message_id: UUID, rapport: Rapport) -> tuple[Evenement, ...]:
    # a publication is compared with the PACS before anything leaves; a removal has only the message and its report to compare
    decision = verify_message(rapport.compte_rendu, rapport.message.patient)
    if not decision.accepted:
        raise IdentiteDiscordante(decision)
    documents = _documents(rapport.message.document_id, rapport.compte_rendu.identifiant, rapport.compte_rendu.jumeau)
    return tuple(Depublier(message_id, _reperes(rapport, examen, documents)) for examen in rapport.compte_rendu.examens)


def _of_publication(message_id: UUID, rapport: Rapport, examen: ExamenDecrit) -> Evenement:
    explicite = rapport.message.intention is Intention.REMPLACEMENT
    replaced = _documents(rapport.message.remplace, *rapport.compte_rendu.remplace)
    reperes = _reperes(rapport, examen, replaced)
    if explicite or replaced:
        return Remplacer(message_id, rapport, examen, reperes, explicite=explicite)
    return Publier(message_id, rapport, examen, reperes)


def _documents(*identifiants: str | None) -> tuple[str, ...]:
    return tuple(dict.fromkeys(identifiant for identifiant in identifiants if identifiant))


def _reperes(rapport: Rapport, examen: ExamenDecrit, documents: tuple[str, ...]) -> Reperes:
    return Reperes(
        study_uid=examen.study_instance_uid,
        documents=documents,
        accession=examen.accession,
        order=examen.order,
        set_id=rapport.compte_rendu.set_id,
    )
