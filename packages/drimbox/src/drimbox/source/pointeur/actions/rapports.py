# SPDX-FileCopyrightText: 2026 drimm contributors
# SPDX-License-Identifier: EUPL-1.2
"""What a report changes to the exam that it names; inside the caller's transaction."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.db import IntegrityError, transaction

from drimbox.socle.jobs.actions import QUEUE_SOURCE, defer
from drimbox.socle.journal.actions import record
from drimbox.source.compte_rendu.errors import CompteRenduIllisible
from drimbox.source.depot_dmp.actions import ask
from drimbox.source.depot_dmp.queries import last_deposit
from drimbox.source.depot_dmp.states import ActionEnvoi
from drimbox.source.pointeur.actions.emetteurs import check_sender
from drimbox.source.pointeur.errors import ExamenDejaPublie, ExamenIntrouvable
from drimbox.source.pointeur.evenements import Publier, Remplacer
from drimbox.source.pointeur.models import Examen
from drimbox.source.pointeur.rapport import read_rapport
from drimbox.source.pointeur.states import EtatExamen
from drimbox.source.pointeur.suivi import move
from drimbox.source.reception.corps import body_of
from drimbox.source.reception.errors import CorpsEfface, MessageRefuse

POINTER = "drimbox.source.pointeur.jobs.pointer"
# where the report that is known already is enough: the way goes on by itself, or a person was asked and decides
_SETTLED = frozenset({EtatExamen.DEPOSE, EtatExamen.EN_DEPOT, EtatExamen.SANS_DEPOT})
AUTRE_DOCUMENT = "pointeur.document_remplace_inconnu"
SANS_DEPOT = "pointeur.remplacement_sans_depot"


def publish(evenement: Publier, now: datetime) -> None:
    """Make the pointer of a study, or start its way again with a newer report.

    Raises:
        ExamenDejaPublie: another report came for an exam that the DMP holds, and does not say that it replaces the first one.
        AutreEmetteur: another RIS reported it.
    """
    examen = _known(evenement)
    if examen is None:
        _know(evenement, now)
    elif examen.compte_rendu_sha256 != evenement.rapport.sha256 and last_deposit(examen.id) is not None:
        raise ExamenDejaPublie
    else:
        _take(examen, evenement, now)


def replace(evenement: Remplacer, now: datetime) -> None:
    """Replace the pointer of a study. A report that replaces one which never came here is a first one, unless the message insists.

    Raises:
        ExamenIntrouvable: the message asks to replace, and nothing is known of that study.
        AutreEmetteur: another RIS reported it.
    """
    examen = _known(evenement)
    if examen is None:
        if evenement.explicite:
            raise ExamenIntrouvable
        _know(evenement, now)
        return
    known = (*evenement.reperes.documents, evenement.rapport.compte_rendu.identifiant)
    if evenement.reperes.documents and examen.compte_rendu not in known:
        record("source:examen:warned", code=AUTRE_DOCUMENT, at=now, examen_id=examen.id, message_id=evenement.message_id)
    _take(examen, evenement, now)


def take_newer(examen: Examen, evenement: Publier | Remplacer, now: datetime) -> None:
    """Start the way of a locked exam again, with another report."""
    examen.message_id = evenement.message_id
    examen.compte_rendu = evenement.rapport.compte_rendu.identifiant[:200]
    examen.compte_rendu_sha256 = evenement.rapport.sha256
    examen.accession = _accession_of(evenement)
    start_again(examen, now, event="source:examen:renewed", message_id=evenement.message_id)


def start_again(examen: Examen, now: datetime, *, event: str, **fields: Any) -> None:
    """Have the pointer of a locked exam built again."""
    examen.attempts = 0
    examen.save(update_fields=["message", "compte_rendu", "compte_rendu_sha256", "accession"])
    move(examen, EtatExamen.A_TRAITER, now, event=event, **fields)
    defer(POINTER, queue=QUEUE_SOURCE, examen_id=examen.id)


def _known(evenement: Publier | Remplacer) -> Examen | None:
    study_uid = evenement.examen.study_instance_uid
    examen = Examen.objects.select_for_update(of=("self",)).filter(study_instance_uid=study_uid).first()
    if examen is not None:
        check_sender(examen, evenement.message_id)
    return examen


def _know(evenement: Publier | Remplacer, now: datetime) -> None:
    try:
        with transaction.atomic():
            examen = _new(evenement, now)
    except IntegrityError:  # another worker was faster with another report of the same study
        examen = Examen.objects.select_for_update(of=("self",)).get(study_instance_uid=evenement.examen.study_instance_uid)
        check_sender(examen, evenement.message_id)
        take_newer(examen, evenement, now)
        return
    record("source:examen:known", at=now, examen_id=examen.id, message_id=evenement.message_id)
    defer(POINTER, queue=QUEUE_SOURCE, examen_id=examen.id)


def _new(evenement: Publier | Remplacer, now: datetime) -> Examen:
    return Examen.objects.create(
        study_instance_uid=evenement.examen.study_instance_uid,
        message_id=evenement.message_id,
        compte_rendu=evenement.rapport.compte_rendu.identifiant[:200],
        compte_rendu_sha256=evenement.rapport.sha256,
        accession=_accession_of(evenement),
        created_at=now,
        changed_at=now,
    )


def _accession_of(evenement: Publier | Remplacer) -> str:
    return evenement.examen.accession.value[:64] if evenement.examen.accession else ""


def _take(examen: Examen, evenement: Publier | Remplacer, now: datetime) -> None:
    asked, is_same = evenement.rapport.message, examen.compte_rendu_sha256 == evenement.rapport.sha256
    if not asked.depot_demande and last_deposit(examen.id) is not None:
        # DESTDMP = N: nothing more goes to the DMP, and what it holds is not this message's to change
        record("source:examen:warned", code=SANS_DEPOT, at=now, examen_id=examen.id, message_id=evenement.message_id)
    elif not (is_same and examen.state in _SETTLED) or (examen.state == EtatExamen.SANS_DEPOT and asked.depot_demande):
        take_newer(examen, evenement, now)
    elif examen.state != EtatExamen.SANS_DEPOT and _flags_of(examen) != asked.flags:
        _show_anew(examen, evenement, now)
    else:
        record("source:examen:repeated", at=now, examen_id=examen.id, message_id=evenement.message_id)


def _show_anew(examen: Examen, evenement: Publier | Remplacer, now: datetime) -> None:
    """The very same report, and other words about who is to see it (MODIF_CONF_CODE): the document stays, its visibility changes."""
    deposit = last_deposit(examen.id)
    if deposit is None:
        take_newer(examen, evenement, now)
        return
    examen.message_id = evenement.message_id
    examen.save(update_fields=["message"])
    if examen.state == EtatExamen.DEPOSE:
        move(examen, EtatExamen.EN_DEPOT, now, event="source:examen:shown", message_id=evenement.message_id)
    else:
        record("source:examen:shown", at=now, examen_id=examen.id, message_id=evenement.message_id)
    ask(deposit.kos, ActionEnvoi.VISIBILITE, now, message_id=evenement.message_id)


def _flags_of(examen: Examen) -> frozenset[str] | None:
    try:
        return read_rapport(body_of(examen.message)).message.flags
    except (MessageRefuse, CompteRenduIllisible, CorpsEfface):
        return None  # erased, or refused by the rules of today: nothing can be compared
