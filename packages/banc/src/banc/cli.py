# SPDX-FileCopyrightText: 2026 drimm contributors
# SPDX-License-Identifier: EUPL-1.2
"""The command ``banc``."""

from __future__ import annotations

import asyncio
import sys
import time
from importlib import import_module
from pathlib import Path
from typing import Annotated

import typer

from confiance.errors import DrimmError

app = typer.Typer(
    help="Banc de DRIM-M : le monde extérieur simulé et tout le maillage sur une machine.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
)
EPREUVES = ("fuzz-images", "fuzz-liste", "fuzz-reception", "fuzz-tete", "tempete")
A_PORTES = ("fuzz-images", "fuzz-reception")


def main() -> None:
    """Run the command; an expected error is a French sentence and its cure."""
    try:
        app()
    except DrimmError as error:
        typer.echo(f"Erreur ({error.code}) : {error.message}", err=True)
        if error.remede:
            typer.echo(f"→ {error.remede}", err=True)
        sys.exit(1)


@app.command()
def demo(
    once: Annotated[bool, typer.Option("--once", help="S'arrêter à la fin du scénario.")] = False,
    hl7: Annotated[
        Path | None, typer.Option(metavar="FICHIER", help="Votre compte rendu : message HL7 v2 (ORU ou MDM) avec son CDA.")
    ] = None,
    dicom: Annotated[Path | None, typer.Option(metavar="DOSSIER", help="Vos images DICOM.")] = None,
    relabel: Annotated[bool, typer.Option("--relabel", help="Copier les images sous l'étude et l'identité du compte rendu.")] = False,
    report: Annotated[Path | None, typer.Option(metavar="FICHIER", help="Écrire le rapport JSON de la démonstration.")] = None,
    work: Annotated[
        Path | None, typer.Option(metavar="DOSSIER", help="Dossier de travail ; par défaut un dossier neuf sous .cache.")
    ] = None,
    open_: Annotated[bool, typer.Option("--open", help="Montrer les pages dans chromium.")] = False,
) -> None:
    """Joue tout le maillage sur cette machine : deux DRIMbox, un examen qui passe de l'une à l'autre, et des refus."""
    from banc.demo.command import Options, run  # noqa: PLC0415 - the other commands do not need all this
    from banc.demo.examen import Given  # noqa: PLC0415 - as above

    raise typer.Exit(run(Options(Given(hl7, dicom, relabel), once, report, work, open_)))


@app.command()
def comptes(
    work: Annotated[
        Path | None, typer.Option(metavar="DOSSIER", help="Dossier de travail de la démonstration ; par défaut la dernière qui tourne.")
    ] = None,
) -> None:
    """Donne les comptes de la démonstration qui tourne : adresse, identifiant, mot de passe, code du moment."""
    from banc.demo.command import CACHE  # noqa: PLC0415 - as above
    from banc.demo.comptes import shown  # noqa: PLC0415 - as above

    typer.echo(shown(work, CACHE, time.time()))


@app.command(hidden=True)
def monde(work: Annotated[Path, typer.Option(help="Dossier de travail de la démonstration.")]) -> None:
    """Sert le monde extérieur d'une démonstration ; lancé par elle."""
    from banc import monde as outside  # noqa: PLC0415 - as above
    from banc.demo.plan import Plan  # noqa: PLC0415 - as above
    from confiance.exploitation import logs  # noqa: PLC0415 - as above

    logs.configure("banc", "monde")
    asyncio.run(outside.run(Plan.load(work.absolute())))


@app.command()
def soak(
    nom: Annotated[str, typer.Argument(help=", ".join(EPREUVES))],
    minutes: Annotated[float, typer.Option(min=0.01, help="Durée.")] = 20.0,
    corpus: Annotated[Path, typer.Option(help="Où garder les cas trouvés.")] = Path("tests/unit/confiance/corpus"),
    reports: Annotated[int, typer.Option(min=1, help="tempete : nombre d'examens.")] = 1000,
    graine: Annotated[int, typer.Option(help="tempete : graine du tirage des sinistres.")] = 1,
    porte: Annotated[str, typer.Option(metavar="NOM", help="fuzz-reception, fuzz-images : cette porte seule (nom ou début).")] = "",
    sans_disque: Annotated[bool, typer.Option("--sans-disque", help="tempete : ne pas remplir le disque de la base.")] = False,
    sans_horloge: Annotated[bool, typer.Option("--sans-horloge", help="tempete : ne pas faire sauter l'horloge.")] = False,
    sans_pacs_muet: Annotated[bool, typer.Option("--sans-pacs-muet", help="tempete : ne pas figer le PACS.")] = False,
) -> None:
    """Lance une épreuve de longue durée."""
    if nom not in EPREUVES:
        typer.echo(f"Épreuve « {nom} » inconnue : {', '.join(EPREUVES)}.", err=True)
        raise typer.Exit(2)
    if nom == "tempete":
        from banc.soak.tempete.epreuve import run  # noqa: PLC0415 - as above
        from banc.soak.tempete.manques import DISQUE, HORLOGE, PACS_MUET  # noqa: PLC0415 - as above

        renonce = {DISQUE: sans_disque, HORLOGE: sans_horloge, PACS_MUET: sans_pacs_muet}
        raise typer.Exit(run(reports, graine, frozenset(nom for nom, said in renonce.items() if said)))
    run_fuzz = import_module(f"banc.soak.{nom.replace('-', '_')}").run
    if not porte:
        raise typer.Exit(run_fuzz(minutes, corpus))
    if nom not in A_PORTES:
        typer.echo(f"L'épreuve « {nom} » n'a qu'une porte ; --porte est pour {' et '.join(A_PORTES)}.", err=True)
        raise typer.Exit(2)
    raise typer.Exit(run_fuzz(minutes, corpus, porte))
