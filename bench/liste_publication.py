# SPDX-FileCopyrightText: 2026 drimm contributors
# SPDX-License-Identifier: EUPL-1.2
"""The publication of the list: how soon an exclusion is refused, what a large list and a proof cost: ``./drimm bench liste-publication``.

What is real and what is simulated is said in :mod:`bench.exclusion_maille` and :mod:`bench.publication_20000`.
"""

from __future__ import annotations

import json
import statistics
import subprocess
import sys
from collections.abc import Iterator

from bench import exclusion_maille, journal_preuves
from bench.contract import Measure, Reference, run
from bench.publication_20000 import ROWS

MARGIN = 60.0
TIMES = 8.0
NO_GOAL = "pour mémoire"


def measures(*, full: bool) -> list[Measure]:
    """Run everything; ``full`` takes more samples, and really waits for the poll of 300 s."""
    print("· publication de la grande liste", file=sys.stderr)
    found = list(_publication(full=full))
    print("· preuves du Journal des listes", file=sys.stderr)
    found += journal_preuves.measures(full=full)
    print("· exclusions, de la décision au refus", file=sys.stderr)
    return found + list(_exclusions(full=full))


def _publication(*, full: bool) -> Iterator[Measure]:
    command = [sys.executable, "-m", "bench.publication_20000", *(["--full"] if full else [])]
    done = subprocess.run(command, check=True, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True, timeout=900)
    samples = {name: tuple(values) for name, values in json.loads(done.stdout.splitlines()[-1]).items()}
    reference = Reference("une vérification par un lecteur", samples["verifier"])
    limit = TIMES * statistics.median(samples["verifier"])
    holds = statistics.median(samples["publier"]) <= limit
    yield Measure(f"publier_{ROWS}", "ms", samples["publier"], f"≤ {TIMES:.0f} × une vérification", holds, reference)
    yield Measure(f"publier_{ROWS}_au_demarrage", "ms", samples["premiere"], NO_GOAL, holds=True, reference=reference)
    waited = Reference("une vérification, à la montre", samples["verifier_horloge"])
    yield Measure(f"publier_{ROWS}_a_la_montre", "ms", samples["publier_horloge"], NO_GOAL, holds=True, reference=waited)


def _exclusions(*, full: bool) -> Iterator[Measure]:
    for poll, seconds in exclusion_maille.samples(full=full).items():
        limit = float(poll) + MARGIN
        waited = "" if poll == "5" or full else ", attente simulée"
        goal = f"au pire ≤ relevé de {poll} s + {MARGIN:.0f} s{waited}"
        yield Measure(f"exclusion_releve_{poll}s", "s", tuple(seconds), goal, max(seconds) <= limit)


if __name__ == "__main__":
    sys.exit(run("liste-publication", measures))
