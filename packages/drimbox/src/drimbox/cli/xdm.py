# SPDX-FileCopyrightText: 2026 drimm contributors
# SPDX-License-Identifier: EUPL-1.2
"""``drimbox xdm``: the pointers of a DRIMbox handed to another one, when the DMP is closed or a couple changes Operateur."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from confiance.errors import PeerError
from drimbox.cli.entree import Config, begin
from drimbox.roles import PROPRIETAIRE

app = typer.Typer(help="Archives XDM des pointeurs.", no_args_is_help=True)


@app.command("exporter")
def exporter(dossier: Annotated[Path, typer.Argument(help="Où écrire les archives, une par mois.")], config: Config = None) -> None:
    """Écrit les pointeurs en vigueur, une archive KAaaaamm par mois ; elle contient des données de santé."""
    settings = begin(config, PROPRIETAIRE)
    from drimbox.source.depot_dmp.archive import export  # noqa: PLC0415 - Django must be set up first
    from drimbox.source.depot_dmp.queries import count_to_hand_over  # noqa: PLC0415 - as above

    count = count_to_hand_over()
    with typer.progressbar(length=count, label="Pointeurs") as bar:
        archives = export(dossier, settings, lambda: bar.update(1))
    typer.echo(f"{count} pointeurs écrits dans {len(archives)} archives : {', '.join(path.name for path in archives) or 'aucune'}.")


@app.command("importer")
def importer(archive: Annotated[Path, typer.Argument(help="Dossier ou zip d'une archive XDM.")], config: Config = None) -> None:
    """Reprend les pointeurs d'une archive : ils sont servis, rien n'est envoyé au DMP. Peut être relancé sans dommage."""
    settings = begin(config, PROPRIETAIRE)
    from django.utils import timezone  # noqa: PLC0415 - Django must be set up first

    from drimbox.socle.dmp.errors import XdmIllisible  # noqa: PLC0415 - as above
    from drimbox.socle.dmp.model import LimitesDmp  # noqa: PLC0415 - as above
    from drimbox.socle.dmp.xdm import read_archive  # noqa: PLC0415 - as above
    from drimbox.source.depot_dmp.actions.import_xdm import take_over  # noqa: PLC0415 - as above
    from drimbox.source.depot_dmp.archive import read  # noqa: PLC0415 - as above

    lots = list(read_archive(read(archive), LimitesDmp()))
    taken, known, refusals = 0, 0, []
    with typer.progressbar(lots, label="Pointeurs") as bar:
        for folder, lot in bar:
            try:
                if isinstance(lot, XdmIllisible):
                    raise lot
                is_new = take_over(lot, settings, timezone.now())
                taken, known = taken + is_new, known + (not is_new)
            except PeerError as error:
                # folders bear the names that whoever made the archive gave them
                shown = "".join(filter(str.isprintable, folder))
                refusals.append(f"✗ {shown} : {error.message} {error.remede}".strip())
    for refusal in refusals:
        typer.echo(refusal, err=True)
    typer.echo(f"{taken} pointeurs repris, {known} déjà présents, {len(refusals)} refusés.")
    raise typer.Exit(1 if refusals or not lots else 0)
