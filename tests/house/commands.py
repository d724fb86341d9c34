# SPDX-FileCopyrightText: 2026 drimm contributors
# SPDX-License-Identifier: EUPL-1.2
"""Finds the command lines that documents show, and asks the programs whether they know them."""

from __future__ import annotations

import argparse
import importlib
import re
import shlex
from collections.abc import Iterator
from typing import Any

import typer

from banc.cli import EPREUVES
from tests.house.sources import files, text_of

PROGRAMS = {
    "espace": ("espace.cli.application", "app"), "drimbox": ("drimbox.cli", "app"), "banc": ("banc.cli", "app")
}  # fmt: skip
_FENCE = re.compile(r"^```(?:sh|console|shell|bash)\n(.*?)^```", re.MULTILINE | re.DOTALL)
_INLINE = re.compile(r"`((?:\./drimm|espace|drimbox|confiance|banc) [^`\n]+)`")
_SHOWN = ("./drimm", *PROGRAMS, "confiance")


def shown_in(document: str) -> Iterator[list[str]]:
    """Yield the command lines of a document, without comments, prompts and pipes."""
    lines = [line for block in _FENCE.findall(document) for line in block.replace("\\\n", " ").splitlines()]
    for line in [*lines, *_INLINE.findall(document)]:
        for part in re.split(r"\s[|·]\s|&&", re.sub(r"\s#.*", "", line.removeprefix("$ "))):
            words = _words(part)
            if words and words[0] in _SHOWN:
                yield words


def _words(line: str) -> list[str]:
    try:
        return shlex.split(re.sub(r"[\[\]…]", " ", line))
    except ValueError:
        return []


def unknown(words: list[str]) -> str:
    """Return what the program does not know of a command line; empty when it knows it all."""
    program, rest = words[0], words[1:]
    if program == "./drimm":
        return _unknown_to_the_launcher(rest)
    if program == "confiance":
        return _unknown_to_argparse(rest)
    module, name = PROGRAMS[program]
    return _unknown_to_click(typer.main.get_command(getattr(importlib.import_module(module), name)), rest)


def _unknown_to_the_launcher(rest: list[str]) -> str:
    known = {"demo", "test", "check", "bench", "soak", "run", "lock", "help"}
    if rest[:1] and rest[0] not in known:
        return rest[0]
    if rest[:1] == ["demo"]:
        return unknown(["banc", *rest])
    if rest[:1] in (["bench"], ["soak"]) and rest[1:2] and not rest[1].isupper():
        return "" if rest[1] in (_benches() if rest[0] == "bench" else EPREUVES) else " ".join(rest[:2])
    return unknown(rest[1:]) if rest[:1] == ["run"] and rest[1:2] and rest[1] in {*PROGRAMS, "confiance"} else ""


def _benches() -> set[str]:
    return {path.stem.replace("_", "-") for path in files("bench/*.py") if "__main__" in text_of(path)}


def _unknown_to_click(command: Any, rest: list[str]) -> str:
    for word in rest:
        if word.startswith("-"):
            options = {option for parameter in command.params for option in (*parameter.opts, *parameter.secondary_opts)} | {"--help", "-h"}
            if word.split("=")[0] not in options:
                return f"{command.name} {word}"
        elif getattr(command, "commands", None):
            if word.isupper():  # a placeholder: NAME, COMMANDE
                return ""
            if word not in command.commands:
                return f"{command.name} {word}"
            command = command.commands[word]
    return ""


def _unknown_to_argparse(rest: list[str]) -> str:
    parser = importlib.import_module("confiance.cli.commands")._parser()
    choices: dict[str, argparse.ArgumentParser] = next(a.choices for a in parser._actions if isinstance(a, argparse._SubParsersAction))
    verbs, options = [word for word in rest if not word.startswith("-")][:1], [word for word in rest if word.startswith("--")]
    if verbs and not set(verbs[0].split("|")) <= set(choices):
        return verbs[0]
    known = set(choices[verbs[0]]._option_string_actions) if verbs and verbs[0] in choices else {"--help", *options}
    return next((option for option in options if option.split("=")[0] not in known), "")
