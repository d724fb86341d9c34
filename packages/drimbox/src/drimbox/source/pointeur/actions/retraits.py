# SPDX-FileCopyrightText: 2026 drimm contributors
# SPDX-License-Identifier: EUPL-1.2
"""Which exam a removal or a cancellation speaks of, and its withdrawal; inside the caller's transaction."""

from __future__ import annotations

from datetime import datetime

from django.db.models import Q

from drimbox.socle.journal.actions import record
from drimbox.socle.personnes import Identifiant
from drimbox.source.compte_rendu.model import CompteRendu
from drimbox.source.compte_rendu.rules import verify_identified, verify_patient
from drimbox.source.pointeur.actions.emetteurs import check_sender, speaks_of
from drimbox.source.pointeur.actions.retrait import withdraw
from drimbox.source.pointeur.actions.succession import followed
from drimbox.source.pointeur.errors import AnnulationSansPatient, ExamenIntrouvable, IdentiteDiscordante, ReperesDiscordants
from drimbox.source.pointeur.evenements import Annuler, Depublier
from drimbox.source.pointeur.models import Examen, Kos

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
        IdentiteDiscordante: the message speaks of another patient, or has no identifier of this one where only a number names the exam.
        AnnulationSansPatient: only a number names the exam, and there is no patient to compare.
    """
    examen = _cancelled(evenement)
    if examen is None:
        record("source:annulation:needless", at=now, message_id=evenement.message_id)
        return
    check_sender(examen, evenement.message_id)
    _check_patient(examen, evenement)
    withdraw(examen, evenement.motif, now, message_id=evenement.message_id)


def _check_patient(examen: Examen, evenement: Annuler) -> None:
    by_number_alone = not evenement.reperes.study_uid
    compte_rendu = _report_of(examen)
    if evenement.patient is None or compte_rendu is None:
        if by_number_alone:
            raise AnnulationSansPatient
        return
    decision = (verify_identified if by_number_alone else verify_patient)(compte_rendu, evenement.patient)
    if not decision.accepted:
        raise IdentiteDiscordante(decision)


def _cancelled(evenement: Annuler) -> Examen | None:
    study_uid, accession = evenement.reperes.study_uid, evenement.reperes.accession
    if study_uid:
        examen = next(iter(_locked(Q(study_instance_uid=study_uid))), None)
        if examen is not None and accession is not None and not _bears(examen, accession):
            raise ReperesDiscordants
        return examen
    if accession is None:
        return None
    # a number of another RIS is another number; one that this RIS gave under another authority is for a person
    known = _locked(Q(kos__accession=accession.value) | Q(accession=accession.value))
    candidates = [examen for examen in known if speaks_of(examen, evenement.message_id)]
    found = [examen for examen in candidates if _bears(examen, accession)]
    if len(found) > 1 or (candidates and not found):
        raise ReperesDiscordants
    return found[0] if found else None


def _bears(examen: Examen, accession: Identifiant) -> bool:
    """Tell whether an exam has this accession number, or had it, of this authority when both sides name one."""
    of_kos = Kos.objects.filter(examen=examen).values_list("accession", flat=True)
    kept = frozenset((*of_kos, examen.accession)) - {""}
    compte_rendu = _report_of(examen)
    told = [number for _, number in compte_rendu.demandes if number is not None] if compte_rendu else []
    authorities = {number.oid for number in told if number.value == accession.value} - {""}
    if accession.oid and authorities and accession.oid not in authorities:
        return False
    return accession.value in (kept or {number.value for number in told})


def _locked(condition: Q) -> list[Examen]:
    found = Examen.objects.filter(condition).values_list("pk", flat=True).distinct()[:MOST]
    return list(Examen.objects.select_for_update(of=("self",)).filter(pk__in=list(found)).order_by("pk"))


def _report_of(examen: Examen) -> CompteRendu | None:
    rapport = followed(examen)
    return None if rapport is None else rapport.compte_rendu
