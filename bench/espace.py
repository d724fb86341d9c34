# SPDX-FileCopyrightText: 2026 drimm contributors
# SPDX-License-Identifier: EUPL-1.2
"""Every page of the console and of the portail at two sizes of the Registre, in one run: ``./drimm bench espace``.

Two Espaces, each with its own PostgreSQL and its own list, show the same page in turn, round after round; the empty page of the same
layout behind the same login is one of them. Times are processor times, those of PostgreSQL included: pages wait for nothing else.
"""

from __future__ import annotations

import contextlib
import json
import math
import subprocess
import sys
import tempfile
from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import IO, Any

from bench.contract import Measure, Reference, run

SMALL, LARGE = (200, 50), (20_000, 5_000)
"""Couples and Operateurs."""
ROUNDS, FULL_ROUNDS = 40, 150
QUERIES, GROWTH, LAYOUT = 15, 1.5, 5.0
EMPTY = "vide"


@dataclass
class Espace:
    """A child that shows its pages when told."""

    child: subprocess.Popen[str]
    errors: IO[bytes]
    pages: tuple[str, ...] = ()
    left: Any = None
    unknown: tuple[str, ...] = ()

    @classmethod
    @contextlib.contextmanager
    def start(cls, couples: int, operateurs: int) -> Iterator[Espace]:
        """Start one of that size; :meth:`ready` waits until it is filled."""
        command = [sys.executable, "-m", "bench.espace_pages", str(couples), str(operateurs)]
        with tempfile.TemporaryFile() as errors:
            child = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=errors, text=True)
            try:
                yield cls(child, errors)
            finally:
                child.stdin.close()  # type: ignore[union-attr]  # it has a pipe
                try:
                    child.wait(60)
                except subprocess.TimeoutExpired:
                    child.kill()
                    child.wait()

    def ready(self) -> None:
        """Wait until it is filled, published and looked through once."""
        said = self._read()
        self.pages, self.left, self.unknown = tuple(said["pages"]), said["laissees"], tuple(said["inconnues"])

    def show(self, name: str) -> dict[str, float]:
        """Show a page once."""
        self.child.stdin.write(f"{name}\n")  # type: ignore[union-attr]  # as above
        self.child.stdin.flush()  # type: ignore[union-attr]  # as above
        return dict(self._read())

    def _read(self) -> Any:
        line = self.child.stdout.readline()  # type: ignore[union-attr]  # as above
        if not line:
            code = self.child.wait()
            self.errors.seek(0)
            raise SystemExit(f"the child ended: {code}\n{self.errors.read()[-2000:].decode(errors='replace')}")
        return json.loads(line)


def p95(samples: Sequence[float]) -> float:
    """Return the 95th percentile, nearest rank."""
    return sorted(samples)[math.ceil(0.95 * len(samples)) - 1]


def measures(*, full: bool) -> list[Measure]:
    """Show every page at both sizes, in turn."""
    with Espace.start(*SMALL) as small, Espace.start(*LARGE) as large:
        print("· deux Espaces se remplissent et publient leur liste", file=sys.stderr)
        small.ready()
        large.ready()
        if small.pages != large.pages:
            raise SystemExit(f"the two do not show the same pages: {set(small.pages) ^ set(large.pages)}")
        for name, why in large.left.items():
            print(f"  hors mesure, {name} : {why}", file=sys.stderr)
        samples: dict[tuple[str, int], list[dict[str, float]]] = defaultdict(list)
        for rank in range((FULL_ROUNDS if full else ROUNDS) + 1):
            print(f"\r· tour {rank}", end="", file=sys.stderr)
            for name in large.pages:
                for size, espace in ((0, small), (1, large)):
                    shown = espace.show(name)
                    if rank:
                        samples[name, size].append(shown)
        print(file=sys.stderr)
    return [*_pages(large.pages, samples), _complete(large)]


def _pages(names: Sequence[str], samples: dict[tuple[str, int], list[dict[str, float]]]) -> Iterator[Measure]:
    for name in names:
        small, big = ([one["ms"] for one in samples[name, size]] for size in (0, 1))
        empty = p95([one["ms"] for one in samples[f"{name.partition(':')[0]}:{EMPTY}", 1]])
        queries = max(one["requetes"] for one in samples[name, 1])
        then = f"{GROWTH} × {p95(small):.1f} et ≤ {LAYOUT:.0f} × {empty:.1f} (page vide)"
        goal = f"p95 {p95(big):.1f} ≤ {then} ; {queries:.0f} ≤ {QUERIES} requêtes"
        holds = p95(big) <= GROWTH * p95(small) and p95(big) <= LAYOUT * empty and queries <= QUERIES
        yield Measure(name, "ms", tuple(big), goal, holds, Reference(f"à {SMALL[0]} couples", tuple(small)))


def _complete(espace: Espace) -> Measure:
    """Say whether a page was left aside because the bench has no row to show in it."""
    count = len(espace.unknown)
    return Measure(
        "pages_sans_exemple", "pages", (float(count),), "0 : " + (", ".join(espace.unknown) or "toutes sont mesurées"), not count
    )


if __name__ == "__main__":
    sys.exit(run("espace", measures))
