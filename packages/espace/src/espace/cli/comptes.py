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
Login = Annotated[str, typer.Option("--login", help="Identifiant.")]
_SECRET = "Fichier à créer, 0600, qui portera le secret du second facteur (TOTP, base 32)."  # noqa: S105 - a text of help


def add_to(app: typer.Typer) -> None:
    """Add these commands."""
    compte_app.command("creer", help="Créer un compte de la console.")(creer)
    compte_app.command("facteur", help="Donner un nouveau second facteur à un compte, ou lui retirer celui qu'il a perdu.")(facteur)
    app.add_typer(compte_app, name="compte")


def creer(
    login: Login,
    password_file: Annotated[Path, typer.Option("--password-file", help="Fichier 0600 qui porte le mot de passe.")],
    totp_file: Annotated[Path | None, typer.Option("--totp-file", help=_SECRET)] = None,
    config: Config = None,
    json: Json = False,
) -> None:
    """Make an account; without a file for its second factor, its first login leads to one."""
    begin(config, "comptes")
    from confiance.exploitation.settings import read_secret  # noqa: PLC0415 - loaded by the commands that read settings
    from espace.acteurs.comptes import create_compte, give_factor  # noqa: PLC0415 - Django must be set up first

    user = create_compte(login, read_secret(password_file.absolute()).reveal(), auteur=at_keyboard())
    if totp_file is not None:
        give_factor(login, totp_file.absolute(), auteur=at_keyboard())
    show({"login": user.username}, f"Le compte « {user.username} » est créé.", as_json=json)


def facteur(
    login: Login,
    totp_file: Annotated[Path | None, typer.Option("--totp-file", help=_SECRET)] = None,
    config: Config = None,
    json: Json = False,
) -> None:
    """Give a new second factor, or take it away: the next login then leads to another."""
    begin(config, "comptes")
    from espace.acteurs.comptes import give_factor, lose_factor  # noqa: PLC0415 - Django must be set up first

    if totp_file is None:
        lose_factor(login, auteur=at_keyboard())
        sentence = f"Le compte « {login} » n'a plus de second facteur : sa prochaine connexion lui en donnera un."
    else:
        give_factor(login, totp_file.absolute(), auteur=at_keyboard())
        sentence = f"Le compte « {login} » a un nouveau second facteur, dans {totp_file}."
    show({"login": login, "facteur": totp_file is not None}, sentence, as_json=json)
