# SPDX-FileCopyrightText: 2026 drimm contributors
# SPDX-License-Identifier: Apache-2.0
"""argparse that speaks French."""

from __future__ import annotations

import argparse
import re
import sys
from collections.abc import Iterable
from typing import Final, NoReturn

_SENTENCES: Final = (
    (r"the following arguments are required: (.*)", r"arguments manquants : \1"),
    (r"unrecognized arguments: (.*)", r"arguments inconnus : \1"),
    (r"argument (.*): expected one argument", r"l'option \1 attend une valeur"),
    (r"argument (.*): expected at least one argument", r"l'option \1 attend au moins une valeur"),
    (r"argument (.*): not allowed with argument (.*)", r"les options \1 et \2 s'excluent"),
    (r"argument (.*): invalid choice: (.*) \(choose from (.*)\)", r"\1 : valeur inconnue \2 (au choix : \3)"),
    (r"argument (.*): invalid \w+ value: (.*)", r"\1 : valeur incorrecte \2"),
    (r"ambiguous option: (.*) could match (.*)", r"option ambiguë : \1 (\2)"),
    (r"argument (.*): (.*)", r"\1 : \2"),
)


class FrenchFormatter(argparse.HelpFormatter):
    """Writes « utilisation » before the usage line."""

    def add_usage(
        self,
        usage: str | None,
        actions: Iterable[argparse.Action],
        groups: Iterable[argparse._MutuallyExclusiveGroup],
        prefix: str | None = None,
    ) -> None:
        """Add the usage line."""
        super().add_usage(usage, actions, groups, "utilisation : " if prefix is None else prefix)


class FrenchParser(argparse.ArgumentParser):
    """A parser whose help and errors are French."""

    def __init__(self, **options: object) -> None:
        """Take what argparse takes."""
        super().__init__(add_help=False, formatter_class=FrenchFormatter, allow_abbrev=False, **options)  # type: ignore[arg-type]  # passed on as given
        self._positionals.title = "arguments"
        self._optionals.title = "options"
        self.add_argument("-h", "--help", "--aide", action="help", help="afficher cette aide et finir")

    def error(self, message: str) -> NoReturn:
        """Say what is wrong with the command line and leave with 2."""
        self.print_usage(sys.stderr)
        self.exit(2, f"{self.prog} : {translate(message)}\n")


def translate(message: str) -> str:
    """Return the French of a sentence of argparse."""
    for pattern, french in _SENTENCES:
        if found := re.fullmatch(pattern, message, re.DOTALL):
            return found.expand(french)
    return message
