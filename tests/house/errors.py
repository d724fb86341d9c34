# SPDX-FileCopyrightText: 2026 drimm contributors
# SPDX-License-Identifier: EUPL-1.2
"""Reads every error class of the four packages out of their source: code, message, remede and clause, with what is inherited.

The source is parsed, not imported: an error may live beside Django models, and no settings are needed to document it.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

from tests.house.glossary import PACKAGES
from tests.house.sources import where

ROOT_CLASS = ("confiance.errors", "DrimmError")
FAMILIES = {"PeerError": "le pair", "OwnError": "ce programme", "TransportError": "le réseau"}
FIELDS = ("code", "message", "remede", "clause")


@dataclass(slots=True)
class ErrorClass:
    """One class of the tree of errors, as its source says it."""

    module: str
    name: str
    place: str
    bases: list[tuple[str, str]]
    own: dict[str, str | None] = field(default_factory=dict)  # None: set by an expression that is not a text


@dataclass(frozen=True, slots=True)
class Row:
    """One error with everything it inherits."""

    package: str
    name: str
    place: str
    family: str
    code: str
    own_code: bool
    message: str
    remede: str
    clause: str
    leaf: bool


def _module_name(package: str, path: Path) -> str:
    parts = [package, *path.relative_to(PACKAGES[package]).with_suffix("").parts]
    return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)


def _aliases(tree: ast.Module) -> dict[str, tuple[str, str]]:
    """Return local name → (module, name) of what the module imports."""
    found = {}
    for node in ast.walk(tree):
        if isinstance(node, ast.ImportFrom) and node.module and not node.level:
            found |= {alias.asname or alias.name: (node.module, alias.name) for alias in node.names}
    return found


def _text(node: ast.expr, constants: dict[str, str]) -> str | None:
    """Return the text of an expression: a literal, a constant of the module, or pieces of both."""
    if isinstance(node, ast.Constant):
        return str(node.value)
    if isinstance(node, ast.Name):
        return constants.get(node.id)
    if isinstance(node, ast.BinOp) and isinstance(node.op, ast.Add):
        left, right = _text(node.left, constants), _text(node.right, constants)
        return None if left is None or right is None else left + right
    if isinstance(node, ast.JoinedStr):
        pieces = [_text(value.value if isinstance(value, ast.FormattedValue) else value, constants) for value in node.values]
        return None if None in pieces else "".join(piece or "" for piece in pieces)
    if isinstance(node, ast.Call) and ast.unparse(node.func) in {"_", "gettext", "gettext_lazy", "str"} and node.args:
        return _text(node.args[0], constants)
    return None


def _assignments(body: list[ast.stmt]) -> Iterator[tuple[str, ast.expr]]:
    for statement in body:
        if isinstance(statement, ast.Assign) and isinstance(statement.targets[0], ast.Name):
            yield statement.targets[0].id, statement.value
        elif isinstance(statement, ast.AnnAssign) and isinstance(statement.target, ast.Name) and statement.value:
            yield statement.target.id, statement.value


def _classes_of(package: str, path: Path) -> Iterator[ErrorClass]:
    tree = ast.parse(path.read_text(encoding="utf-8"))
    module, aliases = _module_name(package, path), _aliases(tree)
    constants: dict[str, str] = {}
    for name, value in _assignments(tree.body):
        if (text := _text(value, constants)) is not None:
            constants[name] = text
    for node in ast.walk(tree):
        if isinstance(node, ast.ClassDef):
            bases = [_resolve(base, module, aliases) for base in node.bases]
            found = ErrorClass(module, node.name, f"{where(path)}:{node.lineno}", bases)
            found.own = {name: _text(value, constants) for name, value in _assignments(node.body) if name in FIELDS}
            yield found


def _resolve(base: ast.expr, module: str, aliases: dict[str, tuple[str, str]]) -> tuple[str, str]:
    if isinstance(base, ast.Attribute) and isinstance(base.value, ast.Name):
        owner = aliases.get(base.value.id)
        return (f"{owner[0]}.{owner[1]}" if owner else base.value.id, base.attr)
    name = ast.unparse(base)
    return aliases.get(name, (module, name))


def tree_of_errors() -> dict[tuple[str, str], ErrorClass]:
    """Return every class of the packages that descends from DrimmError, root first."""
    everywhere = [_classes_of(package, path) for package, folder in PACKAGES.items() for path in sorted(folder.rglob("*.py"))]
    classes = {(found.module, found.name): found for classes_of_file in everywhere for found in classes_of_file}
    kept = {ROOT_CLASS: classes[ROOT_CLASS]}
    while True:
        more = {
            key: found
            for key, found in classes.items()
            if key not in kept and any(_followed(base, classes) in kept for base in found.bases)
        }
        if not more:
            return kept
        kept |= more


def _followed(base: tuple[str, str], classes: dict[tuple[str, str], ErrorClass]) -> tuple[str, str]:
    """Return the class itself for a name that a package's __init__ only passes on."""
    if base in classes:
        return base
    candidates = [key for key in classes if key[1] == base[1] and key[0].startswith(f"{base[0]}.")]
    return candidates[0] if len(candidates) == 1 else base


def _inherited(key: tuple[str, str], name: str, tree: dict[tuple[str, str], ErrorClass]) -> str | None:
    found = tree[key]
    if name in found.own:
        return found.own[name]
    for base in found.bases:
        resolved = _followed(base, tree)
        if resolved in tree:
            return _inherited(resolved, name, tree)
    return ""


def _family(key: tuple[str, str], tree: dict[tuple[str, str], ErrorClass]) -> str:
    if key[1] in FAMILIES and key[0] == ROOT_CLASS[0]:
        return FAMILIES[key[1]]
    return next((family for base in tree[key].bases if (up := _followed(base, tree)) in tree and (family := _family(up, tree))), "")


def rows() -> list[Row]:
    """Return every error of the packages, the four roots of the tree excepted, sorted by code."""
    tree = tree_of_errors()
    parents = {_followed(base, tree) for found in tree.values() for base in found.bases}
    found = []
    for key, error in tree.items():
        if key[0] == ROOT_CLASS[0]:
            continue
        values = {name: _inherited(key, name, tree) for name in FIELDS}
        texts = {name: "(calculé)" if value is None else " ".join(value.split()) for name, value in values.items()}
        package = key[0].partition(".")[0]
        found.append(
            Row(package, error.name, error.place, _family(key, tree), **texts, own_code="code" in error.own, leaf=key not in parents)
        )
    return sorted(found, key=lambda row: (row.code, row.name))
