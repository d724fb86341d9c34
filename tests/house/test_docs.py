# SPDX-FileCopyrightText: 2026 drimm contributors
# SPDX-License-Identifier: EUPL-1.2
"""The documentation's links are alive, and what it must say is there."""

from __future__ import annotations

import re
import tomllib
from pathlib import Path

import pytest

from tests.house.commands import shown_in, unknown
from tests.house.sources import ROOT, files, text_of, where

LINK = re.compile(r"!?\[[^\]]*\]\(([^)\s]+)\)")
HEADING = re.compile(r"^#+\s+(.*)$", re.MULTILINE)


def _documents() -> list[Path]:
    return list(files("*.md"))


def _anchor(heading: str) -> str:
    return re.sub(r"[^\w\- ]", "", heading.strip().lower()).replace(" ", "-")


def _anchors(document: Path) -> set[str]:
    return {_anchor(heading) for heading in HEADING.findall(document.read_text(encoding="utf-8"))}


@pytest.mark.parametrize("document", _documents(), ids=lambda path: str(path.relative_to(ROOT)))
def test_every_link_of_the_document_is_alive(document: Path) -> None:
    dead = []
    for target in LINK.findall(document.read_text(encoding="utf-8")):
        if re.match(r"[a-z]+:", target):
            continue
        path, _, anchor = target.partition("#")
        file = (document.parent / path).resolve() if path else document
        if not file.exists() or (anchor and file.suffix == ".md" and anchor not in _anchors(file)):
            dead.append(target)
    assert dead == []


def test_every_decision_of_the_architecture_is_in_the_index_of_adr() -> None:
    index = (ROOT / "docs/adr/README.md").read_text(encoding="utf-8")
    records = sorted(path.name for path in (ROOT / "docs/adr").glob("[0-9]*.md"))
    assert records
    assert [name for name in records if name not in index] == []


def test_no_document_nor_code_names_a_package_registry_host() -> None:
    hosts = re.compile(r"(pypi\.org|pythonhosted|registry\.npmjs|deb\.debian\.org|crates\.io/api)")
    guilty = [where(path) for path in files() if path != Path(__file__) and hosts.search(text_of(path))]
    assert guilty == []


def test_every_dependency_of_the_packages_is_pinned_with_a_hash() -> None:
    lock = (ROOT / "requirements/run.lock").read_text(encoding="utf-8").lower()
    from tests.house.lock import requirements

    names = {re.split(r"[\[<>=~! ]", text)[0].lower() for text in requirements()}
    assert [name for name in sorted(names) if not re.search(rf"^{re.escape(name)}(\[.*\])?==.*\\$", lock, re.MULTILINE)] == []


def test_the_four_packages_share_one_version() -> None:
    versions = {tomllib.loads(path.read_text())["project"]["version"] for path in ROOT.glob("packages/*/pyproject.toml")}
    assert len(versions) == 1


@pytest.mark.parametrize("document", _documents(), ids=where)
def test_every_command_that_the_document_shows_is_known_to_its_program(document: Path) -> None:
    asked = {" ".join(words): unknown(words) for words in shown_in(text_of(document))}
    assert {line: what for line, what in asked.items() if what} == {}


@pytest.mark.parametrize(
    "line",
    [
        "drimbox migrat",
        "espace config chek",
        "./drimm dance",
        "drimbox run --now",
        "confiance verifi LISTE",
        "./drimm bench lite",
        "./drimm soak fuz",
    ],
)
def test_a_command_that_does_not_exist_would_be_found(line: str) -> None:
    assert [unknown(words) for words in shown_in(f"```sh\n{line}\n```")] != [""]


def test_every_document_that_the_code_names_exists() -> None:
    named = re.compile(r"docs/[a-z0-9_/.-]+\.md")
    missing = {
        (where(path), name)
        for path in files()
        if path.suffix != ".md"
        for name in named.findall(text_of(path))
        if not (ROOT / name).exists()
    }
    assert missing == set()


@pytest.mark.parametrize(
    ("document", "folders"),
    [("docs/vie-dun-examen.md", ("drimbox/source", "drimbox/conso")), ("docs/vie-dun-dossier.md", ("espace",))],
)
def test_the_life_of_one_thing_goes_through_every_room(document: str, folders: tuple[str, ...]) -> None:
    told = text_of(ROOT / document)
    rooms = {
        path.parent.name for folder in folders for path in (ROOT / "packages" / folder.split("/")[0] / "src" / folder).glob("*/__init__.py")
    }
    assert {room for room in rooms - {"web", "cli"} if room not in told} == set()
