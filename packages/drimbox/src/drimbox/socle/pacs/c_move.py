# SPDX-FileCopyrightText: 2026 drimm contributors
# SPDX-License-Identifier: EUPL-1.2
"""Retrieval by C-MOVE (PS3.4 section C.4.2): we ask on one association, the PACS sends on others that it opens to us."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator

from confiance.errors import DrimmError
from drimbox.socle.pacs.appel import AssociationPacs
from drimbox.socle.pacs.attente import Attente, Livraison
from drimbox.socle.pacs.dimse import command
from drimbox.socle.pacs.dimse.command import Commande
from drimbox.socle.pacs.dimse.errors import ProtocoleRompu
from drimbox.socle.pacs.dimse.negotiation import Proposition, contextes_of
from drimbox.socle.pacs.elements import IMPLICIT_LE
from drimbox.socle.pacs.errors import PacsIncomplet, PacsIndisponible, PacsRefuse
from drimbox.socle.pacs.objet import ObjetEnCours
from drimbox.socle.pacs.requete import PENDING, check_outcome, identifier

STUDY_ROOT_MOVE = "1.2.840.10008.5.1.4.1.2.2.2"
_LAST_ARRIVALS_SECONDS = 2.0


def proposition_for(calling: str, called: str) -> Proposition:
    """Return what is proposed to the PACS: the service alone."""
    return Proposition(calling, called, contextes_of([(STUDY_ROOT_MOVE, (IMPLICIT_LE,))]))


async def objets_by_c_move(
    association: AssociationPacs, attente: Attente, destination: str, silence: float
) -> AsyncGenerator[ObjetEnCours, None]:
    """Ask, then yield what the PACS sends; an object that is not read to its end is passed over.

    Args:
        association: where to ask.
        attente: where the objects arrive.
        destination: our AE Title as the PACS knows it.
        silence: longest time without an object nor an answer, in seconds.

    Raises:
        PacsAbsent: the PACS holds nothing of what is asked.
        PacsIncomplet: after the last object: some could not be sent.
        PacsIndisponible: silence, cut or abort.
        PacsRefuse: the PACS answers no.
    """
    context = association.context_for(STUDY_ROOT_MOVE)
    if context is None:
        raise PacsRefuse("Le PACS n'offre pas le C-MOVE.")
    attente.message_id = association.next_message_id()
    asking = command.request(command.C_MOVE_RQ, STUDY_ROOT_MOVE, attente.message_id, destination=destination)
    association.send(context[0], asking, identifier(attente.demande))
    watch = asyncio.create_task(_watch(association, attente))
    received: set[str] = set()
    final: Commande | None = None
    current: Livraison | None = None
    try:
        while (arrival := await _next_arrival(attente, final, received, silence)) is not None:
            if isinstance(arrival, Commande):
                final = arrival
                continue
            current = arrival
            received.add(arrival.objet.sop_instance_uid)
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


async def _next_arrival(attente: Attente, final: Commande | None, received: set[str], silence: float) -> Livraison | Commande | None:
    """Return what comes next, or None when nothing more will: all that the last answer counts is here."""
    if final is not None and attente.arrivals.empty():
        sent = final.number(command.COMPLETED, 0) + final.number(command.WARNINGS, 0)
        if len(received) >= sent:
            return None
        silence = min(silence, _LAST_ARRIVALS_SECONDS)
    try:
        async with asyncio.timeout(silence):
            arrival = await attente.arrivals.get()
    except TimeoutError:
        if final is not None:
            raise PacsIncomplet from None
        raise PacsIndisponible("Le PACS s'est tu pendant l'envoi des images.") from None
    if isinstance(arrival, Exception):
        raise arrival
    return arrival


async def _watch(association: AssociationPacs, attente: Attente) -> None:
    """Wait for the last answer, however long: the objects that come meanwhile show that the PACS is at work."""
    try:
        while True:
            started = await association.next_message(patient=True)
            await association.skip()
            if started.commande.field != command.C_MOVE_RSP:
                raise ProtocoleRompu
            if started.commande.number(command.STATUS) not in PENDING:
                attente.arrivals.put_nowait(started.commande)
                return
    except DrimmError as error:
        attente.arrivals.put_nowait(error)
