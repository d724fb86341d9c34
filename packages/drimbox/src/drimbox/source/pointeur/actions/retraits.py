# SPDX-FileCopyrightText: 2026 drimm contributors
# SPDX-License-Identifier: EUPL-1.2
"""Which exam a removal or a cancellation speaks of, and its withdrawal; inside the caller's transaction."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from django.db.models import Q

from drimbox.socle.journal.actions import record
from drimbox.source.compte_rendu.errors import CompteRenduIllisible
from drimbox.source.compte_rendu.model import CompteRendu
from drimbox.source.compte_rendu.rules import verify_cancellation
from drimbox.source.pointeur.actions.emetteurs import check_sender, speaks_of
from drimbox.source.pointeur.actions.retrait import withdraw
from drimbox.source.pointeur.errors import ExamenIntrouvable, IdentiteDiscordante, ReperesDiscordants
from drimbox.source.pointeur.evenements import Annuler, Depublier, Reperes
from drimbox.source.pointeur.models import Examen, Kos
from drimbox.source.pointeur.rapport import read_rapport
from drimbox.source.reception.corps import body_of
from drimbox.source.reception.errors import CorpsEfface, MessageRefuse

MOST = 20
"""Exams looked at under one accession number: as many RIS may have given it."""


def depublish(evenement: Depublier, now: datetime) -> None:
    """Withdraw the exam of a report.

    Raises:
        ExamenIntrouvable: no exam is known under that study and that report.
        AutreEmetteur: another RIS reported it.
    """
    reperes = evenement.reperes
    found = _locked(Q(study_instance_uid=reperes.study_uid) if reperes.study_uid else Q(compte_rendu__in=reperes.documents))
    # two identifiers must name it, so that a removal gone astray takes nobody else's exam out
    named = [examen for examen in found if not reperes.documents or examen.compte_rendu in reperes.documents]
    if len(named) != 1:
        raise ExamenIntrouvable
    check_sender(named[0], evenement.message_id)
    withdraw(named[0], evenement.motif, now, message_id=evenement.message_id)


def cancel(evenement: Annuler, now: datetime) -> None:
    """Withdraw the exam of a cancelled request; one that is not known here was never published, and nothing is to be done.

    Raises:
        ReperesDiscordants: the study and the accession number are not of one exam.
        AutreEmetteur: another RIS reported the study that the message names.
        IdentiteDiscordante: the message speaks of another patient.
    """
    examen = _cancelled(evenement.reperes, evenement.message_id)
    if examen is None:
        record("source:annulation:needless", at=now, message_id=evenement.message_id)
        return
    check_sender(examen, evenement.message_id)
    _check_patient(examen, evenement)
    withdraw(examen, evenement.motif, now, message_id=evenement.message_id)


def _check_patient(examen: Examen, evenement: Annuler) -> None:
    compte_rendu = _report_of(examen)
    if evenement.patient is None or compte_rendu is None:
        return
    decision = verify_cancellation(compte_rendu, evenement.patient)
    if not decision.accepted:
        raise IdentiteDiscordante(decision)


def _cancelled(reperes: Reperes, message_id: UUID) -> Examen | None:
    accession = reperes.accession.value if reperes.accession else ""
    if not reperes.study_uid and not accession:
        return None
    if not reperes.study_uid:
        # a number of another RIS is another number
        found = [examen for examen in _locked(Q(kos__accession=accession) | Q(accession=accession)) if speaks_of(examen, message_id)]
        if len(found) > 1:
            raise ReperesDiscordants  # the same number under two authorities: only a person can tell
        return found[0] if found else None
    examen = next(iter(_locked(Q(study_instance_uid=reperes.study_uid))), None)
    if examen is not None and accession and accession not in _accessions_of(examen):
        raise ReperesDiscordants
    return examen


def _locked(condition: Q) -> list[Examen]:
    found = Examen.objects.filter(condition).values_list("pk", flat=True).distinct()[:MOST]
    return list(Examen.objects.select_for_update(of=("self",)).filter(pk__in=list(found)).order_by("pk"))


def _accessions_of(examen: Examen) -> frozenset[str]:
    kept = frozenset(Kos.objects.filter(examen=examen).exclude(accession="").values_list("accession", flat=True))
    if kept:
        return kept
    compte_rendu = _report_of(examen)
    demandes = () if compte_rendu is None else compte_rendu.demandes
    return frozenset(number.value for _, number in demandes if number is not None)


def _report_of(examen: Examen) -> CompteRendu | None:
    try:
        return read_rapport(body_of(examen.message)).compte_rendu
    except (MessageRefuse, CompteRenduIllisible, CorpsEfface):
        return None  # erased, or refused by the rules of today: nothing can be compared
