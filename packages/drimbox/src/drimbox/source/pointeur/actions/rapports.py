# SPDX-FileCopyrightText: 2026 drimm contributors
# SPDX-License-Identifier: EUPL-1.2
"""What a report changes to the exam that it names; inside the caller's transaction."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.db import IntegrityError, transaction

from drimbox.socle.jobs.actions import QUEUE_SOURCE, defer
from drimbox.socle.journal.actions import record
from drimbox.source.depot_dmp.actions import abandon_stopped, ask
from drimbox.source.depot_dmp.queries import last_deposit
from drimbox.source.depot_dmp.states import ActionEnvoi
from drimbox.source.pointeur.actions.emetteurs import check_sender
from drimbox.source.pointeur.actions.succession import GONE, check_succession, followed, visibility_of
from drimbox.source.pointeur.errors import ExamenDejaPublie, ExamenIntrouvable
from drimbox.source.pointeur.evenements import Publier, Remplacer
from drimbox.source.pointeur.models import Examen
from drimbox.source.pointeur.rules import VISIBILITES
from drimbox.source.pointeur.states import AUTRE_DOCUMENT, SANS_DEPOT, VISIBILITE_GARDEE, EtatExamen
from drimbox.source.pointeur.suivi import move

POINTER = "drimbox.source.pointeur.jobs.pointer"
# where the report that is known already is enough: the way goes on by itself, or a person was asked and decides
_SETTLED = frozenset({EtatExamen.DEPOSE, EtatExamen.EN_DEPOT, EtatExamen.SANS_DEPOT})


def publish(evenement: Publier, now: datetime) -> None:
    """Make the pointer of a study, or start its way again with a newer report.

    Raises:
        ExamenDejaPublie: another report came for an exam that the DMP holds, and does not say that it replaces the first one.
        CompteRenduAutrePatient: likewise, of another patient, whatever the exam has reached.
        CompteRenduDepasse: the exam follows a newer report.
        AutreEmetteur: another RIS reported it.
    """
    examen = _known(evenement) or _make(evenement, now)
    if examen is None:
        return
    if examen.compte_rendu_sha256 != evenement.rapport.sha256 and last_deposit(examen.id) is not None:
        raise ExamenDejaPublie
    _take(examen, evenement, now)


def replace(evenement: Remplacer, now: datetime) -> None:
    """Replace the pointer of a study. A report that replaces one which never came here is a first one, unless the message insists.

    Raises:
        ExamenIntrouvable: the message asks to replace, and nothing is known of that study.
        CompteRenduAutrePatient: the exam follows the report of another patient, and it is not that one which is replaced.
        CompteRenduDepasse: the exam follows a newer report.
        AutreEmetteur: another RIS reported it.
    """
    examen = _known(evenement)
    if examen is None and evenement.explicite:
        raise ExamenIntrouvable
    examen = examen or _make(evenement, now)
    if examen is None:
        return
    known = (*evenement.reperes.documents, evenement.rapport.compte_rendu.identifiant)
    if evenement.reperes.documents and examen.compte_rendu not in known:
        _warn(examen, evenement, AUTRE_DOCUMENT, now)
    _take(examen, evenement, now)


def start_again(examen: Examen, now: datetime, *, event: str, **fields: Any) -> None:
    """Have the pointer of a locked exam built again; what the DMP refused of the former one is never sent again."""
    abandon_stopped(examen, now)
    examen.attempts = 0
    examen.save(update_fields=["message", "compte_rendu", "compte_rendu_sha256", "accession", "visibilite"])
    move(examen, EtatExamen.A_TRAITER, now, event=event, **fields)
    defer(POINTER, queue=QUEUE_SOURCE, examen_id=examen.id)


def _known(evenement: Publier | Remplacer) -> Examen | None:
    study_uid = evenement.examen.study_instance_uid
    examen = Examen.objects.select_for_update(of=("self",)).filter(study_instance_uid=study_uid).first()
    if examen is not None:
        check_sender(examen, evenement.message_id)
    return examen


def _make(evenement: Publier | Remplacer, now: datetime) -> Examen | None:
    """Make the exam and start its way; when another worker was faster with another report of it, return the one that it made."""
    try:
        with transaction.atomic():
            examen = _new(evenement, now)
    except IntegrityError:
        return _known(evenement)
    record("source:examen:known", at=now, examen_id=examen.id, message_id=evenement.message_id)
    defer(POINTER, queue=QUEUE_SOURCE, examen_id=examen.id)
    return None


def _new(evenement: Publier | Remplacer, now: datetime) -> Examen:
    return Examen.objects.create(
        study_instance_uid=evenement.examen.study_instance_uid,
        message_id=evenement.message_id,
        compte_rendu=evenement.rapport.compte_rendu.identifiant[:200],
        compte_rendu_sha256=evenement.rapport.sha256,
        accession=_accession_of(evenement),
        visibilite=sorted(evenement.rapport.message.flags & VISIBILITES),
        created_at=now,
        changed_at=now,
    )


def _accession_of(evenement: Publier | Remplacer) -> str:
    return evenement.examen.accession.value[:64] if evenement.examen.accession else ""


def _take(examen: Examen, evenement: Publier | Remplacer, now: datetime) -> None:
    former = None if examen.state in GONE else followed(examen)  # what was withdrawn holds nobody back
    check_succession(examen, former, evenement)
    asked, is_same = evenement.rapport.message, examen.compte_rendu_sha256 == evenement.rapport.sha256
    if not asked.depot_demande and last_deposit(examen.id) is not None:
        # DESTDMP = N: nothing more goes to the DMP, and what it holds is not this message's to change
        _warn(examen, evenement, SANS_DEPOT, now)
        return
    visibilite = visibility_of(examen, former, evenement.rapport)
    examen.visibilite = list(visibilite.drapeaux)
    if visibilite.gardes:
        _warn(examen, evenement, VISIBILITE_GARDEE, now)
    goes_on = is_same and examen.state in _SETTLED and not (examen.state == EtatExamen.SANS_DEPOT and asked.depot_demande)
    if goes_on and not visibilite.change:
        record("source:examen:repeated", at=now, examen_id=examen.id, message_id=evenement.message_id)
    elif goes_on and (examen.state == EtatExamen.SANS_DEPOT or last_deposit(examen.id) is not None):
        _show_anew(examen, evenement, now)
    else:
        _take_newer(examen, evenement, now)


def _take_newer(examen: Examen, evenement: Publier | Remplacer, now: datetime) -> None:
    examen.message_id = evenement.message_id
    examen.compte_rendu = evenement.rapport.compte_rendu.identifiant[:200]
    examen.compte_rendu_sha256 = evenement.rapport.sha256
    examen.accession = _accession_of(evenement)
    start_again(examen, now, event="source:examen:renewed", message_id=evenement.message_id)


def _show_anew(examen: Examen, evenement: Publier | Remplacer, now: datetime) -> None:
    """The very same report, and other words about who is to see it: the document stays, its visibility changes."""
    examen.message_id = evenement.message_id
    examen.save(update_fields=["message", "visibilite"])
    deposit = last_deposit(examen.id)
    if examen.state == EtatExamen.DEPOSE:
        move(examen, EtatExamen.EN_DEPOT, now, event="source:examen:shown", message_id=evenement.message_id)
    else:
        record("source:examen:shown", at=now, examen_id=examen.id, message_id=evenement.message_id)
    if deposit is not None:
        ask(deposit.kos, ActionEnvoi.VISIBILITE, now, message_id=evenement.message_id)


def _warn(examen: Examen, evenement: Publier | Remplacer, code: str, now: datetime) -> None:
    record("source:examen:warned", code=code, at=now, examen_id=examen.id, message_id=evenement.message_id)
