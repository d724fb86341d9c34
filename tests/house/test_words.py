# SPDX-FileCopyrightText: 2026 drimm contributors
# SPDX-License-Identifier: EUPL-1.2
"""What no file of the project says, and how long a file may be."""

from __future__ import annotations

import re

import pytest

from tests.house.sources import files, text_of, where

_PROMISES = ("TO" + "DO", "FIX" + "ME", "X" + "XX", "HA" + "CK")
_MAKERS = ("Anthro" + "pic", "Chat" + "GPT", "Co" + "pilot", "L" + "LM", "the bri" + "ef", "build" + r"er [A-H]")
# words are built here in halves, so that this file does not say them
FORBIDDEN = {
    "a promise instead of code": re.compile(rf"\b({'|'.join(_PROMISES)})\b"),
    "a path of one machine": re.compile("/wo" + r"rk/|/ho" + r"me/[a-z]|/tm" + "p/bri" + "ef"),
    "who or what wrote it": re.compile(rf"\b({'|'.join(_MAKERS)})\b", re.IGNORECASE),
    "a private key": re.compile("BEGIN (RSA |EC |ENCRYPTED )?PRIV" + "ATE KEY-----\\n[A-Za-z0-9+/]{20}"),
}
MAX_LINES = 400


@pytest.mark.parametrize("what", FORBIDDEN)
def test_no_file_says(what: str) -> None:
    assert [f"{where(path)}: {match.group()[:40]}" for path in files() if (match := FORBIDDEN[what].search(text_of(path)))] == []


def test_a_forbidden_word_would_be_found() -> None:
    assert FORBIDDEN["a promise instead of code"].search("# TO" + "DO later")
    assert FORBIDDEN["a path of one machine"].search("open('/wo" + "rk/x')")
    assert not FORBIDDEN["a promise instead of code"].search("todos los santos")


def test_no_source_file_is_longer_than_four_hundred_lines() -> None:
    sources = files("*.py", "*.html", "*.css", "*.mjs", "*.js")
    long = {where(path): text_of(path).count("\n") for path in sources if "migrations" not in path.parts}
    assert {name: lines for name, lines in long.items() if lines > MAX_LINES} == {}
