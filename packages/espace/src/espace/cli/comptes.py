# SPDX-FileCopyrightText: 2026 drimm contributors
# SPDX-License-Identifier: EUPL-1.2
"""Commands about the accounts of the console."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from espace.auteurs import at_keyboard
from espace.cli.sortie import Config, Json, begin, show

compte_app = typer.Typer(help="Comptes de la console.", no_args_is_help=True)


def add_to(app: typer.Typer) -> None:
    """Add these commands."""
    compte_app.command("creer", help="Créer un compte de la console.")(creer)
    app.add_typer(compte_app, name="compte")


def creer(
    login: Annotated[str, typer.Option("--login", help="Identifiant.")],
    password_file: Annotated[Path, typer.Option("--password-file", help="Fichier 0600 qui porte le mot de passe.")],
    config: Config = None,
    json: Json = False,
) -> None:
    """Make an account."""
    begin(config, "comptes")
    from confiance.exploitation.settings import read_secret  # noqa: PLC0415 - loaded by the commands that read settings
    from espace.acteurs.comptes import create_compte  # noqa: PLC0415 - Django must be set up first

    user = create_compte(login, read_secret(password_file.absolute()).reveal(), auteur=at_keyboard())
    show({"login": user.username}, f"Le compte « {user.username} » est créé.", as_json=json)
