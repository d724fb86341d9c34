# SPDX-FileCopyrightText: 2026 drimm contributors
# SPDX-License-Identifier: EUPL-1.2
"""Commands about what is sealed in the database."""

from __future__ import annotations

import typer

from espace.cli.sortie import Config, Json, begin, show

coffre_app = typer.Typer(help="Pièces et secrets gardés en base.", no_args_is_help=True)


def add_to(app: typer.Typer) -> None:
    """Add these commands."""
    coffre_app.command("renouveler", help="Sceller de nouveau sous la première clé du trousseau ; les anciennes peuvent ensuite partir.")(
        renouveler
    )
    app.add_typer(coffre_app, name="coffre")


def renouveler(config: Config = None, json: Json = False) -> None:
    """Seal everything again under the newest key, under the role of the owner: no process may."""
    begin(config, "comptes")
    from espace.acteurs.actions.facteurs import seal_again  # noqa: PLC0415 - Django must be set up first
    from espace.coffre.actions import rotate  # noqa: PLC0415 - as above

    changed = rotate() + seal_again()
    show({"scelles": changed}, f"{changed} pièces et secrets scellés sous la nouvelle clé.", as_json=json)
