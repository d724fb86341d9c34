# SPDX-FileCopyrightText: 2026 drimm contributors
# SPDX-License-Identifier: EUPL-1.2
"""Storage of objects in a PACS by C-STORE (PS3.4 annex B), their bytes untouched: an object is stored when the PACS says so."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace

from drimbox.config import Pacs
from drimbox.socle.pacs.dimse.errors import ProtocoleRompu
from drimbox.socle.pacs.envoi import Envoi
from drimbox.socle.pacs.model import ObjetDicom
from drimbox.socle.pacs.places import place
from drimbox.socle.pacs.syntaxes import MAX_CONTEXTS

SUCCESS = 0x0000
_WARNINGS = frozenset({0x0001, 0x0107, 0x0116})
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


def is_warning(status: int) -> bool:
    """Tell whether a status says that the object is kept, with a remark: 0001, 0107, 0116 and Bxxx (PS3.7 annex C)."""
    return status in _WARNINGS or status >> 12 == 0xB


def store(pacs: Pacs, objets: Iterable[ObjetDicom]) -> Iterator[ObjetEnvoye]:
    """Send objects to a PACS, in order, one answer each.

    The input is read as the output is consumed: one object in memory at a time, or as many as the PACS lets be under way. Presentation
    contexts follow what comes: an object of a new kind (SOP class, transfer syntax) makes a new association that knows it too.

    Raises:
        PacsIndisponible: no answer; the object being sent and those that follow are not stored as far as we know.
        PacsRefuse: the PACS refuses the association.
    """
    session = _Session(pacs)
    with place(pacs):
        try:
            for objet in objets:
                yield from session.send(objet)
            yield from session.finish()
        except GeneratorExit:
            session.close()
            raise
        except BaseException:
            session.close(abort=True)
            raise
        session.close()


class _Session:
    """The association of one sending, renewed when a new kind of object comes."""

    def __init__(self, pacs: Pacs) -> None:
        self._pacs = pacs
        self._envoi: Envoi | None = None
        self._kinds: dict[tuple[str, str], None] = {}
        self._under_way: dict[int, ObjetEnvoye] = {}  # message → what its success would be, in order
        self._judged: dict[int, ObjetEnvoye] = {}  # answered before an earlier one

    def send(self, objet: ObjetDicom) -> Iterator[ObjetEnvoye]:
        kind = (objet.sop_class_uid, objet.transfer_syntax_uid)
        if self._envoi is None or kind not in self._kinds:
            yield from self.finish()
            self._renew(kind)
        assert self._envoi is not None
        if not self._envoi.takes(objet):
            yield from self.finish()
            yield ObjetEnvoye(objet.sop_instance_uid, stored=False, status=NO_CONTEXT, warning=False, bytes=len(objet.dataset))
            return
        message_id = self._envoi.send(objet)
        self._under_way[message_id] = ObjetEnvoye(
            objet.sop_instance_uid, stored=True, status=SUCCESS, warning=False, bytes=len(objet.dataset)
        )
        del objet  # only its size is kept while its answer is awaited
        if len(self._under_way) >= self._envoi.window:
            yield from self._answers(1)

    def finish(self) -> Iterator[ObjetEnvoye]:
        """Wait for every answer still owed."""
        yield from self._answers(len(self._under_way))

    def close(self, *, abort: bool = False) -> None:
        if self._envoi is not None:
            self._envoi.close(abort=abort)
        self._envoi = None

    def _answers(self, count: int) -> Iterator[ObjetEnvoye]:
        """Yield at least ``count`` results, in the order of the objects; a PACS may answer in another."""
        given = 0
        while given < count and self._envoi is not None:
            message_id, status = self._envoi.answer()
            sent = self._under_way.get(message_id)
            if sent is None or message_id in self._judged:
                raise ProtocoleRompu
            warning = is_warning(status)
            self._judged[message_id] = replace(sent, stored=status == SUCCESS or warning, status=status, warning=warning)
            while self._under_way and (first := next(iter(self._under_way))) in self._judged:
                del self._under_way[first]
                given += 1
                yield self._judged.pop(first)

    def _renew(self, kind: tuple[str, str]) -> None:
        self.close()
        self._kinds[kind] = None
        while len(self._kinds) > MAX_CONTEXTS:
            del self._kinds[next(iter(self._kinds))]
        self._envoi = Envoi(self._pacs, tuple(self._kinds))
