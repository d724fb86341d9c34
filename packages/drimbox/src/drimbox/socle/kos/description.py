# SPDX-FileCopyrightText: 2026 drimm contributors
# SPDX-License-Identifier: EUPL-1.2
"""The description text of French KOS: the only place where the modality and the description of the series are written.

Seen forms: ``Examen : …``, ``Acte = …`` or ``Acte =  : …``, and per series ``Série-UID : MR @ : description`` with or without accent and
@; lines end by LF, CR or CRLF, and some samples are folded by an XML editor in the middle of a line.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field

MAX_CHARS = 2_000_000

_START = re.compile(r"(Examen\s*:|Acte\s*=\s*:?|S.{1,4}rie-\s*[0-9.]+\s*:)", re.IGNORECASE)
_SERIE = re.compile(r"S.{1,4}rie-\s*([0-9.]+)\s*:", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class SerieDecrite:
    """Modality and description of one series."""

    modality: str
    description: str


@dataclass(frozen=True, slots=True)
class Description:
    """What the text says."""

    examen: str = ""
    acte: str = ""
    series: dict[str, SerieDecrite] = field(default_factory=dict)


def parse_description(text: str) -> Description:
    """Read the text; what is not understood is left out."""
    pieces = _START.split(text[:MAX_CHARS])
    examen = acte = ""
    series: dict[str, SerieDecrite] = {}
    for start, rest in zip(pieces[1::2], pieces[2::2], strict=True):
        value = " ".join(rest.split())
        serie = _SERIE.fullmatch(start)
        if serie:
            series[serie.group(1)] = _read_serie(value)
        elif start.lower().startswith("examen"):
            examen = examen or value
        else:
            acte = acte or value
    return Description(examen, acte, series)


def _read_serie(value: str) -> SerieDecrite:
    modality, _, description = value.partition(":")
    return SerieDecrite(modality.replace("@", "").strip(), description.strip())
