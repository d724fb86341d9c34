# SPDX-FileCopyrightText: 2026 drimm contributors
# SPDX-License-Identifier: EUPL-1.2
"""The commands ``drimbox pacs …``."""

from __future__ import annotations

from dataclasses import asdict
from typing import TYPE_CHECKING, Annotated

import typer

from confiance.errors import DrimmError
from drimbox.cli.entree import Config, as_json, use

if TYPE_CHECKING:
    from drimbox.socle.pacs.mesure import MesurePacs

app = typer.Typer(help="PACS.", no_args_is_help=True)


@app.command()
def echo(config: Config = None) -> None:
    """Envoie un C-ECHO à chaque PACS."""
    from drimbox.socle.pacs.questions import echo as ask  # noqa: PLC0415 - pynetdicom is slow to load

    failed = False
    for pacs in use(config).pacs:
        try:
            ask(pacs)
            typer.echo(f"✓ {pacs.name} ({pacs.aet}, {pacs.host}:{pacs.port}) répond.")
        except DrimmError as error:
            failed = True
            typer.echo(f"✗ {pacs.name} ({pacs.aet}, {pacs.host}:{pacs.port}) : {error.message}", err=True)
    raise typer.Exit(1 if failed else 0)


@app.command()
def speedtest(
    pacs: Annotated[str, typer.Option(help="Nom du PACS ; tous à défaut.")] = "",
    study: Annotated[str, typer.Option(help="StudyInstanceUID à récupérer ; à défaut, l'étude de référence de l'homologation.")] = "",
    *,
    json: Annotated[bool, typer.Option("--json", help="Écrit les mesures en JSON.")] = False,
    config: Config = None,
) -> None:
    """Mesure le débit de chaque PACS (DB.SO.102) : latence, première image, Mbit/s, syntaxes reçues."""
    from drimbox.socle.pacs.mesure import ETUDE_DE_REFERENCE, mesurer  # noqa: PLC0415 - as above

    chosen = [one for one in use(config).pacs if pacs in {"", one.name}]
    if not chosen:
        typer.echo(f"PACS « {pacs} » inconnu.", err=True)
        raise typer.Exit(2)
    done: list[MesurePacs] = []
    for one in chosen:
        try:
            done.append(mesurer(one, study or ETUDE_DE_REFERENCE))
        except DrimmError as error:
            typer.echo(f"✗ {one.name} : {error.message} {error.remede}", err=True)
        else:
            if not json:
                _show(done[-1])
    if json:
        typer.echo(as_json({"mesures": [asdict(mesure) for mesure in done]}))
    raise typer.Exit(0 if len(done) == len(chosen) else 1)


def _show(mesure: MesurePacs) -> None:
    typer.echo(f"{mesure.pacs} ({mesure.recuperation})")
    typer.echo(f"  latence de l'écho      {1000 * mesure.latence_echo:.0f} ms")
    typer.echo(f"  première image         {1000 * mesure.premiere_image:.0f} ms")
    typer.echo(f"  {mesure.instances} images, {mesure.octets / 1e6:.1f} Mo en {mesure.duree:.2f} s : {mesure.mbit_par_seconde:.0f} Mbit/s")
    for syntax, count in mesure.syntaxes.items():
        typer.echo(f"  syntaxe {syntax} : {count} images")
