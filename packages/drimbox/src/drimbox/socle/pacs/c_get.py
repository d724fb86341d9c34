# SPDX-FileCopyrightText: 2026 drimm contributors
# SPDX-License-Identifier: EUPL-1.2
"""Retrieval by C-GET (PS3.4 section C.4.3): the PACS sends the objects on the association that asks for them."""

from __future__ import annotations

from collections.abc import AsyncGenerator

from drimbox.socle.pacs.appel import AssociationPacs
from drimbox.socle.pacs.arrivee import receive
from drimbox.socle.pacs.dimse import command
from drimbox.socle.pacs.dimse.errors import ProtocoleRompu
from drimbox.socle.pacs.dimse.negotiation import Proposition, contextes_of
from drimbox.socle.pacs.elements import IMPLICIT_LE
from drimbox.socle.pacs.errors import PacsRefuse
from drimbox.socle.pacs.objet import DemandeImages, ObjetEnCours
from drimbox.socle.pacs.requete import PENDING, check_outcome, identifier
from drimbox.socle.pacs.syntaxes import kinds_for

STUDY_ROOT_GET = "1.2.840.10008.5.1.4.1.2.2.3"


def proposition_for(calling: str, called: str, demande: DemandeImages, classes: tuple[str, ...]) -> Proposition:
    """Return what is proposed to the PACS: the service, and every class of the objects with the role of SCP for us."""
    kinds = [(STUDY_ROOT_GET, (IMPLICIT_LE,)), *kinds_for(classes, reserved=1, accept=demande.accept_syntaxes)]
    return Proposition(calling, called, contextes_of(kinds), scp_roles=frozenset(classes))


async def objets_by_c_get(association: AssociationPacs, demande: DemandeImages) -> AsyncGenerator[ObjetEnCours, None]:
    """Ask, then yield what the PACS sends; an object that is not read to its end is passed over.

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
    association.send(context[0], asking, identifier(demande))
    received: set[str] = set()
    while True:
        started = await association.next_message()
        if started.commande.field == command.C_STORE_RQ:
            objet = await receive(association, started)
            received.add(objet.sop_instance_uid)
            yield objet
            await objet.finish()
        elif started.commande.field == command.C_GET_RSP:
            await association.skip()
            if started.commande.number(command.STATUS) not in PENDING:
                check_outcome(started.commande, demande, received)
                return
        else:
            raise ProtocoleRompu
