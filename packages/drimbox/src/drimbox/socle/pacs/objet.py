# SPDX-FileCopyrightText: 2026 drimm contributors
# SPDX-License-Identifier: EUPL-1.2
"""An object that is still arriving: its head first, the rest block by block."""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from dataclasses import dataclass

from drimbox.socle.pacs.tete import LecteurTete, Tete


@dataclass(frozen=True, slots=True)
class DemandeImages:
    """What is asked of a PACS.

    Attributes:
        study: StudyInstanceUID.
        series: SeriesInstanceUID, or None for the whole study.
        instance: SOPInstanceUID (its series is then needed), or None.
        accept_syntaxes: transfer syntaxes to propose, in order; None for all. A PACS may transcode to one of them.
        sop_classes: classes that the objects have, when known (the KOS says them): spares a question to the PACS.
        attendus: SOPInstanceUIDs that must come, when known; one that does not makes the retrieval incomplete.
    """

    study: str
    series: str | None = None
    instance: str | None = None
    accept_syntaxes: tuple[str, ...] | None = None
    sop_classes: tuple[str, ...] = ()
    attendus: frozenset[str] | None = None

    def __post_init__(self) -> None:
        if self.instance and not self.series:
            message = "an instance is asked for with its series"
            raise ValueError(message)

    @property
    def level(self) -> str:
        """Query/Retrieve level (PS3.4 section C.4.3.1.3)."""
        return "IMAGE" if self.instance else "SERIES" if self.series else "STUDY"


class ObjetEnCours:
    """One composite object, read once, in order: ``entete`` then :meth:`blocs`. Its pixels are never decoded nor gathered.

    Attributes:
        sop_class_uid: as the PACS announces it.
        sop_instance_uid: as the PACS announces it.
        transfer_syntax_uid: of the data set.
        study_instance_uid: as the data set says; empty when it does not.
        series_instance_uid: as the data set says; empty when it does not.
        patient_id: as the data set says, encoded bytes taken as Latin-1; empty when it does not.
        entete: first bytes of the data set; they end just before the pixels if ``entete_entiere``.
        entete_entiere: whether the head was short enough to be gathered.
        longueur: bytes of the whole data set, head included; None when the PACS does not say (DIMSE never does).
        recus: bytes of the data set handed over so far, head included.
    """

    def __init__(
        self,
        *,
        sop_class_uid: str,
        sop_instance_uid: str,
        transfer_syntax_uid: str,
        tete: Tete,
        rest: memoryview | None,
        more: Callable[[], Awaitable[memoryview | None]],
        longueur: int | None = None,
        here: Callable[[], list[memoryview]] | None = None,
    ) -> None:
        self.sop_class_uid = sop_class_uid
        self.sop_instance_uid = sop_instance_uid
        self.transfer_syntax_uid = transfer_syntax_uid
        self.study_instance_uid = tete.identifiants.study
        self.series_instance_uid = tete.identifiants.series
        self.patient_id = tete.patient_id
        self.tete = tete
        self.entete = tete.entete
        self.entete_entiere = tete.whole
        self.longueur = longueur
        self.recus = len(tete.entete)
        self._rest = rest
        self._more = more
        self._here = here
        self._ended = rest is None

    async def blocs(self) -> AsyncIterator[memoryview]:
        """Yield the bytes that follow the head, as they arrive. Views stay valid; not reading makes the PACS wait.

        Raises:
            PacsIndisponible: silence or cut: the object will never be whole.
            PacsRefuse: what comes cannot be read.
        """
        if self._rest:
            block, self._rest = self._rest, None
            self.recus += len(block)
            yield block
        while not self._ended:
            data = await self._more()
            if data is None:
                self._ended = True
                return
            self.recus += len(data)
            yield data

    async def lots(self) -> AsyncIterator[Sequence[memoryview]]:
        """Yield the same bytes as :meth:`blocs`, all those that are already here at a time: fewer steps for who only carries them.

        Raises:
            PacsIndisponible: silence or cut: the object will never be whole.
            PacsRefuse: what comes cannot be read.
        """
        async for block in self.blocs():
            lot = [block] if self._here is None else [block, *self._here()]
            self.recus += sum(map(len, lot)) - len(block)
            yield lot

    async def finish(self) -> None:
        """Let the rest of the object pass, unread."""
        async for _lot in self.lots():
            pass


async def read_tete(lecteur: LecteurTete, more: Callable[[], Awaitable[memoryview | None]]) -> tuple[Tete, memoryview | None]:
    """Gather the head of an object.

    Args:
        lecteur: machine for its syntax.
        more: gives the next bytes of the data set, or None at its end.

    Returns:
        The head, and the bytes already there that come after it; None when the object is over.

    Raises:
        ObjetIllisible: the data set does not follow its syntax.
    """
    while (data := await more()) is not None:
        found = lecteur.feed(data)
        if found is not None:
            return found
    return lecteur.end(), None
