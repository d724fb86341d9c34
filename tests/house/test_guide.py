# SPDX-FileCopyrightText: 2026 drimm contributors
# SPDX-License-Identifier: EUPL-1.2
"""What documents say of the software is there: the files and modules of its code, the settings of its programs."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest

from drimbox.config import DrimboxSettings
from espace.config import EspaceSettings
from tests.house.forms import forms
from tests.house.sources import ROOT, files, text_of, where

GENERATED = {"docs/erreurs.md"}  # its codes look like modules; they are checked against the code by their own test
DOCUMENTS = [path for path in files("*.md") if where(path) not in GENERATED]
KINDS = [(key.replace("[]", ""), kind) for cls in (EspaceSettings, DrimboxSettings) for key, kind in forms(cls)]
_FENCE = re.compile(r"^```(\w*)\n(.*?)^```", re.MULTILINE | re.DOTALL)
_CODE = re.compile(r"`([^`\n]+)`")
_FILE = re.compile(r"[\w./-]+\.(?:py|sh|mjs|js|css|html)")
_MODULE = re.compile(r"(?:espace|drimbox|confiance|banc|tests|bench)(?:\.\w+)+")
_SOURCES = [f"/{where(path)}" for path in files()]
_TREE = {path.rpartition(".py")[0].removesuffix("/__init__").replace("/", ".") for path in _SOURCES if path.endswith(".py")}
_TREE |= {name.rpartition(".")[0] for name in _TREE}


def unknown_places(document: str) -> list[str]:
    """Return the files and modules that a document names in its running text and that are not in the sources."""
    said = _CODE.findall(_FENCE.sub("", document))
    lost = [one for one in said if _FILE.fullmatch(one) and not any(path.endswith(f"/{one}") for path in _SOURCES)]
    return lost + [one for one in said if _MODULE.fullmatch(one) and not _FILE.fullmatch(one) and not _is_module(one)]


def _is_module(name: str) -> bool:
    """Tell whether it is a module, or a name that the module before its last dot says."""
    owner, _, last = name.rpartition(".")
    said = [path for path in files("packages/*.py", "tests/*.py", "bench/*.py") if _dotted(path).endswith(f".{owner}")]
    return any(known.endswith(f".{name}") for known in _TREE) or any(re.search(rf"\b{last}\b", text_of(path)) for path in said)


def _dotted(path: Path) -> str:
    return f"/{where(path)}".removesuffix(".py").removesuffix("/__init__").replace("/", ".")


def unknown_settings(document: str) -> list[str]:
    """Return the keys of the TOML that a document shows and that no program reads."""
    shown = [tomllib.loads(text) for kind, text in _FENCE.findall(document) if kind == "toml"]
    return [key for table in shown for key in _keys(table, "") if not _is_setting(key)]


def _is_setting(key: str) -> bool:
    """Tell whether it is a setting, or an entry of one that maps names chosen by who writes it."""
    return any(key == known or (kind.startswith("table ") and key.startswith(f"{known}.")) for known, kind in KINDS)


def _keys(table: Mapping[str, Any], before: str) -> Iterator[str]:
    for name, value in table.items():
        for one in value if isinstance(value, list) and value and isinstance(value[0], dict) else [value]:
            yield from _keys(one, f"{before}{name}.") if isinstance(one, dict) else [f"{before}{name}"]


@pytest.mark.parametrize("document", DOCUMENTS, ids=where)
def test_every_file_and_module_that_the_document_names_is_in_the_sources(document: Path) -> None:
    assert unknown_places(text_of(document)) == []


@pytest.mark.parametrize("document", [path for path in DOCUMENTS if "```toml" in text_of(path)], ids=where)
def test_every_setting_that_the_document_shows_is_read_by_a_program(document: Path) -> None:
    assert unknown_settings(text_of(document)) == []


@pytest.mark.parametrize(
    ("text", "lost"),
    [
        ("see `admission/chain.py`", []),
        ("see `admission/chaine.py`", ["admission/chaine.py"]),
        ("see `espace.zone` and `espace.config.EspaceSettings`", []),
        ("see `espace.zones`", ["espace.zones"]),
    ],
)
def test_a_place_that_is_not_there_would_be_found(text: str, lost: list[str]) -> None:
    assert unknown_places(text) == lost


@pytest.mark.parametrize(
    ("toml", "lost"),
    [
        ('[zone]\nnameservers = ["a"]\naddresses = { "a" = ["192.0.2.1"] }', []),
        ("[zone]\nnames = []", ["zone.names"]),
        ('[[pacs]]\nname = "local"\n[pacs.notes]\naet = "X"', []),
        ('[[pacs]]\nnames = "local"', ["pacs.names"]),
    ],
)
def test_a_setting_that_no_program_reads_would_be_found(toml: str, lost: list[str]) -> None:
    assert unknown_settings(f"```toml\n{toml}\n```\n") == lost


def test_the_rooms_that_the_first_page_lists_are_those_of_the_espace() -> None:
    listed = re.search(r"^packages/espace/\s+(.*?)^packages/drimbox", text_of(ROOT / "README.md"), re.MULTILINE | re.DOTALL)
    assert listed
    rooms = {path.parent.name for path in files("packages/espace/src/espace/*/__init__.py") if len(path.relative_to(ROOT).parts) == 6}
    assert set(re.findall(r"\w+", listed[1].partition("web/")[0])) == rooms - {"web", "cli"}
