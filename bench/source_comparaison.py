# SPDX-FileCopyrightText: 2026 drimm contributors
# SPDX-License-Identifier: EUPL-1.2
"""Two sides of `./drimm bench source` in one figure: who is how many times faster, and what each costs to its processor."""

from __future__ import annotations

import statistics

from bench.contract import Measure, Reference
from bench.source_pacs import Cote
from bench.source_porte import Serie

INFORMATIVE = "à titre indicatif"


def ratio(name: str, mine: Serie | Cote, other: Serie | Cote, goal: float | None, *, at_least: bool = False) -> Measure:
    """Compare two durations: ours over theirs, or theirs over ours when speed is what is claimed."""
    ours, theirs = statistics.median(mine.seconds), statistics.median(other.seconds)
    value = theirs / ours if at_least else ours / theirs
    text = INFORMATIVE if goal is None else f"{'≥' if at_least else '≤'} {goal:g} ×"
    holds = goal is None or (value >= goal if at_least else value <= goal)
    name = f"{name} ({value:.2f} ×)"
    return Measure(name, "s", tuple(mine.seconds), text, holds, reference=Reference(other.name, tuple(other.seconds)))


def processor(name: str, mine: Serie | Cote, other: Serie | Cote) -> Measure:
    """Compare the seconds of processor of two receivers, without those of the PACS and of the client: they hardly feel a busy machine."""
    ours, theirs = tuple(mine.processor), tuple(other.processor)
    value = statistics.median(ours) / statistics.median(theirs)
    return Measure(f"{name}, processeur ({value:.2f} ×)", "s", ours, INFORMATIVE, True, reference=Reference(other.name, theirs))
