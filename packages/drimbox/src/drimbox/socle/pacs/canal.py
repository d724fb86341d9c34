# SPDX-FileCopyrightText: 2026 drimm contributors
# SPDX-License-Identifier: EUPL-1.2
"""A bounded channel between the thread that talks to the PACS and the one that reads: when the reader is slow, the writer waits."""

from __future__ import annotations

import threading
from collections import deque
from typing import Generic, TypeVar

T = TypeVar("T")


class CanalFerme(Exception):
    """The reader has left; the writer must stop."""


class Canal(Generic[T]):
    """At most ``size`` items wait; the writer blocks beyond."""

    def __init__(self, size: int) -> None:
        self._size = max(size, 1)
        self._items: deque[T] = deque()
        self._changed = threading.Condition()
        self._closed = False
        self._ended = False
        self._error: BaseException | None = None

    def put(self, item: T) -> None:
        """Add an item, after waiting for room.

        Raises:
            CanalFerme: the reader left.
        """
        with self._changed:
            self._changed.wait_for(lambda: self._closed or len(self._items) < self._size)
            if self._closed:
                raise CanalFerme
            self._items.append(item)
            self._changed.notify_all()

    def end(self, error: BaseException | None = None) -> None:
        """Say that nothing more comes; an error is raised at the reader's, after the items already there."""
        with self._changed:
            self._ended, self._error = True, error
            self._changed.notify_all()

    def get(self) -> T | None:
        """Return the next item, or None at the end.

        Raises:
            BaseException: the error given to :meth:`end`.
        """
        with self._changed:
            self._changed.wait_for(lambda: bool(self._items) or self._ended or self._closed)
            if self._items and not self._closed:
                item = self._items.popleft()
                self._changed.notify_all()
                return item
            if self._error is not None and not self._closed:
                raise self._error
            return None

    def close(self) -> None:
        """Leave: what waits is dropped and the writer is told."""
        with self._changed:
            self._closed = True
            self._items.clear()
            self._changed.notify_all()

    @property
    def closed(self) -> bool:
        """Whether the reader has left."""
        return self._closed
