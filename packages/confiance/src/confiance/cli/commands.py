# SPDX-FileCopyrightText: 2026 drimm contributors
# SPDX-License-Identifier: Apache-2.0
"""The commands and their parser."""

from __future__ import annotations

import argparse
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Final

from confiance.cli import compare, log, report, sign, verify, watch
from confiance.cli.french import FrenchParser
from confiance.errors import DrimmError


@dataclass(frozen=True)
class Command:
    """One command: its help, its options, what it does."""

    help: str
    add: Callable[[argparse.ArgumentParser], None]
    run: Callable[[argparse.Namespace], report.Exit]


COMMANDS: Final[dict[str, Command]] = {
    "verify": Command("vérifier une Liste Blanche signée", verify.add_verify, verify.run_verify),
    "find": Command("chercher un nom dans une Liste Blanche vérifiée", verify.add_find, verify.run_find),
    "sign": Command("signer un brouillon", sign.add_sign, sign.run_sign),
    "lint": Command("chercher les fautes de contenu", compare.add_lint, compare.run_lint),
    "diff": Command("comparer deux listes", compare.add_diff, compare.run_diff),
    "log": Command("vérifier une preuve du Journal des listes", log.add_log, log.run_log),
    "watch": Command("suivre une Liste Blanche publiée", watch.add_watch, watch.run_watch),
}


def main(argv: Sequence[str] | None = None) -> int:
    """Run one command.

    Args:
        argv: arguments without the program's name; those of the process when None.

    Returns:
        0 accepted, 1 refused, 3 unreadable. Wrong usage leaves with SystemExit 2, as argparse does.
    """
    args = _parser().parse_args(argv)
    command = COMMANDS[args.command]
    try:
        return command.run(args)
    except DrimmError as error:
        return report.show_error(error, as_json=args.json)


def _parser() -> FrenchParser:
    parser = FrenchParser(prog="confiance", description="Vérifier, signer et comparer la Liste Blanche de l'Espace de Confiance DRIM-M.")
    choices = parser.add_subparsers(dest="command", required=True, metavar="COMMANDE", title="commandes", parser_class=FrenchParser)
    for name, command in COMMANDS.items():
        command.add(choices.add_parser(name, help=command.help, description=command.help))
    return parser
