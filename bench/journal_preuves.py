# SPDX-FileCopyrightText: 2026 drimm contributors
# SPDX-License-Identifier: EUPL-1.2
"""Proofs of the Journal des listes at 1,000 and 1,000,000 entries, in one run: ``./drimm bench journal-preuves``.

Nodes are in memory; times are processor times of one proof, built or checked. A proof must cost as the logarithm of the log: the larger
log is the small one a thousand times over, and log2 only doubles.
"""

from __future__ import annotations

import math
import random
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cached_property
from unittest import mock

from bench import contract
from bench.contract import Measure, Reference, run
from confiance.transparence import merkle
from confiance.transparence.merkle import HASH_BYTES, Noeuds, leaf_hash, node_hash

SMALL, LARGE = 1_000, 1_000_000
PROOFS = 500
MICROSECONDS = 1e6
GROWTH = 2.5


class Journal(Noeuds):
    """Complete nodes of a log, packed level by level."""

    def __init__(self, size: int) -> None:
        self.size = size
        self._levels = [b"".join(leaf_hash(rank.to_bytes(8, "big")) for rank in range(size))]
        while len(self._levels[-1]) >= 2 * HASH_BYTES:
            self._levels.append(b"".join(_pairs(self._levels[-1])))

    def get(self, level: int, index: int) -> bytes:
        """Return a complete node."""
        return self._levels[level][index * HASH_BYTES : (index + 1) * HASH_BYTES]


def _pairs(level: bytes) -> Iterator[bytes]:
    for start in range(0, len(level) - 2 * HASH_BYTES + 1, 2 * HASH_BYTES):
        yield node_hash(level[start : start + HASH_BYTES], level[start + HASH_BYTES : start + 2 * HASH_BYTES])


@dataclass(frozen=True)
class Ground:
    """A log and the leaves whose proofs are asked; always the same ones."""

    journal: Journal

    @property
    def size(self) -> int:
        """Leaves of the log, minus one: an odd shape, with as many incomplete nodes as can be."""
        return self.journal.size - 1

    @cached_property
    def root(self) -> bytes:
        """Root of the log."""
        return merkle.root(self.journal, self.size)

    @cached_property
    def asked(self) -> list[int]:
        """Indexes of leaves."""
        chance = random.Random(self.size)
        return [chance.randrange(1, self.size) for _ in range(PROOFS)]

    @cached_property
    def paths(self) -> list[tuple[bytes, tuple[bytes, ...], bytes, tuple[bytes, ...]]]:
        """For each leaf: its hash and its inclusion path, the root of the log before it and the consistency path from there."""
        log, size = self.journal, self.size
        return [
            (log.get(0, index), merkle.inclusion_path(log, index, size), merkle.root(log, index), merkle.consistency_path(log, index, size))
            for index in self.asked
        ]

    def build(self) -> None:
        """Build both proofs for each leaf."""
        for index in self.asked:
            merkle.inclusion_path(self.journal, index, self.size)
            merkle.consistency_path(self.journal, index, self.size)

    def check(self) -> None:
        """Check both proofs for each leaf."""
        for index, (leaf, inclusion, older, consistency) in zip(self.asked, self.paths, strict=True):
            merkle.verify_inclusion(leaf, index, self.size, inclusion, self.root)
            merkle.verify_consistency(index, self.size, older, self.root, consistency)

    def most_hashes(self) -> dict[str, int]:
        """Return the largest number of hashes that one build or one check of each proof computed."""
        found: dict[str, int] = {}
        for index, (leaf, inclusion, older, consistency) in zip(self.asked, self.paths, strict=True):
            one = (
                ("inclusion faite", merkle.inclusion_path, (self.journal, index, self.size)),
                ("consistance faite", merkle.consistency_path, (self.journal, index, self.size)),
                ("inclusion vérifiée", merkle.verify_inclusion, (leaf, index, self.size, inclusion, self.root)),
                ("consistance vérifiée", merkle.verify_consistency, (index, self.size, older, self.root, consistency)),
            )
            for name, action, values in one:
                found[name] = max(found.get(name, 0), _hashes(lambda action=action, values=values: action(*values)))
        return found


def _hashes(action: Callable[[], object]) -> int:
    with mock.patch.object(merkle, "node_hash", side_effect=node_hash) as counted:
        action()
    return counted.call_count


def measures(*, full: bool) -> list[Measure]:
    """Run everything; ``full`` takes more samples."""
    small, large = Ground(Journal(SMALL)), Ground(Journal(LARGE))
    scale = MICROSECONDS / (2 * PROOFS)
    actions = (small.build, large.build, small.check, large.check)
    rounds = 31 if full else 9
    build_small, build_large, check_small, check_large = contract.interleave(
        *actions, rounds=rounds, scale=scale, clock=contract.computing_time
    )
    found = [
        _time("preuve faite", build_large, build_small),
        _time("preuve vérifiée", check_large, check_small),
    ]
    hashes_small, hashes_large = small.most_hashes(), large.most_hashes()
    return found + [_count(name, hashes_large[name], hashes_small[name]) for name in hashes_large]


def _time(name: str, large: tuple[float, ...], small: tuple[float, ...]) -> Measure:
    reference = Reference(f"à {SMALL} entrées", small)
    measure = Measure(f"{name} à {LARGE} entrées", "µs", large, f"≤ {GROWTH} × celle à {SMALL}", holds=False, reference=reference)
    return Measure(measure.name, "µs", large, measure.goal, holds=measure.value <= GROWTH * reference.value, reference=reference)


def _count(name: str, large: int, small: int) -> Measure:
    """A consistency check follows two trees at once, hence twice the logarithm."""
    bound = 2 * math.ceil(math.log2(LARGE))
    reference = Reference(f"à {SMALL} entrées", (float(small),))
    return Measure(f"empreintes, {name} à {LARGE}", "", (float(large),), f"≤ 2 log2 = {bound}", holds=large <= bound, reference=reference)


if __name__ == "__main__":
    sys.exit(run("journal-preuves", measures))
