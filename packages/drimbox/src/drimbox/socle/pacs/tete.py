# SPDX-FileCopyrightText: 2026 drimm contributors
# SPDX-License-Identifier: EUPL-1.2
"""The head of an object that arrives: everything before its pixels, gathered as the bytes come, and what it says of itself.

A machine without input nor output. What is gathered never exceeds the limit; of an object without pixels, or with a huge value before
them, the first bytes are all there is. A deflated data set is gathered whole, or refused; only its beginning is inflated here, where the
loop of all transfers waits: who works on the rest inflates it elsewhere, once.
"""

from __future__ import annotations

from dataclasses import dataclass

from drimbox.socle.pacs.elements import DEFLATED, PIXELS, Encodage, Marche, OctetsManquants, encodage_of, inflate_beginning
from drimbox.socle.pacs.identifiants import Identifiants, ObjetIllisible

MAX_TETE = 1 << 20
USUAL_TETE = 8 << 10
"""Bytes that the head of nearly every image holds in."""
MAX_DEFLATED = 16 << 20
MAX_INFLATED = 64 << 20
"""Bytes of a deflated data set once inflated, beyond which nobody reads it."""
SOP_CLASS, SOP_INSTANCE, PATIENT, STUDY, SERIES = 0x00080016, 0x00080018, 0x00100020, 0x0020000D, 0x0020000E
_WANTED = frozenset({SOP_CLASS, SOP_INSTANCE, PATIENT, STUDY, SERIES})
_MAX_VALUE = 1024


@dataclass(frozen=True, slots=True)
class Tete:
    """What was gathered.

    Attributes:
        entete: bytes of the data set from its beginning, up to the pixels when they are there and near enough.
        whole: whether ``entete`` ends just before the pixels, or holds the whole data set.
        identifiants: UIDs found in it.
        patient_id: (0010,0020) as encoded, decoded as Latin-1; empty when absent.
        patient_place: where (0010,0020) begins in the data set, once inflated; 0 when absent.
    """

    entete: bytes
    whole: bool
    identifiants: Identifiants
    patient_id: str
    patient_place: int = 0


class LecteurTete:
    """The machine. Feed it until it is ready; what it did not keep is given back.

    Args:
        transfer_syntax: of the data set.
        limit: most bytes gathered.
    """

    def __init__(self, transfer_syntax: str, limit: int = MAX_TETE) -> None:
        self._deflated = transfer_syntax == DEFLATED
        self._encodage: Encodage = encodage_of(transfer_syntax)
        self._limit = MAX_DEFLATED if self._deflated else limit
        self._kept = bytearray()
        self._place = 0  # of the first element not passed yet
        self._next_try = 0  # size under which another look would see nothing new
        self._values: dict[int, bytes] = {}
        self._patient_place = 0

    def feed(self, data: memoryview) -> tuple[Tete, memoryview] | None:
        """Take some bytes.

        Returns:
            The head and the bytes of ``data`` that come after it, or None when more is needed.

        Raises:
            ObjetIllisible: these bytes are not a data set of this syntax, or a deflated one is too long to be inflated.
        """
        if not self._kept and len(data) > USUAL_TETE:  # most of these bytes are pixels: they are not copied to be looked at
            found = self._feed(data[:USUAL_TETE])
            if found is not None:
                return found[0], data[len(found[0].entete) :]
            data = data[USUAL_TETE:]
        return self._feed(data)

    def _feed(self, data: memoryview) -> tuple[Tete, memoryview] | None:
        before = len(self._kept)
        self._kept += data[: self._limit - before]
        if self._deflated:
            if before + len(data) > self._limit:
                raise ObjetIllisible
            return None
        end = self._find_end() if len(self._kept) >= self._next_try else None
        if end is None and before + len(data) < self._limit:
            return None
        stop = len(self._kept) if end is None else end
        # the head may end in what came before: then these bytes are all after it, and so is the tail of what was kept
        rest = data[stop - before :] if stop >= before else memoryview(bytes(self._kept[stop:before]) + bytes(data))
        return self._tete(stop, whole=end is not None), rest

    def end(self) -> Tete:
        """Say that the data set is over; what was gathered is the whole of it."""
        deflated = self._kept
        if self._deflated:
            self._kept = bytearray(inflate_beginning(bytes(deflated), MAX_TETE))
        self._find_end()
        self._kept = deflated
        return self._tete(len(self._kept), whole=True)

    def _tete(self, stop: int, *, whole: bool) -> Tete:
        text = {tag: value.decode("latin-1").strip(" \0") for tag, value in self._values.items()}
        uids = Identifiants(text.get(SOP_CLASS, ""), text.get(SOP_INSTANCE, ""), text.get(STUDY, ""), text.get(SERIES, ""))
        return Tete(bytes(self._kept[:stop]), whole, uids, text.get(PATIENT, ""), self._patient_place)

    def _find_end(self) -> int | None:
        """Return where the pixels begin, or None when it is not known yet."""
        size, marche = len(self._kept), Marche(self._kept, self._encodage)
        try:
            for element in marche.notable(self._place, _WANTED):
                if element.tag >= PIXELS:
                    return element.start
                if element.end > size:
                    break
                if element.tag == PATIENT and not self._patient_place:
                    self._patient_place = element.start
                self._values[element.tag] = bytes(self._kept[element.value : min(element.end, element.value + _MAX_VALUE)])
        except OctetsManquants:
            # a value of undefined length is walked again from its beginning: not before there is a fair amount of new bytes
            self._next_try = size + (size - marche.place) // 2 if marche.place < size else 0
        self._place = marche.place
        return None
