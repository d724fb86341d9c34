# SPDX-FileCopyrightText: 2026 drimm contributors
# SPDX-License-Identifier: EUPL-1.2
"""Retrieval by C-GET (PS3.4 section C.4.3): the PACS sends the objects on the association that asks for them."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import AsyncGenerator

from drimbox.socle.pacs.appel import AssociationPacs
from drimbox.socle.pacs.arrivee import receive
from drimbox.socle.pacs.dimse import command
from drimbox.socle.pacs.dimse.command import Commande
from drimbox.socle.pacs.dimse.errors import ProtocoleRompu
from drimbox.socle.pacs.dimse.negotiation import Proposition, contextes_of
from drimbox.socle.pacs.elements import IMPLICIT_LE
from drimbox.socle.pacs.errors import PacsIndisponible, PacsRefuse
from drimbox.socle.pacs.objet import DemandeImages, ObjetEnCours
from drimbox.socle.pacs.requete import PENDING, SANS_IMAGE, check_outcome, identifier
from drimbox.socle.pacs.syntaxes import kinds_for

STUDY_ROOT_GET = "1.2.840.10008.5.1.4.1.2.2.3"


def proposition_for(calling: str, called: str, demande: DemandeImages, classes: tuple[str, ...]) -> Proposition:
    """Return what is proposed to the PACS: the service, and every class of the objects with the role of SCP for us."""
    kinds = [(STUDY_ROOT_GET, (IMPLICIT_LE,)), *kinds_for(classes, reserved=1, accept=demande.accept_syntaxes)]
    return Proposition(calling, called, contextes_of(kinds), scp_roles=frozenset(classes))


async def objets_by_c_get(association: AssociationPacs, demande: DemandeImages, patience: float) -> AsyncGenerator[ObjetEnCours, None]:
    """Ask, then yield what the PACS sends; an object that is not read to its end is passed over.

    Args:
        association: where to ask.
        demande: what is wanted.
        patience: longest time without an object while the PACS says that it is at work, in seconds.

    Raises:
        PacsAbsent: the PACS holds nothing of what is asked.
        PacsIncomplet: after the last object: some could not be sent.
        PacsIndisponible: silence, cut or abort.
        PacsRefuse: the PACS answers no.
    """
    context = association.context_for(STUDY_ROOT_GET)
    if context is None:
        raise PacsRefuse("Le PACS n'offre pas le C-GET.", remede="Choisir recuperation = « c-move » ou « dicomweb » pour ce PACS.")
    association.answer_stores(lambda _started: True)
    asking = command.request(command.C_GET_RQ, STUDY_ROOT_GET, association.next_message_id())
    association.ask(context[0], asking, identifier(demande))
    received, clock = Counter[str](), asyncio.get_running_loop().time
    last = clock()
    while True:
        started = await association.next_message()
        if started.commande.field == command.C_STORE_RQ:
            objet = await receive(association, started)
            received[objet.sop_instance_uid] += 1
            yield objet
            await objet.finish()
            last = clock()
        elif started.commande.field == command.C_GET_RSP:
            await association.skip()
            if _is_last(association, started.commande):
                association.answered()
                check_outcome(started.commande, demande, received)
                return
            if clock() - last > patience:
                raise PacsIndisponible(SANS_IMAGE)
        else:
            raise ProtocoleRompu


def _is_last(association: AssociationPacs, answer: Commande) -> bool:
    """Tell whether nothing more comes; what answers an earlier request of a kept association says nothing of this one."""
    return answer.number(command.STATUS) not in PENDING and not association.is_past(answer.number(command.RESPONDED_ID, 0))
