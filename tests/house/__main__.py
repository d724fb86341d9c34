# SPDX-FileCopyrightText: 2026 drimm contributors
# SPDX-License-Identifier: EUPL-1.2
"""``./drimm check``: each check says what it does, all of them run, the first words of a failure are shown."""

from __future__ import annotations

import re
import subprocess
import sys
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
BIN = Path(sys.executable).parent

# licences that may live in an EUPL-1.2 work as dependencies; whole words of the metadata, matched in part
COMPATIBLE = (
    "MIT", "BSD", "Apache", "ISC", "PSF-2.0", "Python Software Foundation", "MPL", "Mozilla Public", "Zlib", "CC0", "0BSD",
    "LGPL", "Lesser General Public",
)  # fmt: skip


def run_time_packages() -> list[str]:
    """Return the names that requirements/run.lock pins."""
    return re.findall(r"^([A-Za-z0-9._-]+)==", (ROOT / "requirements/run.lock").read_text(encoding="utf-8"), re.MULTILINE)


def checks() -> dict[str, list[str]]:
    """Return the checks: French name → command line."""
    tool = {name: str(BIN / name) for name in ("ruff", "mypy", "lint-imports", "reuse", "pip-licenses")}
    licences = [tool["pip-licenses"], "--from=mixed", "--partial-match", f"--allow-only={';'.join(COMPATIBLE)}", "--packages"]
    return {
        "style": [tool["ruff"], "check", "--quiet", "."],
        "mise en forme": [tool["ruff"], "format", "--check", "--quiet", "."],
        "types": [tool["mypy"], "--no-error-summary", "packages"],
        "contrats d'import": [tool["lint-imports"]],
        "en-têtes de licence": [tool["reuse"], "lint", "--lines"],
        "licences des dépendances": [*licences, *run_time_packages()],
        "maison (liens, glossaire, réglages)": [sys.executable, "-m", "pytest", "-q", "-p", "no:warnings", "tests/house"],
    }


def main() -> int:
    failed = []
    for name, command in checks().items():
        started = time.monotonic()
        result = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
        print(f"  {'✓' if result.returncode == 0 else '✗'} {name} ({time.monotonic() - started:.1f} s)", flush=True)
        if result.returncode:
            failed.append(name)
            print("\n".join((result.stdout + result.stderr).strip().splitlines()[-60:]))
    print(f"{len(checks()) - len(failed)} passed, {len(failed)} failed")
    return 1 if failed else 0


if __name__ == "__main__":
    raise SystemExit(main())
