# SPDX-FileCopyrightText: 2026 drimm contributors
# SPDX-License-Identifier: EUPL-1.2
"""Reading a schematron (ISO/IEC 19757-3): its includes, its abstract patterns and its default phase, turned into plain rules.

The operator fetches and installs it, as the CDA schema: none is ours to give. Only local files under its folder or beside it are read.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from copy import deepcopy
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from lxml import etree

SCH: Final = "{http://purl.oclc.org/dsdl/schematron}"
MAX_FILES: Final = 400
MAX_BYTES: Final = 4 * 1024 * 1024


class SchematronIllisible(ValueError):
    """This is no schematron that can be applied; never leaves this room."""


@dataclass(frozen=True, slots=True)
class Regle:
    """One rule: where it applies, its variables, what it asserts and what it reports."""

    context: str
    variables: tuple[tuple[str, str], ...]
    tests: tuple[etree._Element, ...]


@dataclass(frozen=True, slots=True)
class ReglesSchematron:
    """A schematron ready to be applied.

    Attributes:
        folder: from which its relative paths count.
        namespaces: prefixes of its expressions.
        variables: of the whole document.
        patterns: rules; in one pattern a node is taken by the first rule that names it.
    """

    folder: Path
    namespaces: Mapping[str, str]
    variables: tuple[tuple[str, str], ...]
    patterns: tuple[tuple[Regle, ...], ...]


def read_schematron(path: Path) -> ReglesSchematron:
    """Read a schematron.

    Raises:
        SchematronIllisible: a file is missing, is too large, or is not what it should be.
    """
    root = _included(path, [MAX_FILES])
    if root.tag != f"{SCH}schema":
        raise SchematronIllisible
    abstract = {pattern.get("id", ""): pattern for pattern in root.iter(f"{SCH}pattern") if pattern.get("abstract") == "true"}
    patterns = [_made_concrete(pattern, abstract) for pattern in root.iter(f"{SCH}pattern") if pattern.get("abstract") != "true"]
    phase = next((one for one in root.iter(f"{SCH}phase") if one.get("id") == root.get("defaultPhase")), None)
    active = set() if phase is None else {one.get("pattern") for one in phase.iter(f"{SCH}active")}
    kept = [pattern for pattern in patterns if not active or pattern.get("id") in active]
    # a variable of a pattern is one of the whole document for the usual engine, on which the CI-SIS counts
    holders = (root, *(() if phase is None else (phase,)), *kept)
    variables = tuple(let for holder in holders for let in _lets(holder))
    namespaces = {ns.get("prefix", ""): ns.get("uri", "") for ns in root.iter(f"{SCH}ns")}
    return ReglesSchematron(path.parent, namespaces, variables, tuple(tuple(_rules(pattern)) for pattern in kept))


def _included(path: Path, left: list[int]) -> etree._Element:
    """Return the root of a file, its includes in their place."""
    left[0] -= 1
    try:
        if left[0] < 0 or path.stat().st_size > MAX_BYTES:
            raise SchematronIllisible
        root = etree.parse(path, etree.XMLParser(no_network=True, resolve_entities=False, remove_comments=True)).getroot()
    except (OSError, etree.XMLSyntaxError):
        raise SchematronIllisible from None
    for include in list(root.iter(f"{SCH}include")):
        parent = include.getparent()
        if parent is None:
            raise SchematronIllisible
        parent.replace(include, _included(path.parent / include.get("href", ""), left))
    return root


def _made_concrete(pattern: etree._Element, abstract: Mapping[str, etree._Element]) -> etree._Element:
    name = pattern.get("is-a")
    if name is None:
        return pattern
    if name not in abstract:
        raise SchematronIllisible
    made = deepcopy(abstract[name])
    made.set("id", pattern.get("id", ""))
    values = {param.get("name", ""): param.get("value", "") for param in pattern.iter(f"{SCH}param")}
    if values:
        names = re.compile(r"\$(" + "|".join(re.escape(key) for key in sorted(values, key=len, reverse=True)) + r")(?![\w.-])")
        for element in made.iter(etree.Element):
            for key, text in element.attrib.items():
                element.set(key, names.sub(lambda found: values[found[1]], str(text)))
    return made


def _rules(pattern: etree._Element) -> Iterator[Regle]:
    for rule in pattern.iterchildren(f"{SCH}rule"):
        tests = tuple(rule.iterchildren(f"{SCH}assert", f"{SCH}report"))
        yield Regle(rule.get("context", ""), tuple(_lets(rule)), tests)


def _lets(parent: etree._Element) -> Iterator[tuple[str, str]]:
    return ((let.get("name", ""), let.get("value", "")) for let in parent.iterchildren(f"{SCH}let"))
