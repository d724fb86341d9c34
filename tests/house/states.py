# SPDX-FileCopyrightText: 2026 drimm contributors
# SPDX-License-Identifier: EUPL-1.2
"""Reads the tables of states of the rooms, and draws them.

The tables are read in a child process: their labels are Django's, and this one must stay free to be set up by other tests.
"""

from __future__ import annotations

import enum
import importlib
import json
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from functools import cache
from types import ModuleType
from typing import Any

from tests.house.sources import ROOT, files


@dataclass(frozen=True, slots=True)
class Machine:
    """One table of states.

    Attributes:
        room: dotted name of the module that holds it.
        name: class of the states.
        states: (value, French label), the first one is where everything begins.
        arrows: (from, to, French label or nothing).
    """

    room: str
    name: str
    states: tuple[tuple[str, str], ...]
    arrows: tuple[tuple[str, str, str], ...]

    def reachable(self) -> set[str]:
        """Return the states that arrows lead to from the first one."""
        seen, todo = set(), [self.states[0][0]]
        while todo:
            state = todo.pop()
            seen.add(state)
            todo += [target for source, target, _ in self.arrows if source == state and target not in seen]
        return seen

    def drawn(self) -> str:
        """Return the table as a Mermaid diagram."""
        lines = [
            "stateDiagram-v2",
            *(f'    state "{label}" as {value}' for value, label in self.states),
            f"    [*] --> {self.states[0][0]}",
        ]
        lines += [f"    {source} --> {target}{f' : {label}' if label else ''}" for source, target, label in self.arrows]
        ends = [value for value, _ in self.states if not any(source == value for source, _, _ in self.arrows)]
        return "\n".join([*lines, *(f"    {value} --> [*]" for value in ends)])


@cache
def machines() -> tuple[Machine, ...]:
    """Return every table of states of the two programs."""
    told = subprocess.run([sys.executable, "-m", "tests.house.states"], cwd=ROOT, capture_output=True, text=True, check=True).stdout
    return tuple(
        Machine(one["room"], one["name"], tuple(map(tuple, one["states"])), tuple(map(tuple, one["arrows"]))) for one in json.loads(told)
    )


def _found() -> Iterator[Machine]:
    tables = ("packages/espace/src/*states.py", "packages/drimbox/src/*states.py", "packages/espace/src/*instruction/parcours/*.py")
    for path in files(*tables):
        name = ".".join(path.relative_to(ROOT).with_suffix("").parts[3:])
        yield from _machines_of(importlib.import_module(name))


def _machines_of(module: ModuleType) -> Iterator[Machine]:
    for name, table in vars(module).items():
        if "TRANSITIONS" not in name:
            continue
        arrows = list(_arrows(table))
        kind: Any = type(arrows[0][0])
        order = {member.value: number for number, member in enumerate(kind)}
        told = sorted(
            ((s.value, t.value, str(label)) for s, t, label in arrows), key=lambda arrow: (order[arrow[0]], order[arrow[1]], arrow[2])
        )
        yield Machine(module.__name__.removesuffix(".states"), kind.__name__, tuple((m.value, str(m.label)) for m in kind), tuple(told))


def _arrows(table: Any) -> Iterator[tuple[enum.Enum, enum.Enum, object]]:
    """Yield the arrows of both ways to write a table: state → states, or a row per verb."""
    if isinstance(table, dict):
        yield from ((source, target, "") for source, targets in table.items() for target in targets)
        return
    for row in table:
        yield from ((source, row.target, getattr(row, "libelle", "")) for source in row.sources)


if __name__ == "__main__":
    from django.conf import settings

    settings.configure(USE_I18N=False)
    print(json.dumps([asdict(machine) for machine in _found()], ensure_ascii=False))
