# SPDX-FileCopyrightText: 2026 drimm contributors
# SPDX-License-Identifier: EUPL-1.2
"""What commands print: sentences for a person, or JSON for a program."""

from __future__ import annotations

import getpass
import json
import os
from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Any

import typer

Config = Annotated[Path | None, typer.Option("--config", help="Fichier de configuration TOML ; par défaut celui que nomme DRIMM_CONFIG.")]
Json = Annotated[bool, typer.Option("--json", help="Répondre en JSON.")]


def show(values: Mapping[str, Any], sentence: str, *, as_json: bool) -> None:
    """Print the values as JSON, or the sentence."""
    typer.echo(json.dumps(values, ensure_ascii=False, indent=2) if as_json else sentence)


def auteur() -> str:
    """Return who acts at this keyboard, for the journal."""
    try:
        return f"cli:{getpass.getuser()}"[:150]
    except (OSError, KeyError):
        return "cli"


def begin(config: Path | None, process: str = "cli") -> None:
    """Read the configuration and set Django up under the role of this kind of command."""
    use(config)
    from espace.process import setup  # noqa: PLC0415 - not needed by the commands without a database

    setup(process)


def use(config: Path | None) -> None:
    """Make a file given on the command line the configuration of this process and of its children."""
    if config is not None:
        os.environ["DRIMM_CONFIG"] = str(config.absolute())
