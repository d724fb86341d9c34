# SPDX-FileCopyrightText: 2026 drimm contributors
# SPDX-License-Identifier: EUPL-1.2
"""Every room has the same doors, and each door keeps to its trade (architecture: models, states, rules, actions, queries, jobs, admin)."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.house.sources import ROOT, files, text_of, where

# drawers for everything, anywhere
DRAWERS = {"utils", "util", "helpers", "helper", "common", "misc", "tools", "lib", "base", "core", "shared", "stuff"}
# misnomers of a door, in the rooms of the two programs
MISNAMED = {"manager", "managers", "services", "service", "selectors", "tasks", "constants", "enums", "handlers", "validators"}
SCREENS_ONLY = {"views", "forms", "urls", "templatetags"}
CLOCKS = {"now", "utcnow", "today", "time", "monotonic", "localtime", "localdate"}
CLOCK_OWNERS = {"datetime", "date", "timezone", "time", "dt"}
OUTSIDE = {"socket", "ssl", "requests", "aiohttp", "subprocess", "psycopg", "urllib.request", "http.client", "django.db", "pynetdicom"}
STATES_MAY = {"django.db", "django.db.models"}
WRITERS = {"create", "bulk_create", "get_or_create", "update_or_create", "update", "bulk_update", "delete", "aupdate", "acreate", "adelete"}
# who may write besides actions: file → reason
WRITE_ELSEWHERE = {
    "packages/drimbox/src/drimbox/source/pointeur/suivi.py": "moves an exam for the actions of two rooms, inside their transaction",
    "packages/drimbox/src/drimbox/source/pointeur/pointeurs.py": "moves a pointer for the actions of two rooms, inside their transaction",
}


def _modules(*packages: str) -> list[Path]:
    return [path for package in packages for path in files(f"packages/{package}/src/*.py") if "migrations" not in path.parts]


def _rules() -> list[Path]:
    return [path for path in _modules("espace", "drimbox") if path.stem in {"rules", "states"}]


def _calls(source: str) -> Iterator[tuple[str, int]]:
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute):
            yield ast.unparse(node.func), node.lineno


def clocks_asked(source: str) -> list[int]:
    """Return the lines where a clock is asked for the time."""
    asked = []
    for call, line in _calls(source):
        owner, _, verb = call.rpartition(".")
        if verb in CLOCKS and owner.rpartition(".")[2] in CLOCK_OWNERS:
            asked.append(line)
    return asked


def imports(source: str) -> set[str]:
    """Return the names of the modules that a text imports."""
    found: set[str] = set()
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module:
            found.add(node.module)
    return found


def writes(source: str) -> list[int]:
    """Return the lines where rows are written through the ORM."""
    return [line for call, line in _calls(source) if (".objects" in call and call.rpartition(".")[2] in WRITERS) or call.endswith(".save")]


def _named(modules: list[Path], names: set[str]) -> list[str]:
    return [where(path) for path in modules if names & {path.stem, *path.relative_to(ROOT).parts[4:-1]}]


def test_no_module_nor_folder_is_a_drawer_for_everything() -> None:
    assert _named(_modules("confiance", "espace", "drimbox", "banc"), DRAWERS) == []


def test_the_doors_of_rooms_have_their_own_names() -> None:
    assert _named(_modules("espace", "drimbox"), MISNAMED) == []


def test_screens_live_in_web_only() -> None:
    assert [where(path) for path in _modules("espace", "drimbox") if path.stem in SCREENS_ONLY and "web" not in path.parts] == []


def test_a_rule_is_given_the_time_and_asks_nobody() -> None:
    assert {where(path): lines for path in _rules() if (lines := clocks_asked(text_of(path)))} == {}


def test_a_rule_reaches_neither_network_nor_database() -> None:
    def outside(path: Path) -> set[str]:
        return {name for name in imports(text_of(path)) if any(name == bad or name.startswith(f"{bad}.") for bad in OUTSIDE)}

    reaching = {where(path): reached for path in _rules() if (reached := outside(path))}
    # a table of states takes its labels from TextChoices, which lives in django.db.models
    assert {name: reached for name, reached in reaching.items() if not (name.endswith("/states.py") and reached <= STATES_MAY)} == {}


def test_only_actions_write_rows() -> None:
    rooms = [path for path in _modules("espace", "drimbox") if path.stem != "actions" and "actions" not in path.parts]
    guilty = {where(path): lines for path in rooms if (lines := writes(text_of(path))) and where(path) not in WRITE_ELSEWHERE}
    assert guilty == {}


@pytest.mark.parametrize(
    ("source", "found"),
    [("now = datetime.now(UTC)", True), ("when = timezone.now()", True), ("t = time.monotonic()", True), ("decide(now=given)", False)],
)
def test_a_clock_in_a_rule_would_be_found(source: str, found: bool) -> None:
    assert bool(clocks_asked(source)) is found


@pytest.mark.parametrize(
    ("source", "found"),
    [
        ("Kos.objects.create(x=1)", True),
        ("Kos.objects.filter(a=1).update(b=2)", True),
        ("row.save()", True),
        ("digest.update(b'x')", False),
    ],
)
def test_a_write_outside_actions_would_be_found(source: str, found: bool) -> None:
    assert bool(writes(source)) is found
