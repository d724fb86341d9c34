# SPDX-FileCopyrightText: 2026 drimm contributors
# SPDX-License-Identifier: EUPL-1.2
"""``./drimm test``: the whole suite, fast tests first.

The Espace and the DRIMbox are two Django programs: each needs a process of its own. What plays the whole mesh runs last.
"""

from __future__ import annotations

import subprocess
import sys
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
KINDS = ("unit", "conformance", "integration", "chaos")
ESPACE = [f"tests/{kind}/espace" for kind in KINDS if (ROOT / "tests" / kind / "espace").is_dir()]
OTHERS = [f"tests/{kind}" for kind in KINDS]


def pytest(*arguments: str) -> list[str]:
    """Return the command line of one run."""
    return [sys.executable, "-m", "pytest", "-q", *arguments]


def main(arguments: list[str]) -> int:
    if arguments:
        return subprocess.run(pytest(*arguments), cwd=ROOT, check=False).returncode
    started = time.monotonic()
    runs = {
        "confiance, la DRIMbox et le banc": [*OTHERS, *(f"--ignore={path}" for path in ESPACE)],
        "l'Espace": ESPACE,
        "tout le maillage": ["tests/e2e"],
    }
    fine = True
    for title, selection in runs.items():
        print(f"· {title}", flush=True)
        fine &= subprocess.run(pytest(*selection), cwd=ROOT, check=False, stdin=subprocess.DEVNULL).returncode == 0
    print(f"{'Tout passe' if fine else 'Des tests échouent'} ({(time.monotonic() - started) / 60:.0f} min).")
    return 0 if fine else 1


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
