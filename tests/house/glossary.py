# SPDX-FileCopyrightText: 2026 drimm contributors
# SPDX-License-Identifier: EUPL-1.2
"""Reads docs/glossaire.md and the names of the code: models, fields, rooms, events, URL segments.

The code is parsed, never run: Django needs no settings here, and a planted fault can be read from a text.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
GLOSSARY = ROOT / "docs/glossaire.md"
PACKAGES = {name: ROOT / "packages" / name / "src" / name for name in ("confiance", "espace", "drimbox", "banc")}

# Phrases of standards and libraries in which a forbidden word is the right one: phrase → reason. Words are separated by one blank.
EXEMPT = {
    "study instance uid": "DICOM (0020,000D)",
    "study uid": "IHE Invoke Image Display, parameter studyUID",
    "studies": "DICOM PS3.18, resource of WADO-RS",
    "placer order": "HL7 v2 ORC-2 and DICOM (0040,2016)",
    "order placer": "DICOM (0040,0026)",
    "retrieve location uid": "DICOM (0040,E011)",
    "transfer syntax": "DICOM (0002,0010)",
    "key object": "DICOM Key Object Selection",
    "admin": "door of a room (Django's own name)",
    "migrations": "Django's own folder name",
    "app label": "Django's own name",
    "secret key": "Django's own setting",
    "label": "RFC 1035 §2.3.1: one label of a domain name; the Referencement never appears in the rooms that say it",
    "certificates": "X.509: the folder of confiance that reads certificates, where Certificat would be a model of ours",
}

EVENT = re.compile(r"[a-z][a-z0-9_]*:[a-z][a-z0-9_]*:[a-z][a-z0-9_]*")
# models.CharField, a field class of our own, a foreign key; not pydantic's Field nor the fields of a form
_FIELD = re.compile(r"^(?!forms\.)(?:\w+\.)?(?:\w+Field|ForeignKey)$")
ROUTERS = {"path", "re_path", "add_get", "add_post", "add_route", "get", "post", "route"}
_COLUMN = 2  # « Never call it »


@dataclass(frozen=True, slots=True)
class Name:
    """A name found in the code: what it is, how it is written, and where."""

    kind: str
    text: str
    place: str

    @property
    def words(self) -> str:
        """Its words, lower case, one blank between them."""
        spaced = re.sub(r"(?<=[a-z0-9])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])", " ", self.text)
        return " ".join(re.findall(r"[a-z]+[0-9]*", spaced.lower()))


def forbidden(document: str) -> dict[str, str]:
    """Return forbidden phrase → the name to use instead, from the table of the glossary."""
    found = {}
    for line in document.splitlines():
        cells = [cell.strip() for cell in line.strip().strip("|").split("|")]
        if not line.startswith("|") or len(cells) <= _COLUMN or cells[_COLUMN] in {"Never call it", "—"} or set(line) <= set("|-"):
            continue
        for phrase in re.split(r"[,/]", re.sub(r"\(.*?\)", "", cells[_COLUMN])):
            # « manifest alone » forbids the word alone, and « url pair » is written url_pair in code
            words = " ".join(re.findall(r"[a-z]+", phrase.lower().replace("alone", "")))
            if words:
                found[words] = cells[1]
    return found


def faults(name: Name, rules: dict[str, str]) -> list[str]:
    """Return one sentence per forbidden synonym in the name."""
    words = f" {name.words} "
    for phrase in EXEMPT:
        words = words.replace(f" {phrase} ", "  ")
    return [
        f"{name.place}: {name.kind} « {name.text} » says « {phrase} », the glossary says {right}"
        for phrase, right in rules.items()
        if re.search(rf" {phrase}s? ", words)
    ]


def names_of(source: str, place: str) -> Iterator[Name]:
    """Yield the models, fields, events and URL segments of one Python text."""
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.ClassDef) and _is_model(node):
            yield Name("model", node.name, f"{place}:{node.lineno}")
            yield from _fields(node, place)
        elif isinstance(node, ast.Constant) and _is_event(node.value):
            yield Name("event", str(node.value), f"{place}:{node.lineno}")
        elif isinstance(node, ast.Call) and _name_of(node.func) in ROUTERS and node.args:
            yield from _segments(node, place)


def _is_event(value: object) -> bool:
    return isinstance(value, str) and bool(EVENT.fullmatch(value)) and not value.startswith("urn:")


def _is_model(node: ast.ClassDef) -> bool:
    return any(ast.unparse(base) in {"models.Model", "Model"} for base in node.bases) or bool(list(_fields(node, "")))


def _fields(node: ast.ClassDef, place: str) -> Iterator[Name]:
    for statement in node.body:
        target = statement.targets[0] if isinstance(statement, ast.Assign) else getattr(statement, "target", None)
        value = statement.value if isinstance(statement, ast.Assign | ast.AnnAssign) else None
        if isinstance(target, ast.Name) and isinstance(value, ast.Call) and _FIELD.search(ast.unparse(value.func)):
            yield Name("field", target.id, f"{place}:{statement.lineno}")


def _name_of(function: ast.expr) -> str:
    return function.attr if isinstance(function, ast.Attribute) else function.id if isinstance(function, ast.Name) else ""


def _segments(call: ast.Call, place: str) -> Iterator[Name]:
    route = next((arg.value for arg in call.args[:2] if isinstance(arg, ast.Constant) and isinstance(arg.value, str)), "")
    is_django = _name_of(call.func) in {"path", "re_path"}
    if not is_django and not route.startswith("/"):
        return  # a dict's get, not a route
    for segment in re.sub(r"<[^>]*>|\{[^}]*\}", "", route).split("/"):
        if re.search(r"[a-zA-Z]", segment):
            yield Name("URL segment", segment, f"{place}:{call.lineno}")


def rooms() -> Iterator[Name]:
    """Yield every folder of the four packages."""
    for package in PACKAGES.values():
        for folder in sorted(package.rglob("*")):
            if folder.is_dir() and any(folder.glob("*.py")):
                yield Name("room", folder.name, str(folder.relative_to(ROOT)))


def all_names() -> Iterator[Name]:
    """Yield every name that the glossary rules."""
    yield from rooms()
    for package in PACKAGES.values():
        for path in sorted(package.rglob("*.py")):
            if "migrations" not in path.parts:
                yield from names_of(path.read_text(encoding="utf-8"), str(path.relative_to(ROOT)))
