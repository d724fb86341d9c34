# SPDX-FileCopyrightText: 2026 drimm contributors
# SPDX-License-Identifier: EUPL-1.2
"""What is written about exams and pointers: one verb, one transaction."""

from __future__ import annotations

import random
from datetime import datetime
from uuid import UUID

from django.conf import settings
from django.db import transaction

from confiance.errors import DrimmError
from drimbox.config import Delais
from drimbox.socle.jobs.actions import QUEUE_SOURCE, defer
from drimbox.socle.jobs.redoable import redoable
from drimbox.socle.jobs.rules import next_attempt
from drimbox.socle.journal.actions import new_trace, record, together
from drimbox.source.admission.errors import AutrePatient
from drimbox.source.depot_dmp import actions as depots
from drimbox.source.depot_dmp.queries import last_deposit
from drimbox.source.depot_dmp.soumission import ignored
from drimbox.source.depot_dmp.states import UNANSWERED
from drimbox.source.pointeur.actions import rapports, rejets, retraits
from drimbox.source.pointeur.actions.rapports import POINTER
from drimbox.source.pointeur.errors import IdentiteDiscordante, TransitionInterdite
from drimbox.source.pointeur.evenements import Annuler, Depublier, Evenement, Publier, Rejeter, Remplacer
from drimbox.source.pointeur.kos_construit import KosConstruit
from drimbox.source.pointeur.models import Examen, Kos
from drimbox.source.pointeur.pointeurs import end, keep_kos
from drimbox.source.pointeur.queries import CONTENU
from drimbox.source.pointeur.states import WAITING, EtatExamen, EtatKos
from drimbox.source.pointeur.suivi import locked, move

__all__ = ["POINTER", "appliquer", "close_images", "postpone", "publish", "retry", "stop"]


@transaction.atomic
def appliquer(evenement: Evenement, now: datetime) -> None:
    """Do what the outside asks of one exam. The same event again has no second effect.

    Args:
        evenement: what is asked, as drimbox.source.pointeur.evenements tells it.
        now: aware.

    Raises:
        ExamenIntrouvable: a replacement or a removal of what is not known here.
        ExamenDejaPublie: another report of a published exam, which does not say that it replaces the first.
        ReperesDiscordants: a cancellation whose study and accession number are not of one exam.
        AutreEmetteur: another RIS reported this exam.
        AutrePacs: a rejection by a PACS from which the images are not shared.
        IdentiteDiscordante: a cancellation whose patient is not the one of the exam.
    """
    match evenement:
        case Publier():
            rapports.publish(evenement, now)
        case Remplacer():
            rapports.replace(evenement, now)
        case Depublier():
            retraits.depublish(evenement, now)
        case Annuler():
            retraits.cancel(evenement, now)
        case Rejeter():
            rejets.reject(evenement, now)


def publish(construit: KosConstruit, now: datetime) -> None:
    """Keep a KOS and its deposit together, or neither; and what is odd in the exam and stops nothing.

    Raises:
        DepotIncomplet: the report lacks what the DMP requires; nothing is kept.
    """
    depot = construit.rapport.message.depot_demande
    requete = depots.prepare(construit) if depot else None
    with redoable(), together():
        examen = locked(construit.examen_id)
        # another worker did it, or another report or visibility came while we were asking the PACS: their own job will do it
        asked = (construit.rapport.sha256, construit.visibilite)
        if examen.state not in WAITING or (examen.compte_rendu_sha256, examen.visibilite) != asked:
            return
        replaces = _make_room(examen, now)
        for code in construit.avertissements:
            record("source:examen:warned", code=code, at=now, examen_id=examen.id)
        kos = keep_kos(examen, construit, now, state=EtatKos.EN_ATTENTE if replaces else EtatKos.EN_VIGUEUR)
        if requete is None:
            move(examen, EtatExamen.SANS_DEPOT, now, event="source:examen:kept", columns=("db",), kos_id=kos.id)
            return
        move(examen, EtatExamen.EN_DEPOT, now, event="source:examen:pointed", columns=("db",), kos_id=kos.id)
        depots.queue(kos, requete, now, remplace=replaces)
        for code in ignored(construit.rapport):
            record("source:drapeau:ignored", at=now, code=code, examen_id=examen.id, kos_id=kos.id)


@transaction.atomic
def postpone(examen_id: UUID, error: DrimmError, now: datetime) -> None:
    """Try again later: the images are not there yet, or a PACS does not answer."""
    examen = locked(examen_id)
    if examen.state not in WAITING:
        return
    state, delais = _patience(error)
    examen.attempts += 1
    at = next_attempt(delais, examen.attempts, now, random.random())  # noqa: S311 - spreads attempts, protects nothing
    move(examen, state, now, event="source:examen:postponed", code=error.code, next_attempt_at=at, attempt=examen.attempts)
    defer(POINTER, queue=QUEUE_SOURCE, at=at, examen_id=examen.id)


@transaction.atomic
def stop(examen_id: UUID, error: DrimmError, now: datetime) -> None:
    """Leave an exam to a person; nothing leaves for the DMP."""
    examen = locked(examen_id)
    if examen.state not in WAITING:
        return
    trace = new_trace()
    codes: tuple[str, ...] = error.decision.bloquants if isinstance(error, IdentiteDiscordante) else (error.as_dict()["code"],)
    for code in codes[1:]:
        record("source:identite:contradicted", trace=trace, code=code, at=now, examen_id=examen.id)
    move(examen, EtatExamen.A_VERIFIER, now, event="source:examen:stopped", code=codes[0], trace=trace)


@transaction.atomic
def retry(examen_id: UUID, now: datetime) -> None:
    """Try again, on a person's decision, what stops an exam; or at once one that waits.

    The request to the DMP when that is what was refused or incomplete; else the pointer: its identity, images or report were looked at.

    Raises:
        TransitionInterdite: the exam is past that.
    """
    examen = locked(examen_id)
    if examen.state in {EtatExamen.REFUSE, EtatExamen.INCOMPLET}:
        depots.retry(examen, now)
        return
    if examen.state not in WAITING | {EtatExamen.A_VERIFIER, EtatExamen.PATIENT_CHANGE}:
        raise TransitionInterdite
    examen.attempts = 0
    move(examen, EtatExamen.A_TRAITER, now, event="console:examen:retried")
    defer(POINTER, queue=QUEUE_SOURCE, examen_id=examen.id)


@transaction.atomic
def close_images(examen_id: UUID, seen_at: datetime, now: datetime) -> bool:
    """Leave to a person an exam whose images were found to be of another patient; tell whether it was new.

    Args:
        examen_id: of the exam.
        seen_at: when; what was seen before the exam last moved counts no more.
        now: aware.
    """
    examen = locked(examen_id)
    if examen.state != EtatExamen.DEPOSE or seen_at <= examen.changed_at:
        return False
    move(examen, EtatExamen.PATIENT_CHANGE, now, event="source:examen:closed", code=AutrePatient.code, trace=new_trace())
    return True


def _make_room(examen: Examen, now: datetime) -> bool:
    """End what a new KOS of a locked exam makes useless; tell whether it takes the place of one that the DMP holds or may hold."""
    if not Kos.objects.filter(examen=examen).exists():
        return False
    depots.abandon(examen, now)
    replaces = last_deposit(examen.id) is not None
    _end_useless(examen, now, keep_published=replaces)
    return replaces


def _end_useless(examen: Examen, now: datetime, *, keep_published: bool) -> None:
    """End the KOS of a locked exam that never reached the DMP and that another one makes useless."""
    waiting = Kos.objects.filter(examen=examen, state=EtatKos.EN_ATTENTE).exclude(envois__state__in=UNANSWERED)
    never_sent = Kos.objects.none() if keep_published else Kos.objects.filter(examen=examen, state=EtatKos.EN_VIGUEUR)
    for kos in (*waiting.defer(*CONTENU), *never_sent.defer(*CONTENU)):
        end(kos, EtatKos.REMPLACE, now)


def _patience(error: DrimmError) -> tuple[EtatExamen, Delais]:
    reprises = settings.DRIMBOX.reprises
    if error.code.startswith("pacs."):
        return EtatExamen.ATTENTE_PACS, reprises.pacs
    return EtatExamen.ATTENTE_IMAGES, reprises.images
