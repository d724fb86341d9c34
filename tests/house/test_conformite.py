# SPDX-FileCopyrightText: 2026 drimm contributors
# SPDX-License-Identifier: EUPL-1.2
"""docs/conformite.md names tests that exist, and every conformance test is named there."""

from __future__ import annotations

import ast
import re
from functools import cache
from pathlib import Path

import pytest

from tests.house.sources import ROOT, files, text_of, where

PAGE = ROOT / "docs/conformite.md"
NAMED = re.compile(r"`(tests/[\w/]+\.py)::(test_\w+)`")


@cache
def named_in(path: Path) -> frozenset[str]:
    """Return the names of the test functions of a file, those of its classes included."""
    tree = ast.parse(text_of(path))
    found = {node.name for node in ast.walk(tree) if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)}
    return frozenset(name for name in found if name.startswith("test_"))


def named() -> list[tuple[str, str]]:
    """Return every (file, test) that the page names."""
    return NAMED.findall(PAGE.read_text(encoding="utf-8"))


def test_the_page_names_tests() -> None:
    assert len(named()) > 20


def test_every_test_that_the_page_names_exists() -> None:
    missing = [f"{file}::{test}" for file, test in named() if not (ROOT / file).is_file() or test not in named_in(ROOT / file)]
    assert missing == []


@pytest.mark.parametrize("path", files("tests/conformance/**/test_*.py", "tests/conformance/test_*.py"), ids=where)
def test_every_conformance_test_has_its_clause_in_the_page(path: Path) -> None:
    known = {test for file, test in named() if file == where(path)}
    assert sorted(named_in(path) - known) == []


def test_every_line_of_a_table_has_a_test_or_says_that_it_comes() -> None:
    page = PAGE.read_text(encoding="utf-8")
    lines = [line for line in page.splitlines() if line.startswith("|") and not set(line) <= set("|-: ")]
    heads = [i for i, line in enumerate(page.splitlines()) if set(line) <= set("|-: ") and line.startswith("|")]
    titles = {page.splitlines()[i - 1] for i in heads}
    assert [line for line in lines if line not in titles and not NAMED.search(line) and "to come" not in line] == []
