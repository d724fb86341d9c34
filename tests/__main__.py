# SPDX-FileCopyrightText: 2026 drimm contributors
# SPDX-License-Identifier: EUPL-1.2
"""``./drimm test``: the whole suite, fast tests first.

The Espace and the DRIMbox are two Django programs: each needs a process of its own, and both run side by side. What plays the whole mesh
runs last, alone on the machine.
"""

from __future__ import annotations

import subprocess
import sys
import tempfile
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
KINDS = ("unit", "conformance", "integration", "chaos")
ESPACE = [f"tests/{kind}/espace" for kind in KINDS if (ROOT / "tests" / kind / "espace").is_dir()]
OTHERS = [f"tests/{kind}" for kind in KINDS]


def pytest(*arguments: str) -> list[str]:
    """Return the command line of one run."""
    return [sys.executable, "-m", "pytest", "-q", *arguments]


def side_by_side(shown: list[str], kept: list[str]) -> bool:
    """Run two commands together; the first is seen as it goes, the second once both are over."""
    with tempfile.TemporaryFile() as output:
        second = subprocess.Popen(kept, cwd=ROOT, stdout=output, stderr=subprocess.STDOUT, stdin=subprocess.DEVNULL)
        first = subprocess.run(shown, cwd=ROOT, check=False, stdin=subprocess.DEVNULL)
        print("\n· l'Espace (dans un processus à part)", flush=True)
        code = second.wait()
        output.seek(0)
        print(output.read().decode(errors="replace"), flush=True)
    return first.returncode == 0 and code == 0


def main(arguments: list[str]) -> int:
    if arguments:
        return subprocess.run(pytest(*arguments), cwd=ROOT, check=False).returncode
    started = time.monotonic()
    print("· confiance, la DRIMbox et le banc ; l'Espace en même temps", flush=True)
    fine = side_by_side(pytest(*OTHERS, *(f"--ignore={path}" for path in ESPACE)), pytest(*ESPACE))
    print("· tout le maillage", flush=True)
    fine &= subprocess.run(pytest("tests/e2e"), cwd=ROOT, check=False).returncode == 0
    print(f"{'Tout passe' if fine else 'Des tests échouent'} ({(time.monotonic() - started) / 60:.0f} min).")
    return 0 if fine else 1


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
