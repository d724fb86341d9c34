# SPDX-FileCopyrightText: 2026 drimm contributors
# SPDX-License-Identifier: EUPL-1.2
"""axe-core on pages of the Espace, in the Chromium of the machine.

:func:`visit` opens pages of a server that runs (``espace.process("process", "pages")``) and returns what axe finds; a test writes
``assert not faults(visit(...))``.
"""

from __future__ import annotations

import json
import re
import subprocess
import tempfile
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tests.peers import CACHE, ROOT

WIDTHS = (1280, 375)
_SCRIPT = ROOT / "tests" / "integration" / "peers" / "axe" / "axe.mjs"


@dataclass(frozen=True, slots=True)
class Visite:
    """One page as a width of screen shows it.

    Attributes:
        url: its address.
        width: of the screen, in CSS pixels.
        status: of the answer.
        title: of the page.
        overflow: by how much the page is wider than the screen, in CSS pixels.
        violations: what axe finds: id, impact, help, nodes.
    """

    url: str
    width: int
    status: int
    title: str
    overflow: int
    violations: list[dict[str, Any]]


def visit(
    origin: str, pages: Iterable[str], cookies: Mapping[str, str] | None = None, *, pictures: Path | None = None, timeout: float = 300
) -> list[Visite]:
    """Open pages at every width and let axe look at them.

    Args:
        origin: ``http://127.0.0.1:port`` of a running server.
        pages: addresses below it, each with its first slash.
        cookies: name → value, as a test client holds them.
        pictures: folder for one picture of each visit, or None.
        timeout: for all of them, in seconds.
    """
    held = [{"name": name, "value": value} for name, value in (cookies or {}).items()]
    visits = [{"page": page, "widths": WIDTHS, **({"pictures": _picture(pictures, page)} if pictures else {})} for page in pages]
    with tempfile.TemporaryDirectory(prefix="axe-") as profile:
        given = {
            "modules": str(CACHE / "axe" / "node_modules"),
            "chromium": "/usr/bin/chromium",
            "profile": profile,
            "origin": origin,
            "cookies": held,
            "visits": visits,
        }
        done = subprocess.run(["node", str(_SCRIPT)], input=json.dumps(given), capture_output=True, text=True, timeout=timeout, check=False)
    assert done.returncode == 0, done.stderr
    return [Visite(**one) for one in json.loads(done.stdout)]


def faults(visits: Iterable[Visite]) -> list[str]:
    """Return one line for each fault: a page that is not there, that overflows its screen, or that axe refuses."""
    found = []
    for one in visits:
        where = f"{one.url} à {one.width} px"
        if one.status != 200:
            found.append(f"{where} : {one.status}")
        if one.overflow > 0:
            found.append(f"{where} : déborde de {one.overflow} px")
        found += [f"{where} : {rule['id']} ({rule['impact']}) {rule['help']} — {rule['nodes'][:3]}" for rule in one.violations]
    return found


def violations(origin: str, pages: Iterable[str], cookies: Mapping[str, str] | None = None) -> list[str]:
    """Return the faults of pages, empty when all is well."""
    return faults(visit(origin, pages, cookies))


def _picture(folder: Path, page: str) -> str:
    name = re.sub(r"[^a-z0-9]+", "-", page.lower()).strip("-") or "accueil"
    return str(folder / name[:60])
