# SPDX-FileCopyrightText: 2026 drimm contributors
# SPDX-License-Identifier: EUPL-1.2
"""What an official schematron says of a report: a help for a person who looks for a fault, never a reason to refuse.

Expressions are evaluated as XPath 1.0, in which those of the CI-SIS are written; one that needs more is counted as not checked, and the
page says so. An engine of XSLT 2.0 would check them: it weighs a hundred megabytes, for a help.
"""

from __future__ import annotations

import functools
import re
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

from lxml import etree

from drimbox.source.compte_rendu.controle import MOST, Controle, EcartSchema
from drimbox.source.compte_rendu.document import LimitesCda, parse
from drimbox.source.compte_rendu.regles_schematron import MAX_BYTES, SCH, Regle, ReglesSchematron, SchematronIllisible, read_schematron

MAX_SECONDS: Final = 10.0
MAX_TEXT: Final = 500


def apply_schematron(cda: bytes, schematron: Path, *, seconds: float = MAX_SECONDS) -> Controle:
    """Apply a schematron to a report.

    Args:
        cda: the report.
        schematron: file of the operator, with what it includes beside it.
        seconds: longest time that it may take; what was not looked at then is counted.

    Raises:
        CompteRenduIllisible: this is no CDA.
    """
    root = parse(cda, LimitesCda())
    try:
        rules = _read(schematron, schematron.stat().st_mtime_ns)
    except (OSError, SchematronIllisible):
        return Controle(impossible="Le schématron que nomme controle_cda.schematron ne peut pas être lu.")
    examen = _Application(rules, root, time.monotonic() + seconds)
    found = tuple(examen.run())
    return Controle(found[:MOST], non_verifies=examen.unchecked)


@functools.lru_cache(maxsize=2)
def _read(schematron: Path, _changed: int) -> ReglesSchematron:
    return read_schematron(schematron)


@dataclass(slots=True)
class _Application:
    """One report under the rules of one schematron."""

    rules: ReglesSchematron
    root: etree._Element
    deadline: float
    unchecked: int = 0
    documents: dict[str, etree._Element] = field(default_factory=dict)

    def run(self) -> Iterator[EcartSchema]:
        whole = self._variables(self.root, self.rules.variables, {})
        for pattern in self.rules.patterns:
            taken: set[etree._Element] = set()
            for rule in pattern:
                yield from self._rule(rule, whole, taken)

    def _rule(self, rule: Regle, whole: dict[str, Any], taken: set[etree._Element]) -> Iterator[EcartSchema]:
        for node in self._nodes(rule, whole):
            if node in taken:
                continue
            taken.add(node)
            if time.monotonic() > self.deadline:
                self.unchecked += len(rule.tests)
                continue
            variables = self._variables(node, rule.variables, whole)
            for test in rule.tests:
                if self._fails(test, node, variables):
                    line: Any = node.sourceline  # its type says less than it is: a number, or None
                    yield EcartSchema(line or 0, self._text(test, node, variables))

    def _nodes(self, rule: Regle, whole: dict[str, Any]) -> list[etree._Element]:
        path = " | ".join(part if part.startswith("/") else f"//{part}" for part in _alternatives(rule.context))
        found = self._evaluate(path, self.root, whole)
        if not isinstance(found, list):
            self.unchecked += len(rule.tests)
            return []
        return [node for node in found if etree.iselement(node)]

    def _fails(self, test: etree._Element, node: etree._Element, variables: dict[str, Any]) -> bool:
        answer = self._evaluate(f"boolean({test.get('test', '')})", node, variables)
        if not isinstance(answer, bool):
            self.unchecked += 1
            return False
        return answer is (test.tag == f"{SCH}report")

    def _variables(self, node: etree._Element, lets: tuple[tuple[str, str], ...], known: dict[str, Any]) -> dict[str, Any]:
        values = dict(known)
        for name, expression in lets:
            value = self._evaluate(expression, node, values)
            if isinstance(value, list) and value and not etree.iselement(value[0]):
                value = str(value[0])  # an attribute: lxml takes no list of them back
            values[name] = [] if value is None else value
        return values

    def _evaluate(self, expression: str, node: etree._Element, variables: dict[str, Any]) -> Any:
        """Return the value of an expression, or None when this engine cannot tell it."""
        namespaces = dict(self.rules.namespaces)
        try:
            return etree.XPath(expression, namespaces=namespaces, extensions={(None, "document"): self._document})(node, **variables)
        except Exception:  # noqa: BLE001 - a program of somebody else: it raises whatever the files, patterns and types it meets lead it to
            return None

    def _document(self, _context: Any, given: Any) -> list[etree._Element]:
        """Give the file of a value set, named from the folder of the schematron."""
        found = given if isinstance(given, list) else [given]
        if not found:
            return []
        name = str(found[0])
        if name not in self.documents:
            path = self.rules.folder / name
            if "://" in name or path.stat().st_size > MAX_BYTES:
                raise SchematronIllisible
            parser = etree.XMLParser(no_network=True, resolve_entities=False)
            self.documents[name] = etree.parse(path, parser).getroot()
        return [self.documents[name]]

    def _text(self, test: etree._Element, node: etree._Element, variables: dict[str, Any]) -> str:
        words = [test.text or ""]
        for child in test:
            if child.tag == f"{SCH}value-of":
                words.append(str(self._evaluate(f"string({child.get('select', '')})", node, variables) or ""))
            elif child.tag == f"{SCH}name":
                words.append(str(self._evaluate("local-name()", node, variables) or ""))
            words.append(child.tail or "")
        return " ".join("".join(words).split())[:MAX_TEXT]


def _alternatives(context: str) -> list[str]:
    """Cut a context at the bars that are in no bracket and no quotation."""
    parts, depth, start = [], 0, 0
    for found in re.finditer(r"'[^']*'|\"[^\"]*\"|[\[\](|)]", context):
        depth += {"[": 1, "(": 1, "]": -1, ")": -1}.get(found[0], 0)
        if found[0] == "|" and depth == 0:
            parts.append(context[start : found.start()].strip())
            start = found.end()
    return [*parts, context[start:].strip()]
