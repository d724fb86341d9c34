# SPDX-FileCopyrightText: 2026 drimm contributors
# SPDX-License-Identifier: EUPL-1.2
"""What is made of files and kept as long as their content does not change: contexts of TLS, keys that were checked."""

from __future__ import annotations

from collections.abc import Callable
from threading import Lock
from typing import Generic, TypeVar

T = TypeVar("T")
KEPT = 32
"""Structures of one DRIMbox of which something is kept."""


class Memoire(Generic[T]):
    """A few values by the digest of what makes them. Safe between threads; two that ask for the same make it once."""

    def __init__(self, kept: int = KEPT) -> None:
        self._kept = kept
        self._values: dict[bytes, T] = {}
        self._lock = Lock()

    def get(self, content: bytes, make: Callable[[], T]) -> T:
        """Return the value of a content, made if it is not kept; what :obj:`make` raises goes up and nothing is kept."""
        with self._lock:
            if content not in self._values:
                made = make()
                if len(self._values) >= self._kept:
                    self._values.clear()
                self._values[content] = made
            return self._values[content]
