# SPDX-FileCopyrightText: 2026 drimm contributors
# SPDX-License-Identifier: EUPL-1.2
"""A time shared by several downloads from one address: however many they are, together they never last longer."""

from __future__ import annotations

from time import monotonic

from drimbox.socle.annuaire.errors import AdresseInjoignable


class Delai:
    """Counts down from its making."""

    def __init__(self, seconds: float) -> None:
        """Start counting."""
        self._end = monotonic() + seconds

    def left(self) -> float:
        """Return the seconds left.

        Raises:
            AdresseInjoignable: none is left.
        """
        left = self._end - monotonic()
        if left <= 0:
            raise AdresseInjoignable
        return left
