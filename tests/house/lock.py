# SPDX-FileCopyrightText: 2026 drimm contributors
# SPDX-License-Identifier: EUPL-1.2
"""``./drimm lock``: compute requirements/*.lock again (architecture, decision 15)."""

from __future__ import annotations

import subprocess
import sys
import tempfile
import tomllib
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
OPTIONS = ["--universal", "--python-version", "3.11", "--generate-hashes", "--no-emit-index-url", "--no-header", "--no-annotate", "--quiet"]


def requirements() -> list[str]:
    """Return what the four packages ask for, themselves and the development-only extra pkcs11 excepted."""
    found: list[str] = []
    for path in sorted(ROOT.glob("packages/*/pyproject.toml")):
        project = tomllib.loads(path.read_text(encoding="utf-8"))["project"]
        extras = project.get("optional-dependencies", {})
        found += project["dependencies"] + [text for name, texts in extras.items() if name != "pkcs11" for text in texts]
    return [text for text in found if not text.startswith("drimm-")]


def main() -> int:
    uv = str(Path(sys.executable).parent / "uv")
    lock = ROOT / "requirements"
    with tempfile.NamedTemporaryFile("w", suffix=".in") as asked:
        asked.write("\n".join(requirements()))
        asked.flush()
        subprocess.run([uv, "pip", "compile", *OPTIONS, asked.name, str(lock / "run.in"), "-o", str(lock / "run.lock")], check=True)
    subprocess.run(
        [uv, "pip", "compile", *OPTIONS, "-c", str(lock / "run.lock"), str(lock / "dev.in"), "-o", str(lock / "dev.lock")], check=True
    )
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
