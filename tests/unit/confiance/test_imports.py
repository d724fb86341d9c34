# SPDX-FileCopyrightText: 2026 drimm contributors
# SPDX-License-Identifier: Apache-2.0
"""confiance has no way out: neither by what it loads, nor by what it does."""

from __future__ import annotations

import os
import pkgutil
import subprocess
import sys

import confiance

OUTSIDE = ("confiance.reseau", "confiance.exploitation", "confiance.__main__")
MODULES = sorted(m.name for m in pkgutil.walk_packages(confiance.__path__, "confiance.") if not m.name.startswith(OUTSIDE))
FORBIDDEN = ("socket", "_socket", "ssl", "_ssl", "asyncio", "django", "aiohttp", "pkcs11", "structlog")


def _run(code: str) -> str:
    alone = {name: value for name, value in os.environ.items() if not name.startswith("COVERAGE_")}  # what measures loads sockets too
    done = subprocess.run([sys.executable, "-I", "-B", "-c", code], env=alone, capture_output=True, text=True, timeout=60, check=False)
    assert done.returncode == 0, done.stderr
    return done.stdout.strip()


def test_importing_confiance_loads_nothing_of_the_network() -> None:
    assert len(MODULES) > 30
    code = (
        f"import sys, importlib; [importlib.import_module(m) for m in {MODULES!r}]; print([m for m in {FORBIDDEN!r} if m in sys.modules])"
    )
    assert _run(code) == "[]"


def test_verifying_opens_no_socket_and_starts_no_process() -> None:
    code = """
import sys
from banc.attaques.terrain import NOW, make_terrain
from confiance.liste_blanche import verify
terrain = make_terrain()
def guard(event, args):
    if event.startswith(("socket.", "subprocess.", "os.exec", "os.posix_spawn")):
        raise SystemExit(event)
sys.addaudithook(guard)
print(len(verify(terrain.data, terrain.policy, at=NOW).domaines))
"""
    assert _run(code) == "12"


def test_the_package_is_a_command() -> None:
    done = subprocess.run([sys.executable, "-m", "confiance", "verify"], capture_output=True, text=True, timeout=60, check=False)
    assert done.returncode == 2
    assert "arguments manquants" in done.stderr
