# SPDX-FileCopyrightText: 2026 drimm contributors
# SPDX-License-Identifier: EUPL-1.2
"""axe-core on pages of the Espace, in the Chromium of the machine.

A page is an answer of the Espace already there (of a test client): :func:`regarder` shows it at each width and returns what axe finds; a
test writes ``assert not faults(regarder(vues))``.
"""

from __future__ import annotations

import json
import subprocess
import tempfile
from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import django_htmx

from tests.peers import CACHE, ROOT

WIDTHS = (1280, 375)
_SCRIPT = ROOT / "tests" / "integration" / "peers" / "axe" / "axe.mjs"
_STATIC = ROOT / "packages" / "espace" / "src" / "espace" / "web" / "static"


@dataclass(frozen=True, slots=True)
class Vue:
    """One answer of the Espace.

    Attributes:
        name: by which a person recognises it in a fault.
        url: its whole address.
        status: of the answer.
        html: the page.
        picture: path of its pictures without their width, or empty.
    """

    name: str
    url: str
    status: int
    html: str
    picture: str = ""


@dataclass(frozen=True, slots=True)
class Visite:
    """One page as a width of screen shows it.

    Attributes:
        name: of the :class:`Vue`.
        width: of the screen, in CSS pixels.
        status: of the answer.
        title: of the page.
        h1: how many titles of the first level it has.
        foreign: how many scripts are written in the page, or are not files of ours.
        overflow: by how much the page is wider than the screen, in CSS pixels.
        violations: what axe finds: id, impact, help, nodes.
    """

    name: str
    width: int
    status: int
    title: str
    h1: int
    foreign: int
    overflow: int
    violations: list[dict[str, Any]]


def regarder(vues: Sequence[Vue], *, timeout: float = 600) -> list[Visite]:
    """Show pages at every width and let axe look at them.

    Args:
        vues: the pages.
        timeout: for all of them, in seconds.
    """
    with tempfile.TemporaryDirectory(prefix="axe-") as profile:
        given = {
            "modules": str(CACHE / "axe" / "node_modules"),
            "chromium": "/usr/bin/chromium",
            "profile": profile,
            "fixes": [str(_STATIC), str(Path(django_htmx.__file__).parent / "static")],
            "widths": WIDTHS,
            "views": [asdict(vue) for vue in vues],
        }
        done = subprocess.run(["node", str(_SCRIPT)], input=json.dumps(given), capture_output=True, text=True, timeout=timeout, check=False)
    assert done.returncode == 0, done.stderr
    return [Visite(**one) for one in json.loads(done.stdout)]


def faults(visites: Iterable[Visite]) -> list[str]:
    """Return one line for each fault: a page that overflows its screen, has not one title, holds a script, or that axe refuses."""
    found = []
    for one in visites:
        where = f"{one.name} à {one.width} px"
        if one.overflow > 0:
            found.append(f"{where} : déborde de {one.overflow} px")
        if one.h1 != 1:
            found.append(f"{where} : {one.h1} titres h1")
        if one.foreign:
            found.append(f"{where} : {one.foreign} scripts qui ne sont pas des fichiers de l'Espace")
        found += [f"{where} : {rule['id']} ({rule['impact']}) {rule['help']} — {rule['nodes'][:3]}" for rule in one.violations]
    return found
