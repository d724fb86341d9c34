# SPDX-FileCopyrightText: 2026 drimm contributors
# SPDX-License-Identifier: EUPL-1.2
"""The outbox: what is queued, sent, given up, tried again."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.db import transaction
from django.db.models import F, Max, Q
from django.utils import timezone

from confiance.errors import OwnError, TransportError
from drimbox.socle.dmp.errors import DepotIncomplet, DmpRefuse, DmpReponseInvalide
from drimbox.socle.dmp.model import Depot, KosADeposer, RequeteDepot
from drimbox.socle.jobs.actions import QUEUE_SOURCE, defer
from drimbox.socle.journal.actions import record
from drimbox.source.compte_rendu.errors import CompteRenduIllisible
from drimbox.source.depot_dmp import preparation
from drimbox.source.depot_dmp.actions import reponses
from drimbox.source.depot_dmp.actions.reponses import DEPOSER
from drimbox.source.depot_dmp.models import Envoi
from drimbox.source.depot_dmp.queries import CORPS, LOURD, its_turn, standing
from drimbox.source.depot_dmp.states import DEPOTS, FOR_A_PERSON, ActionEnvoi, EtatEnvoi
from drimbox.source.depot_dmp.tenue import held
from drimbox.source.pointeur.errors import TransitionInterdite
from drimbox.source.pointeur.kos_construit import KosConstruit
from drimbox.source.pointeur.models import Examen, Kos
from drimbox.source.pointeur.states import EtatExamen
from drimbox.source.pointeur.suivi import move
from drimbox.source.reception.errors import CorpsEfface, MessageRefuse

__all__ = ["DEPOSER", "Requete", "abandon", "abandon_stopped", "ask", "prepare", "queue", "retry", "send"]
_STOPPED = Q(state__in=FOR_A_PERSON)
_NEVER_LEFT = Q(state=EtatEnvoi.A_ENVOYER, attempts=0)


@dataclass(frozen=True, slots=True)
class Requete:
    """A first deposit that is written and not queued yet, and the structure under whose certificates it leaves."""

    depot: RequeteDepot
    structure: str


def prepare(construit: KosConstruit) -> Requete:
    """Write the request that deposits a KOS which is not kept yet.

    Raises:
        DepotIncomplet: the report lacks what the DMP requires.
    """
    kos: KosADeposer = preparation.to_deposit(construit)
    return Requete(preparation.write(kos), preparation.structure_of(kos))


def queue(kos: Kos, requete: Requete, now: datetime, *, remplace: bool = False) -> Envoi:
    """Put a deposit in the outbox, after those of the same exam; inside the caller's transaction, the exam locked.

    Args:
        kos: what is deposited.
        requete: as :func:`prepare` wrote it.
        now: aware.
        remplace: it takes the place of an earlier one: written again when its turn comes, once the DMP has said which entry that is.
    """
    action = ActionEnvoi.REMPLACER if remplace else ActionEnvoi.PUBLIER
    return _queue(
        kos, action, now, structure=requete.structure, message_id=kos.examen.message_id, requete=None if remplace else requete.depot
    )


def ask(kos: Kos, action: ActionEnvoi, now: datetime, *, message_id: UUID | None = None) -> Envoi:
    """Ask for a withdrawal or a change of visibility, after what was asked before; inside the caller's transaction, the exam locked."""
    return _queue(kos, action, now, message_id=message_id)


def abandon(examen: Examen, now: datetime) -> None:
    """Give up what a newer decision makes useless: what was refused or incomplete, and what never left; the exam locked by the caller.

    What may have reached the DMP is not given up: it is followed to its answer.
    """
    _abandon(examen, _STOPPED | _NEVER_LEFT, now)


def abandon_stopped(examen: Examen, now: datetime) -> None:
    """Give up what was refused or incomplete, so that nobody sends it again once a newer report is taken; the exam locked by the caller."""
    _abandon(examen, _STOPPED, now)


def send(envoi_id: UUID) -> None:
    """Send a request of the outbox and write down what the DMP answered; only its answer makes it done or refused.

    No row is locked while the DMP is asked (see :mod:`drimbox.source.depot_dmp.tenue`). A request that may have reached the DMP already,
    because an answer was lost or a worker died, is looked for before it is sent again.
    """
    examen_id = Envoi.objects.values_list("examen_id", flat=True).get(pk=envoi_id)
    with held(examen_id) as ours:
        envoi = _begin(envoi_id) if ours else None
        if envoi is None:
            return
        try:
            depot = _exchange(envoi)
        except (DepotIncomplet, MessageRefuse, CompteRenduIllisible, CorpsEfface) as error:
            reponses.incomplete(envoi_id, error)
        except DmpRefuse as error:
            reponses.refused(envoi_id, preparation.explained(envoi, error))
        except (TransportError, OwnError, DmpReponseInvalide) as error:
            # an unreadable answer says nothing of what became of the request: it is asked again
            reponses.postponed(envoi_id, error)
        else:
            reponses.done(envoi_id, depot)


def retry(examen: Examen, now: datetime) -> None:
    """Send again, on a person's decision, what stops an exam: refused or incomplete; inside the caller's transaction, the exam locked.

    It is written anew, with the settings of today and the visibility that was asked last.

    Raises:
        TransitionInterdite: nothing stops the exam there.
    """
    envoi = standing(examen.id)
    if envoi is None:
        raise TransitionInterdite
    # what is sent again says who may see it
    _abandon(examen, _STOPPED & Q(action=ActionEnvoi.VISIBILITE, sequence__gt=envoi.sequence), now)
    reponses.move_envoi(envoi, EtatEnvoi.A_ENVOYER)
    envoi.attempts, envoi.built_at = 0, None
    envoi.save(update_fields=["state", "code", "attempts", "next_attempt_at", "built_at"])
    state = EtatExamen.EN_RETRAIT if envoi.action == ActionEnvoi.RETIRER else EtatExamen.EN_DEPOT
    move(examen, state, now, event="console:envoi:retried", envoi_id=envoi.id)
    defer(DEPOSER, queue=QUEUE_SOURCE, envoi_id=envoi.id)


def _abandon(examen: Examen, useless: Q, now: datetime) -> None:
    for envoi in Envoi.objects.select_for_update(of=("self",)).defer(*CORPS).filter(useless, examen=examen):
        reponses.move_envoi(envoi, EtatEnvoi.ABANDONNE)
        envoi.save(update_fields=["state", "code", "next_attempt_at"])
        record("dmp:envoi:abandoned", at=now, examen_id=examen.id, kos_id=envoi.kos_id, envoi_id=envoi.id)


def _queue(
    kos: Kos,
    action: ActionEnvoi,
    now: datetime,
    *,
    message_id: UUID | None,
    structure: str = "",
    requete: RequeteDepot | None = None,
) -> Envoi:
    last = Envoi.objects.filter(examen=kos.examen_id).aggregate(last=Max("sequence"))["last"] or 0
    envoi = Envoi.objects.create(
        examen_id=kos.examen_id,
        kos=kos,
        message_id=message_id,
        sequence=last + 1,
        action=action,
        structure=structure,
        content_type=requete.content_type if requete else "",
        body=requete.body if requete else None,
        built_at=now if requete else None,
        created_at=now,
    )
    size = len(requete.body) if requete else None
    record("dmp:envoi:queued", at=now, examen_id=kos.examen_id, kos_id=kos.id, envoi_id=envoi.id, bytes=size)
    defer(DEPOSER, queue=QUEUE_SOURCE, envoi_id=envoi.id)
    return envoi


def _begin(envoi_id: UUID) -> Envoi | None:
    """Return a request whose turn has come, its new attempt written down first: whoever comes after knows that it may have left."""
    # one statement, committed before anything leaves
    if not its_turn(envoi_id).update(attempts=F("attempts") + 1):
        return None
    # what a first deposit says is written already: message and pointer are read again only by what is written when its turn comes
    return Envoi.objects.select_related("kos", "message", "examen__message").defer(*LOURD).get(pk=envoi_id)


def _exchange(envoi: Envoi) -> Depot | None:
    if preparation.is_written_late(envoi):
        requete = preparation.prepare(envoi).requete
        if requete is None:
            return None
        _keep_request(envoi, requete)
    requete = preparation.requete_of(envoi)
    may_be_there = envoi.attempts > 1 and envoi.action in DEPOTS
    return asyncio.run(_send(requete, preparation.sender_of(envoi), look_first=may_be_there))


@transaction.atomic
def _keep_request(envoi: Envoi, requete: RequeteDepot) -> None:
    envoi.content_type, envoi.body, envoi.built_at = requete.content_type, requete.body, timezone.now()
    envoi.save(update_fields=["content_type", *CORPS, "built_at"])


async def _send(requete: RequeteDepot, structure: str, *, look_first: bool) -> Depot:
    async with preparation.client_of(structure) as client:
        found = await client.find_again(requete) if look_first else None
        return found or await client.send(requete)
