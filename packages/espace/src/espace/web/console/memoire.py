# SPDX-FileCopyrightText: 2026 drimm contributors
# SPDX-License-Identifier: EUPL-1.2
"""What is long to read in the Registre, read again only once it moved."""

from __future__ import annotations

from collections.abc import Callable, Hashable
from typing import Generic, TypeVar

from espace.registre.revisions.queries import repere

V = TypeVar("V")


class Memoire(Generic[V]):
    """The last thing that was made of the whole Registre.

    It is of the process, and of every person who may read the Registre: nothing of one person goes in.
    """

    def __init__(self) -> None:
        self._kept: tuple[object, V] | None = None

    def get(self, make: Callable[[], V], *, of: Hashable = None) -> V:
        """Return what is made of the Registre as it is now.

        Args:
            make: reads it.
            of: what else decides of the result.
        """
        seen, kept = repere(), self._kept
        if seen is not None and kept is not None and kept[0] == (seen, of):
            return kept[1]
        made = make()
        # a Registre that moved meanwhile is half in what was made: it is shown, and not kept
        self._kept = ((seen, of), made) if seen is not None and repere() == seen else None
        return made
