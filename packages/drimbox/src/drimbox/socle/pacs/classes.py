# SPDX-FileCopyrightText: 2026 drimm contributors
# SPDX-License-Identifier: EUPL-1.2
"""Which SOP classes a study holds: they must be proposed before it is asked for, and one that is missing ends some retrievals.

One question is enough when the PACS knows SOP Classes in Study (0008,0062), an optional key; else every instance is listed.
"""

from __future__ import annotations

import asyncio
import struct

from confiance.errors import DrimmError
from drimbox.config import Pacs
from drimbox.socle.pacs.appel import AssociationPacs
from drimbox.socle.pacs.bassin import association_for
from drimbox.socle.pacs.dimse import command
from drimbox.socle.pacs.dimse.errors import ProtocoleRompu
from drimbox.socle.pacs.dimse.message import MessageData, MessageEnded
from drimbox.socle.pacs.dimse.negotiation import Proposition, contextes_of
from drimbox.socle.pacs.elements import IMPLICIT_LE, Encodage, Marche, OctetsManquants
from drimbox.socle.pacs.errors import PacsAbsent, PacsRefuse
from drimbox.socle.pacs.identifiants import ObjetIllisible
from drimbox.socle.pacs.objet import DemandeImages
from drimbox.socle.pacs.questions import find_etude
from drimbox.socle.pacs.requete import PENDING

STUDY_ROOT_FIND = "1.2.840.10008.5.1.4.1.2.2.1"
CLASSES_IN_STUDY = 0x00080062
MAX_ANSWER = 1 << 18
MAX_ANSWERS = 100


async def classes_of(pacs: Pacs, demande: DemandeImages) -> tuple[str, ...]:
    """Ask the PACS for the classes of what is wanted, or of the study it belongs to.

    Raises:
        PacsAbsent: it holds nothing of it.
        PacsIndisponible: it does not answer.
        PacsRefuse: it answers no.
    """
    try:
        return await _classes_in_study(pacs, demande.study) or await _listed(pacs, demande)
    except (PacsAbsent, ProtocoleRompu):
        raise
    except PacsRefuse:  # some PACS refuse a key that they do not know
        return await _listed(pacs, demande)


async def is_absent(pacs: Pacs, demande: DemandeImages) -> bool:
    """Tell whether the PACS says that it holds nothing of what is wanted; no answer is no such saying."""
    try:
        await _listed(pacs, demande)
    except PacsAbsent:
        return True
    except DrimmError:
        return False
    return False


async def _listed(pacs: Pacs, demande: DemandeImages) -> tuple[str, ...]:
    """List every instance."""
    etude = await asyncio.to_thread(find_etude, pacs, demande.study, series_uid=demande.series)
    instances = [instance for serie in etude.series for instance in serie.instances] if etude else []
    wanted = [instance for instance in instances if demande.instance in {None, instance.sop_instance_uid}]
    if not wanted:
        raise PacsAbsent
    return tuple(dict.fromkeys(instance.sop_class_uid for instance in wanted))


async def _classes_in_study(pacs: Pacs, study: str) -> tuple[str, ...]:
    proposition = Proposition(pacs.calling_aet, pacs.aet, contextes_of([(STUDY_ROOT_FIND, (IMPLICIT_LE,))]))
    async with association_for(pacs, proposition, fresh=True, keep=False) as association:
        context = association.context_for(STUDY_ROOT_FIND)
        assert context is not None  # the only one proposed, and one at least is accepted
        asking = command.request(command.C_FIND_RQ, STUDY_ROOT_FIND, association.next_message_id())
        association.ask(context[0], asking, _identifier(study))
        answers = await _answers(association)
    if not answers:
        raise PacsAbsent
    return tuple(dict.fromkeys(uid for answer in answers for uid in _uids(answer)))


async def _answers(association: AssociationPacs) -> list[bytes]:
    answers: list[bytes] = []
    while True:
        started = await association.next_message()
        data = await _gathered(association)
        if started.commande.field != command.C_FIND_RSP or len(answers) >= MAX_ANSWERS:
            raise ProtocoleRompu
        status = started.commande.number(command.STATUS)
        if status in PENDING:
            answers.append(data)
            continue
        association.answered()
        if status == command.SUCCESS:
            return answers
        raise PacsRefuse(f"Le PACS refuse la recherche (statut {status:#06x}).")


async def _gathered(association: AssociationPacs) -> bytes:
    data = bytearray()
    while not isinstance(event := await association.next(), MessageEnded):
        assert isinstance(event, MessageData)
        data += event.data
        if len(data) > MAX_ANSWER:
            raise ProtocoleRompu("Le PACS répond trop longuement à une recherche.")
    return bytes(data)


def _identifier(study: str) -> bytes:
    uid = study.encode("ascii", "replace")
    uid += b"\0" * (len(uid) % 2)
    return b"".join((
        struct.pack("<HHI", 0x0008, 0x0052, 6), b"STUDY ",
        struct.pack("<HHI", 0x0008, 0x0062, 0),
        struct.pack("<HHI", 0x0020, 0x000D, len(uid)), uid,
    ))  # fmt: skip


def _uids(answer: bytes) -> list[str]:
    try:
        found = [e for e in Marche(answer, Encodage(explicit=False)).elements() if e.tag == CLASSES_IN_STUDY]
    except (OctetsManquants, ObjetIllisible):
        raise ProtocoleRompu("Le PACS répond à une recherche par des octets illisibles.") from None
    values = [answer[element.value : element.end].decode("latin-1").strip(" \0") for element in found]
    return [uid for value in values for uid in value.split("\\") if uid]
