# SPDX-FileCopyrightText: 2026 drimm contributors
# SPDX-License-Identifier: EUPL-1.2
"""The JSON of ``--report``: what the demo did, with the paths of what it left in the work folder."""

from __future__ import annotations

import json
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass, field
from pathlib import Path


@dataclass(slots=True)
class Step:
    """One step of the scenario."""

    name: str
    ok: bool = False
    seconds: float = 0.0


@dataclass(frozen=True, slots=True)
class Refusal:
    """A refusal seen between running processes."""

    case: str
    code: str
    http_status: int | None
    trace: str
    transcript: str


@dataclass(slots=True)
class Report:
    """Everything that the demo tells to a program."""

    steps: list[Step] = field(default_factory=list)
    liste_blanche: dict[str, str | int] = field(default_factory=dict)
    kos: dict[str, str] = field(default_factory=dict)
    deposit: dict[str, str] = field(default_factory=dict)
    retrieval: dict[str, str | int | float | bool] = field(default_factory=dict)
    refusals: list[Refusal] = field(default_factory=list)

    @contextmanager
    def step(self, name: str) -> Iterator[Step]:
        """Time one step; it is ok when its body ends without error."""
        step = Step(name)
        self.steps.append(step)
        started = time.monotonic()
        try:
            yield step
            step.ok = True
        finally:
            step.seconds = round(time.monotonic() - started, 3)

    def write(self, path: Path, *, complete: bool) -> None:
        """Write the report; ``ok`` needs a complete scenario and every step to have succeeded."""
        content = {"ok": complete and bool(self.steps) and all(step.ok for step in self.steps), **asdict(self)}
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(json.dumps(content, ensure_ascii=False, indent=2) + "\n", encoding="utf-8")
