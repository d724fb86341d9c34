# SPDX-FileCopyrightText: 2026 drimm contributors
# SPDX-License-Identifier: EUPL-1.2
"""Lines of logs and of the journal: a three-part event, fields of the allow-list only (so none is dropped at run time), no print."""

from __future__ import annotations

import ast
import itertools
from collections.abc import Iterator

import pytest

from confiance.exploitation.logs import ALLOWED_FIELDS
from drimbox.web.console.libelles import EVENTS
from tests.house.glossary import EVENT
from tests.house.sources import files, text_of, where

LEVELS = {"debug", "info", "warning", "error", "exception", "critical"}
OWN = {"exc_info", "trace", "code", "at", "auteur", "objet", "modifies"}  # parameters of the journal, or of the logger itself
SOURCES = [path for path in files("packages/*/src/*.py") if "migrations" not in path.parts]


def lines_written(source: str) -> Iterator[tuple[int, ast.expr | None, set[str]]]:
    """Yield (line, event, names of the fields) of every call of a room's logger and of the journal."""
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Call) and (_is_log(node.func) or _is_record(node.func)):
            yield node.lineno, node.args[0] if node.args else None, {keyword.arg for keyword in node.keywords if keyword.arg}


def _is_log(function: ast.expr) -> bool:
    return (
        isinstance(function, ast.Attribute)
        and function.attr in LEVELS
        and ast.unparse(function.value).lower().rpartition(".")[2] in {"log", "_log", "logger", "_logger"}
    )


def _is_record(function: ast.expr) -> bool:
    return ast.unparse(function) in {"journal.record", "journal_actions.record", "record"}


def texts(event: ast.expr | None) -> list[str]:
    """Return every text an event may be: a constant, or pieces and choices between constants; "?" for anything else."""
    if isinstance(event, ast.Constant):
        return [str(event.value)]
    if isinstance(event, ast.IfExp):
        return [*texts(event.body), *texts(event.orelse)]
    if isinstance(event, ast.JoinedStr):
        pieces = [texts(value.value if isinstance(value, ast.FormattedValue) else value) for value in event.values]
        return ["".join(choice) for choice in itertools.product(*pieces)]
    return ["?"]


def faults(source: str) -> list[str]:
    """Return one sentence per event without its three parts and per field outside the allow-list."""
    found = []
    for line, event, fields in lines_written(source):
        passed_on = isinstance(event, ast.Name)  # a parameter: its callers are checked
        found += [f"{line}: event {text}" for text in texts(event) if not passed_on and not EVENT.fullmatch(text)]
        found += [f"{line}: field {name}" for name in sorted(fields - ALLOWED_FIELDS - OWN)]
    return found


def test_every_line_written_has_an_event_and_allowed_fields() -> None:
    assert {where(path): found for path in SOURCES if (found := faults(text_of(path)))} == {}


def test_every_event_of_the_journal_has_its_french_words_in_the_console() -> None:
    calls = [
        node for path in files("packages/drimbox/src/*.py") for node in ast.walk(ast.parse(text_of(path))) if isinstance(node, ast.Call)
    ]
    written = {text for call in calls if _is_record(call.func) and call.args for text in texts(call.args[0])}
    assert written - {"?"} - set(EVENTS) == set()


def test_lines_are_written_somewhere() -> None:
    assert sum(len(list(lines_written(text_of(path)))) for path in SOURCES) > 5


@pytest.mark.parametrize(
    ("source", "found"),
    [
        ('log.info("reception:message:stored", message_id=1)', False),
        ('log.info("message stored")', True),
        ('log.info("reception:message:stored", patient="x")', True),
        ('log.info(f"reception:{x}:stored")', True),
        ("log.info(f\"liste:file:{'new' if a else 'same'}\")", False),
        ('journal.record("registre:couple:given", trace=t, nom="x")', True),
    ],
)
def test_a_careless_line_would_be_found(source: str, found: bool) -> None:
    assert bool(faults(source)) is found
