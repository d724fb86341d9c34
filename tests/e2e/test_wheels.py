# SPDX-FileCopyrightText: 2026 drimm contributors
# SPDX-License-Identifier: EUPL-1.2
"""The four wheels, installed alone in an empty environment, run the demo from a folder outside the clone."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.conftest import ROOT


def _run(*command: str, cwd: Path | None = None, env: dict[str, str] | None = None) -> str:
    result = subprocess.run(list(command), cwd=cwd, env=env, capture_output=True, text=True, check=False, timeout=280)
    assert result.returncode == 0, result.stdout[-3000:] + result.stderr[-3000:]
    return result.stdout


@pytest.mark.skipif(os.environ.get("CI") != "true", reason="builds an environment of its own: only with CI=true")
def test_the_wheels_alone_run_the_demo(tmp_path: Path) -> None:
    uv = str(ROOT / ".venv/bin/uv")
    cache = {**os.environ, "UV_CACHE_DIR": str(ROOT / ".cache/uv")}
    for package in ("confiance", "espace", "drimbox", "banc"):
        _run(
            uv, "build", "--wheel", "--no-build-isolation", "--python", sys.executable, "--out-dir", str(tmp_path / "wheels"),
            str(ROOT / "packages" / package), env=cache,
        )  # fmt: skip
    wheels = sorted(str(path) for path in (tmp_path / "wheels").glob("*.whl"))
    assert len(wheels) == 4
    _run(uv, "venv", "--python", sys.executable, str(tmp_path / "venv"), env=cache)
    python = str(tmp_path / "venv/bin/python")
    _run(uv, "pip", "install", "--python", python, "--require-hashes", "-r", str(ROOT / "requirements/run.lock"), env=cache)
    _run(uv, "pip", "install", "--python", python, "--no-deps", *wheels, env=cache)

    away = tmp_path / "ailleurs"
    away.mkdir()
    clean = {name: value for name, value in os.environ.items() if not name.startswith(("PYTHON", "DRIMM", "COV"))}
    _run(python, "-m", "banc", "demo", "--once", "--work", "w", "--report", "r.json", cwd=away, env=clean)
    assert json.loads((away / "r.json").read_text())["ok"] is True
