# SPDX-FileCopyrightText: 2026 drimm contributors
# SPDX-License-Identifier: EUPL-1.2
"""Retrieval by C-MOVE (PS3.4 section C.4.2): we ask on one association, the PACS sends on others that it opens to us."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import AsyncGenerator

from confiance.errors import DrimmError
from drimbox.config import Pacs
from drimbox.socle.pacs.appel import AssociationPacs
from drimbox.socle.pacs.attente import Attente, Livraison
from drimbox.socle.pacs.dimse import command
from drimbox.socle.pacs.dimse.command import Commande
from drimbox.socle.pacs.dimse.errors import ProtocoleRompu
from drimbox.socle.pacs.dimse.negotiation import Proposition, contextes_of
from drimbox.socle.pacs.elements import IMPLICIT_LE
from drimbox.socle.pacs.errors import PacsIndisponible, PacsRefuse
from drimbox.socle.pacs.objet import ObjetEnCours
from drimbox.socle.pacs.requete import PENDING, SANS_IMAGE, check_outcome, count_sent, identifier, is_whole

STUDY_ROOT_MOVE = "1.2.840.10008.5.1.4.1.2.2.2"
_LAST_ARRIVALS_SECONDS = 2.0


def proposition_for(calling: str, called: str) -> Proposition:
    """Return what is proposed to the PACS: the service alone."""
    return Proposition(calling, called, contextes_of([(STUDY_ROOT_MOVE, (IMPLICIT_LE,))]))


async def objets_by_c_move(association: AssociationPacs, attente: Attente, pacs: Pacs) -> AsyncGenerator[ObjetEnCours, None]:
    """Ask, then yield what the PACS sends; an object that is not read to its end is passed over.

    Args:
        association: where to ask.
        attente: where the objects arrive.
        pacs: the PACS, that knows our listener and is left after some silence.

    Raises:
        PacsAbsent: the PACS holds nothing of what is asked.
        PacsIncomplet: after the last object: some could not be sent.
        PacsIndisponible: silence, cut or abort.
        PacsRefuse: the PACS answers no.
    """
    context = association.context_for(STUDY_ROOT_MOVE)
    if context is None:
        raise PacsRefuse("Le PACS n'offre pas le C-MOVE.")
    assert pacs.move is not None  # the settings say so
    asking = command.request(command.C_MOVE_RQ, STUDY_ROOT_MOVE, attente.message_id, destination=pacs.move.aet)
    association.ask(context[0], asking, identifier(attente.demande))
    watch = asyncio.create_task(_watch(association, attente))
    received, final = Counter[str](), None
    current: Livraison | None = None
    try:
        while (arrival := await _next_arrival(attente, final, received, pacs)) is not None:
            if isinstance(arrival, Commande):
                final = arrival
                continue
            current = arrival
            received[arrival.objet.sop_instance_uid] += 1
            yield arrival.objet
            await arrival.objet.finish()
            arrival.done.set_result(True)
    finally:
        if current is not None and not current.done.done():
            current.done.set_result(False)  # not read to its end: its connection need not wait any longer
        watch.cancel()
        await asyncio.gather(watch, return_exceptions=True)
    if final is not None:
        check_outcome(final, attente.demande, received)
        attente.whole = True


async def _next_arrival(attente: Attente, final: Commande | None, received: Counter[str], pacs: Pacs) -> Livraison | Commande | None:
    """Return what comes next, or None when nothing more will."""
    try:
        arrival = await (_patiently(attente, pacs) if final is None else _late(attente, final, received))
    except TimeoutError:
        return None
    if isinstance(arrival, Exception):
        raise arrival
    return arrival


async def _late(attente: Attente, final: Commande, received: Counter[str]) -> Livraison | Commande | Exception | None:
    """Wait for what comes by its connection after the last answer, which comes by another."""
    async with asyncio.timeout(_LAST_ARRIVALS_SECONDS):
        while not (attente.arrivals.empty() and _is_over(attente, final, received)):
            if (arrival := await attente.arrivals.get()) is not None:
                return arrival
    return None


def _is_over(attente: Attente, final: Commande, received: Counter[str]) -> bool:
    """Tell whether all that was sent is here: what is awaited by name, else what is counted, else all that connections hold."""
    sent = count_sent(final)
    if is_whole(attente.demande, received) or (sent is not None and received.total() >= sent):
        return True
    return sent is None and not attente.more_may_come()


async def _patiently(attente: Attente, pacs: Pacs) -> Livraison | Commande | Exception | None:
    """Wait for the next arrival as long as the PACS says that it is at work, and no longer than ``image_seconds``."""
    start = asyncio.get_running_loop().time()
    while True:
        heard, last = max(start, attente.heard), start + pacs.image_seconds
        try:
            async with asyncio.timeout_at(min(heard + pacs.timeout, last)):
                return await attente.arrivals.get()
        except TimeoutError:
            if attente.heard <= heard:
                raise PacsIndisponible("Le PACS s'est tu pendant l'envoi des images.") from None
            if asyncio.get_running_loop().time() >= last:
                raise PacsIndisponible(SANS_IMAGE) from None


async def _watch(association: AssociationPacs, attente: Attente) -> None:
    """Wait for the last answer, however long: who waits for the objects says when it is too long."""
    try:
        while True:
            started = await association.next_message(patient=True)
            await association.skip()
            if started.commande.field != command.C_MOVE_RSP:
                raise ProtocoleRompu
            if started.commande.number(command.STATUS) not in PENDING:
                association.answered()
                attente.answered = True
                attente.arrivals.put_nowait(started.commande)
                return
            attente.heard = asyncio.get_running_loop().time()
    except DrimmError as error:
        attente.arrivals.put_nowait(error)
