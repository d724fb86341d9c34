# SPDX-FileCopyrightText: 2026 drimm contributors
# SPDX-License-Identifier: EUPL-1.2
"""The commands ``drimbox journal …``."""

from __future__ import annotations

import typer

from drimbox.cli.entree import Config, as_json, begin

app = typer.Typer(help="Journal.", no_args_is_help=True)


@app.callback()
def _one_room() -> None:
    """Journal de la DRIMbox."""


@app.command("lectures")
def lectures(config: Config = None) -> None:
    """Dit ce qu'un professionnel a demandé et lu ici, par les DRIMbox qui l'ont présenté (JSON) ; son identifiant est lu sur l'entrée."""
    identifiant = typer.prompt("Identifiant national du professionnel (RPPS précédé de 8)", err=True).strip()  # in no history of commands
    begin(config, "ouvrier")
    from drimbox.socle.coffre.fields import coffre  # noqa: PLC0415 - Django must be set up first
    from drimbox.socle.journal.lecteurs import prints_of  # noqa: PLC0415 - as above
    from drimbox.source.partage.journal import write_consultation  # noqa: PLC0415 - as above
    from drimbox.source.partage.queries import lectures_of  # noqa: PLC0415 - as above

    found = lectures_of(prints_of(identifiant, coffre().trousseau))
    write_consultation(len(found))
    told = [{"date": line.at, "evenement": line.event, "trace": line.trace, "code": line.code, **line.fields} for line in found]
    typer.echo(as_json(told))
