# SPDX-FileCopyrightText: 2026 drimm contributors
# SPDX-License-Identifier: EUPL-1.2
"""The contract of every bench: measures, each with its reference taken in the same run, as JSON and as a table."""

from __future__ import annotations

import argparse
import json
import resource
import statistics
import sys
import time
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TextIO


@dataclass(frozen=True)
class Reference:
    """The other side of a comparison.

    Attributes:
        name: what was measured.
        samples: in the unit of the measure.
    """

    name: str
    samples: tuple[float, ...]

    @property
    def value(self) -> float:
        """Median of the samples."""
        return statistics.median(self.samples)


@dataclass(frozen=True)
class Measure:
    """One figure.

    Attributes:
        name: stable identifier.
        unit: ``s``, ``ms``, ``µs``, ``MiB``, ``×``…
        samples: as measured.
        goal: sentence to hold.
        holds: whether it is held.
        reference: what it is compared with, or None.
    """

    name: str
    unit: str
    samples: tuple[float, ...]
    goal: str
    holds: bool
    reference: Reference | None = None
    value: float = field(init=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "value", statistics.median(self.samples))

    def as_dict(self) -> dict[str, object]:
        """Return the measure as the JSON of the contract."""
        reference = None if self.reference is None else {"name": self.reference.name, "samples": list(self.reference.samples)}
        return {
            "name": self.name,
            "unit": self.unit,
            "samples": list(self.samples),
            "value": self.value,
            "reference": reference,
            "goal": self.goal,
            "holds": self.holds,
        }


def computing_time() -> float:
    """Return the seconds of processor spent by this process and by the children it waited for.

    Everything compared here computes on one core and waits for nothing: on a machine that does other work besides, this is what stays
    comparable.
    """
    return sum(usage.ru_utime + usage.ru_stime for usage in map(resource.getrusage, (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)))


def interleave(
    *actions: Callable[[], object], rounds: int, scale: float = 1.0, clock: Callable[[], float] = time.perf_counter
) -> list[tuple[float, ...]]:
    """Time each action in turn, round after round, so that a slow moment of the machine falls on all of them.

    Args:
        actions: what to time.
        rounds: how many samples of each, after one run that is not kept.
        scale: multiplies seconds.
        clock: what to read before and after, in seconds.

    Returns:
        The samples of each action.
    """
    samples: list[list[float]] = [[] for _ in actions]
    for rank in range(rounds + 1):
        for action, kept in zip(actions, samples, strict=True):
            start = clock()
            action()
            elapsed = (clock() - start) * scale
            if rank:
                kept.append(elapsed)
    return [tuple(kept) for kept in samples]


def run(bench: str, measures: Callable[..., Sequence[Measure]]) -> int:
    """Do what a bench was asked on its command line: measure, print the table, write the JSON.

    Args:
        bench: its name.
        measures: measures; given ``full``, whether more was asked for.

    Returns:
        1 when a goal is missed.
    """
    parser = argparse.ArgumentParser(prog=f"./drimm bench {bench}")
    parser.add_argument("--json", type=Path, metavar="FICHIER", help="fichier où écrire les mesures")
    parser.add_argument("--full", action="store_true", help="plus de mesures")
    arguments = parser.parse_args()
    found = measures(full=arguments.full)
    print_table(found)
    if arguments.json:
        write(arguments.json, found)
    return 0 if all(measure.holds for measure in found) else 1


def write(path: Path, measures: Iterable[Measure]) -> None:
    """Write the JSON of the contract."""
    path.write_text(json.dumps({"measures": [measure.as_dict() for measure in measures]}, indent=1, ensure_ascii=False), encoding="utf-8")


def print_table(measures: Sequence[Measure], out: TextIO | None = None) -> None:
    """Print one line per measure: ours, the reference, the goal, and whether it holds."""
    out = out or sys.stdout
    rows = [("mesure", "valeur", "référence", "but", "tenu")]
    for measure in measures:
        reference = "—" if measure.reference is None else f"{measure.reference.value:.3g} {measure.unit} ({measure.reference.name})"
        rows.append((measure.name, f"{measure.value:.3g} {measure.unit}", reference, measure.goal, "oui" if measure.holds else "NON"))
    widths = [max(len(row[column]) for row in rows) for column in range(5)]
    for row in rows:
        out.write("  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip() + "\n")
