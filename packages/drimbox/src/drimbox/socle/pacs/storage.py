# SPDX-FileCopyrightText: 2026 drimm contributors
# SPDX-License-Identifier: EUPL-1.2
"""Storage of objects in a PACS by C-STORE (PS3.4 annex B), their bytes untouched: an object is stored when the PACS says so."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from io import BytesIO
from typing import Any

from pydicom.uid import UID
from pynetdicom import build_context
from pynetdicom.association import Association
from pynetdicom.dimse_primitives import C_STORE

from drimbox.config import Pacs
from drimbox.socle.pacs.associations import associate, close, slot, translated
from drimbox.socle.pacs.errors import PacsIndisponible, PacsRefuse
from drimbox.socle.pacs.model import ObjetDicom
from drimbox.socle.pacs.syntaxes import MAX_CONTEXTS

SUCCESS = 0x0000
WARNINGS = frozenset({0x0001, 0xB000, 0xB006, 0xB007})
NO_CONTEXT = 0x0122  # SOP class not supported (PS3.7 annex C.5.6)


@dataclass(frozen=True, slots=True)
class ObjetEnvoye:
    """What the PACS answered for one object.

    Attributes:
        sop_instance_uid: of the object.
        stored: whether the PACS says it keeps the object.
        status: DIMSE status, or 0x0122 when the PACS takes no such object.
        warning: stored, with a remark of the PACS (coercion of elements, elements discarded).
        bytes: size of the data set sent.
    """

    sop_instance_uid: str
    stored: bool
    status: int
    warning: bool
    bytes: int


def store(pacs: Pacs, objets: Iterable[ObjetDicom]) -> Iterator[ObjetEnvoye]:
    """Send objects to a PACS, in order, one answer each.

    The input is read as the output is consumed: one object in memory at a time. Presentation contexts follow what comes: an object of a
    new kind (SOP class, transfer syntax) makes a new association that knows it too.

    Raises:
        PacsIndisponible: no answer; the object being sent and those that follow are not stored as far as we know.
        PacsRefuse: the PACS refuses the association.
    """
    session = _Session(pacs)
    with slot(pacs):
        try:
            for objet in objets:
                yield session.send(objet)
        except GeneratorExit:
            session.close()
            raise
        except BaseException:
            session.close(abort=True)
            raise
        session.close()


def send_bytes(association: Any, objet: ObjetDicom, *, context_id: int | None, message_id: int = 1) -> int | None:
    """Send one object as it is on an open association that keeps its answers; return the status, or None when nothing came back.

    pynetdicom's send_c_store decodes and encodes the data set again; its DIMSE provider, one floor below, carries bytes.
    """
    request = C_STORE()
    request.MessageID = message_id
    request.Priority = 2
    request.AffectedSOPClassUID = UID(objet.sop_class_uid)
    request.AffectedSOPInstanceUID = UID(objet.sop_instance_uid)
    request.DataSet = BytesIO(objet.dataset)
    association.dimse.send_msg(request, context_id)
    _context, answer = association.dimse.get_msg(block=True)
    if answer is None or not answer.is_valid_response:
        return None
    return int(answer.Status)


class _Session:
    """The association of one sending, renewed when a new kind of object comes."""

    def __init__(self, pacs: Pacs) -> None:
        self._pacs = pacs
        self._association: Association | None = None
        self._kinds: dict[tuple[str, str], None] = {}
        self._sent = 0

    def send(self, objet: ObjetDicom) -> ObjetEnvoye:
        context_id = self._context_for(objet)
        if context_id is None or self._association is None:
            return ObjetEnvoye(objet.sop_instance_uid, stored=False, status=NO_CONTEXT, warning=False, bytes=len(objet.dataset))
        self._sent += 1
        with translated():
            status = send_bytes(self._association, objet, context_id=context_id, message_id=self._sent % 65_535 + 1)
        if status is None:
            raise PacsIndisponible("Le PACS n'a pas répondu à l'envoi d'une image.")
        return ObjetEnvoye(
            objet.sop_instance_uid,
            stored=status == SUCCESS or status in WARNINGS,
            status=status,
            warning=status in WARNINGS,
            bytes=len(objet.dataset),
        )

    def close(self, *, abort: bool = False) -> None:
        if self._association is not None:
            close(self._association, abort=abort)
        self._association = None

    def _context_for(self, objet: ObjetDicom) -> int | None:
        kind = (objet.sop_class_uid, objet.transfer_syntax_uid)
        if kind not in self._kinds or self._association is None:
            self._renew(kind)
        accepted = self._association.accepted_contexts if self._association else []
        found = [cx for cx in accepted if (cx.abstract_syntax, cx.transfer_syntax[0]) == kind]
        return found[0].context_id if found else None

    def _renew(self, kind: tuple[str, str]) -> None:
        self.close()
        self._kinds[kind] = None
        while len(self._kinds) > MAX_CONTEXTS:
            del self._kinds[next(iter(self._kinds))]
        contexts = [build_context(sop_class, syntax) for sop_class, syntax in self._kinds]
        try:
            self._association = associate(self._pacs, contexts)
        except PacsRefuse:
            if len(self._kinds) > 1:
                raise
            # none of the contexts is taken: it is this object that is refused, not us
            self._association = None
            if not self._accepts_us():
                raise

    def _accepts_us(self) -> bool:
        try:
            probe = associate(self._pacs, [build_context("1.2.840.10008.1.1", "1.2.840.10008.1.2")])
        except (PacsRefuse, PacsIndisponible):
            return False
        close(probe)
        return True
