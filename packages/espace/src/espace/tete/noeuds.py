# SPDX-FileCopyrightText: 2026 drimm contributors
# SPDX-License-Identifier: EUPL-1.2
"""The nodes of the log, read in the database one by one: a proof reads as many as the logarithm of the log."""

from __future__ import annotations

from functools import reduce
from operator import or_

from django.db.models import Q

from espace.tete.models import Noeud

_MOST = 20_000  # nodes kept in memory: a few megabytes


class NoeudsEnBase:
    """What :mod:`confiance.transparence.merkle` builds proofs from."""

    def __init__(self, size: int = 0) -> None:
        """Start, with the widest nodes of a log of that size read at once: every proof towards it needs them."""
        self._read: dict[tuple[int, int], bytes] = {}
        peaks = [Q(niveau=level, rang=(size >> level) - 1) for level in range(size.bit_length()) if size >> level & 1]
        if peaks:
            found = Noeud.objects.filter(reduce(or_, peaks)).values_list("niveau", "rang", "empreinte")
            self._read = {(level, index): bytes(data) for level, index, data in found}

    def get(self, level: int, index: int) -> bytes:
        """Return the 32 bytes of a complete node; a node never changes, so it is read once."""
        place = (level, index)
        if place not in self._read:
            if len(self._read) >= _MOST:
                self._read.clear()
            self._read[place] = bytes(Noeud.objects.values_list("empreinte", flat=True).get(niveau=level, rang=index))
        return self._read[place]
