# SPDX-FileCopyrightText: 2026 drimm contributors
# SPDX-License-Identifier: EUPL-1.2
"""What commands print: sentences for a person, or JSON for a program."""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Annotated, Any

import typer

from confiance.errors import DrimmError

Config = Annotated[Path | None, typer.Option("--config", help="Fichier de configuration TOML ; par défaut celui que nomme DRIMM_CONFIG.")]
Json = Annotated[bool, typer.Option("--json", help="Répondre en JSON.")]


def show(values: Mapping[str, Any], sentence: str, *, as_json: bool) -> None:
    """Print the values as JSON, or the sentence."""
    typer.echo(json.dumps(values, ensure_ascii=False, indent=2) if as_json else sentence)


def begin(config: Path | None, process: str = "cli") -> None:
    """Read the configuration and set Django up under the role of this kind of command."""
    use(config)
    from espace.process import setup  # noqa: PLC0415 - not needed by the commands without a database

    setup(process)


def use(config: Path | None) -> None:
    """Make a file given on the command line the configuration of this process and of its children."""
    if config is not None:
        os.environ["DRIMM_CONFIG"] = str(config.absolute())


def told(function: Callable[..., object], *arguments: object) -> None:
    """Do something; an error that has a cure is told as a sentence, and ends the process with 1."""
    try:
        function(*arguments)
    except DrimmError as error:
        _tell(error)
    except Exception as error:
        from django.db import Error as DatabaseError  # noqa: PLC0415 - only a command that failed pays for it

        from espace.database import explain  # noqa: PLC0415 - as above

        if not isinstance(error, DatabaseError):
            raise
        _tell(explain(error))


def _tell(error: DrimmError) -> None:
    lines = [f"Erreur ({error.code}) : {error.message}"]
    lines += [f"  Remède : {error.remede}"] if error.remede else []
    print(*lines, sep="\n", file=sys.stderr)  # noqa: T201 - the answer of a command line
    sys.exit(1)
