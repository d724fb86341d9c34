# SPDX-FileCopyrightText: 2026 drimm contributors
# SPDX-License-Identifier: EUPL-1.2
"""An object that arrives by C-STORE, on an association that we opened (C-GET) or that the PACS opened (C-MOVE)."""

from __future__ import annotations

from drimbox.socle.pacs.appel import AssociationPacs
from drimbox.socle.pacs.dimse import command
from drimbox.socle.pacs.dimse.errors import ProtocoleRompu
from drimbox.socle.pacs.dimse.message import MessageData, MessageStarted
from drimbox.socle.pacs.objet import ObjetEnCours, read_tete
from drimbox.socle.pacs.tete import LecteurTete


async def receive(association: AssociationPacs, started: MessageStarted) -> ObjetEnCours:
    """Read the head of the object of a C-STORE-RQ.

    Raises:
        ProtocoleRompu: the context was not accepted, or nothing follows the command.
        ObjetIllisible: the data set does not follow its syntax.
    """
    kind = association.contextes.get(started.context_id)
    if kind is None or not started.commande.has_data_set:
        raise ProtocoleRompu

    async def more() -> memoryview | None:
        event = await association.next()
        return event.data if isinstance(event, MessageData) else None

    tete, rest = await read_tete(LecteurTete(kind[1]), more)
    return ObjetEnCours(
        sop_class_uid=started.commande.text(command.CLASS_UID),
        sop_instance_uid=started.commande.text(command.INSTANCE_UID),
        transfer_syntax_uid=kind[1],
        tete=tete,
        rest=rest,
        more=more,
        here=association.data_here,
    )
