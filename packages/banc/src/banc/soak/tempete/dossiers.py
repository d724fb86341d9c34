# SPDX-FileCopyrightText: 2026 drimm contributors
# SPDX-License-Identifier: EUPL-1.2
"""The records that the DMP of a storm holds."""

from __future__ import annotations

from collections.abc import Container, Iterable


class Dossiers(Container[str]):
    """The INS that have a record: every one, except those whose record is still to be opened.

    Args:
        absent: INS without a record.
    """

    def __init__(self, absent: Iterable[str] = ()) -> None:
        self._absent = set(absent)

    def __contains__(self, ins: object) -> bool:
        return ins not in self._absent

    def open(self, ins: str) -> None:
        """Open the record of a patient; nothing when it is open."""
        self._absent.discard(ins)
