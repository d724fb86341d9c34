# SPDX-FileCopyrightText: 2026 drimm contributors
# SPDX-License-Identifier: EUPL-1.2
"""Words for the codes kept in the table of publications."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from confiance.errors import DrimmError


@dataclass(frozen=True, slots=True)
class Explication:
    """What a person reads of a code."""

    code: str
    message: str
    remede: str


def explication(code: str) -> Explication:
    """Return the words of the class of error that has this code."""
    for cls in _subclasses(DrimmError):
        if cls.code == code:
            return Explication(code, cls.message, cls.remede)
    return Explication(code, DrimmError.message, DrimmError.remede)


def _subclasses(cls: type[DrimmError]) -> Iterator[type[DrimmError]]:
    for child in cls.__subclasses__():
        yield child
        yield from _subclasses(child)
