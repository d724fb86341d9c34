# SPDX-FileCopyrightText: 2026 drimm contributors
# SPDX-License-Identifier: EUPL-1.2
"""``./drimm test``: the whole suite, in three lanes side by side, then what plays the whole mesh, alone.

The Espace and the DRIMbox are two Django programs: each needs a process of its own.
"""

from __future__ import annotations

import os
import subprocess
import sys
import threading
import time
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
KINDS = ("unit", "conformance", "integration", "chaos")
_telling = threading.Lock()


@dataclass(frozen=True, slots=True)
class Group:
    """What one process of pytest runs: a French title, then folders."""

    title: str
    folders: tuple[str, ...]
    without: tuple[str, ...] = ()
    measured: bool = False  # the share of confiance that it runs is counted, and too small a share is a failure


def _of(program: str, *kinds: str) -> tuple[str, ...]:
    return tuple(f"tests/{kind}/{program}" for kind in kinds if (ROOT / "tests" / kind / program).is_dir())


_ESPACE = _of("espace", *KINDS)
# what mostly waits for others: name servers, mail, a browser, processes that are killed
_WAITING = tuple(f"tests/integration/espace/{room}" for room in ("attestation", "courrier", "journal", "navigateur", "zone"))
ESPACE = Group("l'Espace", _of("espace", "unit", "conformance", "integration"), _WAITING)
AROUND = Group("l'Espace, avec ses serveurs de noms, ses courriers et ses pannes", (*_WAITING, *_of("espace", "chaos")))
DRIMBOX = Group("la DRIMbox, avec sa base et de vrais pairs", _of("drimbox", "integration", "chaos"))
CONFIANCE = Group("confiance, et ce que ses tests en parcourent", (*_of("confiance", *KINDS), "tests/unit/exploitation"), measured=True)
OTHERS = Group("tout le reste", tuple(f"tests/{kind}" for kind in KINDS), (*_ESPACE, *DRIMBOX.folders, *CONFIANCE.folders))
MESH = Group("tout le maillage", ("tests/e2e",))
LANES = ((DRIMBOX,), (CONFIANCE, OTHERS, AROUND), (ESPACE,))


def _run(group: Group) -> bool:
    """Run one group, tell what it printed once it has ended, and return whether all passed."""
    _tell(f"· {group.title} : en cours")
    started = time.monotonic()
    tests = ["pytest", "-q", *group.folders, *(f"--ignore={path}" for path in group.without)]
    steps = [["coverage", "run", "-m", *tests], ["coverage", "combine", "-q"], ["coverage", "report"]] if group.measured else [tests]
    done = [_python(*step) for step in steps]
    fine = not any(step.returncode for step in done)
    told = "".join(step.stdout.decode(errors="replace") for step in done).rstrip()
    _tell(told, f"· {group.title} : {'passe' if fine else 'ÉCHOUE'} ({(time.monotonic() - started) / 60:.1f} min)")
    return fine


def _python(*module: str) -> subprocess.CompletedProcess[bytes]:
    environment = os.environ | {"COVERAGE_FILE": str(ROOT / ".cache" / "coverage" / "confiance")}
    command = [sys.executable, "-m", *module]
    return subprocess.run(
        command, cwd=ROOT, env=environment, check=False, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT
    )


def _lane(groups: Sequence[Group]) -> bool:
    results = [_run(group) for group in groups]  # the next one runs whatever came before
    return all(results)


def _tell(*lines: str) -> None:
    with _telling:
        print(*lines, sep="\n", flush=True)


def main(arguments: list[str]) -> int:
    if arguments:
        return subprocess.run([sys.executable, "-m", "pytest", "-q", *arguments], cwd=ROOT, check=False).returncode
    started = time.monotonic()
    with ThreadPoolExecutor(len(LANES)) as lanes:
        results = list(lanes.map(_lane, LANES))
    fine = all([*results, _run(MESH)])
    _tell(f"{'Tout passe' if fine else 'Des tests échouent'} ({(time.monotonic() - started) / 60:.0f} min).")
    return 0 if fine else 1


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
