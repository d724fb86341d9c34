# SPDX-FileCopyrightText: 2026 drimm contributors
# SPDX-License-Identifier: EUPL-1.2
"""The command ``drimbox``."""

from __future__ import annotations

import sys
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Annotated, NoReturn

import typer

from confiance.errors import DrimmError
from confiance.exploitation import logs
from confiance.exploitation.settings import reference
from drimbox.cli import journal, liste, pacs, xdm
from drimbox.cli.entree import Config, as_json, begin, use
from drimbox.config import DrimboxSettings
from drimbox.libraries import LIBRARIES
from drimbox.roles import PROCESSES, PROPRIETAIRE, statements

STOP_MARGIN = 5.0

app = typer.Typer(help="DRIMbox de DRIM-M : source et consommatrice.", no_args_is_help=True, pretty_exceptions_enable=False)
config_app = typer.Typer(help="Configuration.", no_args_is_help=True)
compte_app = typer.Typer(help="Comptes de la console.", no_args_is_help=True)
coffre_app = typer.Typer(help="Secrets gardés en base.", no_args_is_help=True)
app.add_typer(config_app, name="config")
app.add_typer(compte_app, name="compte")
app.add_typer(liste.app, name="liste-blanche")
app.add_typer(pacs.app, name="pacs")
app.add_typer(xdm.app, name="xdm")
app.add_typer(journal.app, name="journal")
app.add_typer(coffre_app, name="coffre")


def main() -> None:
    """Run the command; an expected error is shown as a French sentence and its cure, never as a traceback."""
    _told(app)


def _told(function: Callable[..., object], *arguments: object) -> None:
    try:
        function(*arguments)
    except DrimmError as error:
        typer.echo(f"Erreur ({error.code}) : {error.message}", err=True)
        if error.remede:
            typer.echo(f"→ {error.remede}", err=True)
        sys.exit(1)


def _check_database(settings: DrimboxSettings) -> None:
    from drimbox.process import become  # noqa: PLC0415 - not needed by every command

    become(PROPRIETAIRE)
    from drimbox.socle.database import check_migrations, check_server, enter  # noqa: PLC0415 - the settings read DRIMM_PROCESS

    with enter() as database:  # without the rooms: the supervisor itself needs none
        check_server(database, settings.database)
        check_migrations(database)


@app.command()
def run(
    config: Config = None,
    migrer: Annotated[bool, typer.Option("--migrer", help="Mettre d'abord la base à jour, sous le rôle propriétaire.")] = False,
    compte: Annotated[str | None, typer.Option(help="Créer d'abord ce compte de la console, ou changer son mot de passe.")] = None,
    password_file: Annotated[Path | None, typer.Option(help="Fichier 0600 qui contient son mot de passe.")] = None,
) -> None:
    """Lance tous les processus et les garde en vie."""
    settings = use(config)
    logs.configure("drimbox", "supervisor")
    from confiance.exploitation.supervisor import ProcessSpec, Supervisor  # noqa: PLC0415 - needed by this command alone
    from drimbox import process as processes  # noqa: PLC0415 - as above

    before: list[Callable[[], object]] = [partial(_told, migrate)] if migrer else []
    before += [partial(_told, _check_database, settings)]
    if compte is not None and password_file is not None:
        before += [partial(_told, compte_creer, compte, password_file)]
    longer = {"images": settings.images.stop_seconds + STOP_MARGIN}  # its transfers go on to their end
    specs = [
        ProcessSpec(name, f"drimbox process {name}", partial(_told, processes.run, name), longer.get(name), overlaps=name == "images")
        for name in PROCESSES
    ]
    raise typer.Exit(Supervisor(specs, libraries=LIBRARIES, before=before).run())


@app.command()
def process(nom: Annotated[str, typer.Argument(help="pages, images, reception ou ouvrier.")], config: Config = None) -> None:
    """Lance un seul processus."""
    from drimbox import process as processes  # noqa: PLC0415

    if nom not in PROCESSES:
        _refuse(f"Processus « {nom} » inconnu : {', '.join(PROCESSES)}.")
    use(config)
    processes.run(nom)


@app.command()
def migrate(config: Config = None) -> None:
    """Met la base à jour, sous le rôle propriétaire."""
    settings = begin(config, PROPRIETAIRE)
    from drimbox.socle.database import check_server, enter, migrate_database  # noqa: PLC0415 - Django must be set up first

    with enter() as database:
        check_server(database, settings.database)
    typer.echo(f"{migrate_database()} migrations appliquées.")


@app.command("roles-sql")
def roles_sql(config: Config = None) -> None:
    """Écrit les ordres SQL qui créent la base et ses rôles ; un administrateur de PostgreSQL les passe une fois."""
    for statement in statements(use(config).database):
        typer.echo(statement)


@config_app.command("check")
def config_check(config: Config = None) -> None:
    """Vérifie la configuration et les fichiers qu'elle nomme."""
    from drimbox.verification import check_files  # noqa: PLC0415

    faults = check_files(use(config))
    for fault in faults:
        typer.echo(f"✗ {fault}", err=True)
    if faults:
        raise typer.Exit(1)
    typer.echo("Configuration correcte.")


@config_app.command("show")
def config_show(config: Config = None) -> None:
    """Affiche les réglages en vigueur ; les secrets ne sont que des noms de fichiers."""
    typer.echo(as_json(use(config)))


@config_app.command("reference")
def config_reference() -> None:
    """Écrit le tableau de tous les réglages (Markdown)."""
    typer.echo("| Réglage | Type | Défaut | Description |\n|---|---|---|---|")
    for key, kind, default, description in reference(DrimboxSettings):
        typer.echo(f"| `{key}` | {kind} | {default} | {description} |".replace("|None", " ou vide"))


@compte_app.command("creer")
def compte_creer(
    login: Annotated[str, typer.Option(help="Identifiant de la personne.")],
    password_file: Annotated[Path, typer.Option(help="Fichier 0600 qui contient son mot de passe.")],
    config: Config = None,
) -> None:
    """Crée un compte de la console, ou change son mot de passe."""
    begin(config, PROPRIETAIRE)
    from drimbox.web.console.actions import create_account  # noqa: PLC0415 - Django must be set up first

    created = create_account(login, password_file)
    typer.echo(f"Compte {login} {'créé' if created else 'mis à jour'}.")


@coffre_app.command("renouveler")
def coffre_renouveler(config: Config = None) -> None:
    """Scelle de nouveau tous les secrets sous la première clé du trousseau ; les anciennes clés peuvent ensuite être détruites.

    Une clé détruite ne retrouve plus les lecteurs que le journal a notés sous elle (drimbox journal lectures).
    """
    begin(config, PROPRIETAIRE)
    from drimbox.socle.coffre.actions import rotate  # noqa: PLC0415 - Django must be set up first

    typer.echo(f"{rotate()} secrets scellés sous la nouvelle clé.")


def _refuse(message: str) -> NoReturn:
    typer.echo(message, err=True)
    raise typer.Exit(2)
