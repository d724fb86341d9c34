# SPDX-FileCopyrightText: 2026 drimm contributors
# SPDX-License-Identifier: EUPL-1.2
"""What one KOS opens: its instances and no other. Read once per KOS and kept, until the traits of its patient are erased."""

from __future__ import annotations

import asyncio
from collections import OrderedDict
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from types import MappingProxyType
from typing import TypeAlias

from drimbox.socle.kos.errors import KosIllisible
from drimbox.socle.kos.model import InstanceKos, KosLu
from drimbox.socle.kos.reader import read_kos
from drimbox.socle.personnes import OIDS_INS, Identifiant
from drimbox.source.admission.errors import InterneIndisponible, RessourceInconnue
from drimbox.source.pointeur.patient_pacs import PatientPacs


@dataclass(frozen=True, slots=True)
class ExamenOuvert:
    """The instances that a KOS opens. Read-only: requests share it.

    Attributes:
        lu: the KOS as read.
        series: SeriesInstanceUID → SOPInstanceUID → instance.
        ins: qualified INS of the patient, or None when the KOS has none.
        patient: the patient of the PACS when the KOS was made, or None when nobody wrote it down.
    """

    lu: KosLu
    series: Mapping[str, Mapping[str, InstanceKos]]
    ins: Identifiant | None
    patient: PatientPacs | None = None

    def require(self, series: str | None, instance: str | None) -> None:
        """Check that the KOS points to what is asked; None asks for everything of that level.

        Raises:
            RessourceInconnue: it does not, whether such a thing exists here or not.
        """
        if series is not None and series not in self.series:
            raise RessourceInconnue
        if series is not None and instance is not None and instance not in self.series[series]:
            raise RessourceInconnue

    def holds(self, series: str, instance: str) -> bool:
        """Tell whether the KOS points to this instance, in this series."""
        return instance in self.series.get(series, ())


def open_content(contenu: bytes, patient: PatientPacs | None = None) -> ExamenOuvert:
    """Read one of our own KOS.

    Args:
        contenu: a Part 10 file.
        patient: as kept beside it.

    Raises:
        KosIllisible: it cannot be read.
    """
    lu = read_kos(contenu)
    series = {serie.series_instance_uid: MappingProxyType({i.sop_instance_uid: i for i in serie.instances}) for serie in lu.series}
    ins = lu.patient_ins if lu.patient_ins is not None and lu.patient_ins.oid in OIDS_INS else None
    return ExamenOuvert(lu, MappingProxyType(series), ins, patient)


_Cle: TypeAlias = "tuple[str, datetime | None]"


@dataclass(frozen=True, slots=True)
class _Ouverture:
    """What was read of one KOS, as it was after that erasure."""

    purged_at: datetime | None
    examen: ExamenOuvert


class Ouvertures:
    """Reads KOS on demand and remembers the last ones, at most ``max_instances`` instances in all.

    Those who ask for the same one at once share its reading: that of a large study takes much memory while it lasts.
    """

    def __init__(self, read: Callable[[str], Awaitable[ExamenOuvert]], *, max_instances: int = 50_000) -> None:
        self._read = read
        self._max = max_instances
        self._count = 0
        self._known: OrderedDict[str, _Ouverture] = OrderedDict()
        self._reading: dict[_Cle, asyncio.Task[ExamenOuvert]] = {}

    async def __call__(self, uid: str, purged_at: datetime | None) -> ExamenOuvert:
        """Return what a KOS of ours opens. Whether it is in service is another question, asked each time.

        Args:
            uid: its SOPInstanceUID.
            purged_at: when the traits of its patient were erased, as the database says now: what was read before is forgotten.

        Raises:
            InterneIndisponible: it cannot be read, or the database does not answer.
        """
        key = uid, purged_at
        if uid in self._known and self._known[uid].purged_at == purged_at:
            self._known.move_to_end(uid)
            return self._known[uid].examen
        if key not in self._reading:
            self._reading[key] = asyncio.get_running_loop().create_task(self._open(key))
            self._reading[key].add_done_callback(partial(self._end, key))
        return await asyncio.shield(self._reading[key])  # who leaves takes nothing from the others

    async def _open(self, key: _Cle) -> ExamenOuvert:
        self._forget(key[0])
        try:
            found = await self._read(key[0])
        except KosIllisible as error:
            raise InterneIndisponible from error
        self._keep(key, found)
        return found

    def _end(self, key: _Cle, reading: asyncio.Task[ExamenOuvert]) -> None:
        del self._reading[key]
        if not reading.cancelled():
            reading.exception()  # seen, even when all who asked have left

    def _keep(self, key: _Cle, examen: ExamenOuvert) -> None:
        uid, purged_at = key
        if purged_at is None and uid in self._known:  # an erasure overtook this reading
            return
        self._forget(uid)
        self._known[uid] = _Ouverture(purged_at, examen)
        self._count += examen.lu.instances_count
        while self._count > self._max and len(self._known) > 1:
            self._forget(next(iter(self._known)))

    def _forget(self, uid: str) -> None:
        if uid in self._known:
            self._count -= self._known.pop(uid).examen.lu.instances_count
