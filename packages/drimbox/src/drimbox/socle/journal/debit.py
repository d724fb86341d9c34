# SPDX-FileCopyrightText: 2026 drimm contributors
# SPDX-License-Identifier: EUPL-1.2
"""How many lines of one kind one peer may have written in a minute: a door that is beaten upon must not fill the journal."""

from __future__ import annotations

from collections import OrderedDict
from dataclasses import dataclass
from threading import Lock


@dataclass(slots=True)
class _Minute:
    since: float
    count: int = 0
    left_out: int = 0


class Debit:
    """Counts lines by whoever caused them and by code. Safe between threads.

    Args:
        per_minute: lines of one key in a minute.
        keys: keys remembered; the oldest one is forgotten beyond.
    """

    def __init__(self, per_minute: int = 20, keys: int = 4096) -> None:
        self._per_minute = per_minute
        self._keys = keys
        self._known: OrderedDict[tuple[str, ...], _Minute] = OrderedDict()
        self._lock = Lock()

    def admit(self, *key: str, at: float) -> int | None:
        """Tell whether one more line may be written.

        Args:
            key: peer, code.
            at: monotonic seconds.

        Returns:
            None when it may not; otherwise how many of this key were left out since the last one that was written.
        """
        with self._lock:
            minute = self._known.setdefault(key, _Minute(at))
            self._known.move_to_end(key)
            while len(self._known) > self._keys:
                self._known.popitem(last=False)
            if at - minute.since >= 60:
                minute.since, minute.count = at, 0
            minute.count += 1
            if minute.count > self._per_minute:
                minute.left_out += 1
                return None
            left_out, minute.left_out = minute.left_out, 0
            return left_out
