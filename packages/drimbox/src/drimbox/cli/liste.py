# SPDX-FileCopyrightText: 2026 drimm contributors
# SPDX-License-Identifier: EUPL-1.2
"""``drimbox liste-blanche``: pull the list, settle what only a person settles, compare our head with those of other gateways."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Annotated

import typer

from confiance.errors import OwnError
from drimbox.cli.entree import Config, as_json, begin

app = typer.Typer(help="Liste Blanche.", no_args_is_help=True)
_SHA256 = re.compile(r"[0-9a-f]{64}")


class ArgumentRefuse(OwnError):
    """An argument of the command line cannot be used."""

    code = "annuaire.argument_refuse"
    message = "Cet argument ne peut pas être employé."
    remede = "Relire l'aide de la commande (--help)."


@app.command("relever")
def relever(config: Config = None) -> None:
    """Relève la Liste Blanche maintenant et affiche le résultat (JSON)."""
    begin(config, "ouvrier")
    from django.utils import timezone  # noqa: PLC0415 - Django must be set up first

    from drimbox.socle.annuaire.actions import refresh  # noqa: PLC0415 - as above

    typer.echo(as_json(refresh(timezone.now())))


@app.command("accepter-retrait")
def accepter_retrait(
    sha256: Annotated[str, typer.Argument(metavar="SHA256", help="Empreinte de la liste dont le retrait massif est confirmé.")],
    config: Config = None,
) -> None:
    """Relève la liste et accepte son retrait massif, pour cette seule empreinte (JSON)."""
    if not _SHA256.fullmatch(sha256.lower()):
        raise ArgumentRefuse("L'empreinte attendue est un SHA-256 : 64 chiffres hexadécimaux.")
    begin(config, "ouvrier")
    from django.utils import timezone  # noqa: PLC0415 - Django must be set up first

    from drimbox.socle.annuaire.actions import refresh  # noqa: PLC0415 - as above
    from drimbox.socle.journal.actions import record  # noqa: PLC0415 - as above

    record("annuaire:retrait:confirmed", sha256=sha256.lower())
    bilan = refresh(timezone.now(), confirm_removal=sha256.lower())
    typer.echo(as_json(bilan))
    raise typer.Exit(0 if bilan.ok and bilan.sha256 == sha256.lower() else 1)


@app.command("horloge")
def horloge(config: Config = None) -> None:
    """Acquitte un défaut d'horloge : l'heure présente de cette machine fait foi."""
    begin(config, "ouvrier")
    from django.utils import timezone  # noqa: PLC0415 - Django must be set up first

    from drimbox.socle.annuaire.actions import acknowledge_clock  # noqa: PLC0415 - as above

    now = timezone.now()
    acknowledge_clock(now)
    typer.echo(f"L'heure présente fait foi : {now:%Y-%m-%dT%H:%M:%SZ}.")


@app.command("comparer")
def comparer(
    reponses: Annotated[list[Path], typer.Argument(metavar="AUTRE.json…", help="Réponses de santé d'autres DRIMbox.")],
    config: Config = None,
) -> None:
    """Compare notre tête à celles que disent d'autres DRIMbox ; code de sortie 1 si deux vérités ont été publiées."""
    from confiance.sante import MAX_BYTES, Sante  # noqa: PLC0415 - needed by this command alone

    others = {}
    for path in reponses:
        try:
            with path.open("rb") as file:
                others[path.name] = Sante.from_json(file.read(MAX_BYTES + 1))
        except OSError:
            raise ArgumentRefuse(f"Le fichier {path} ne peut pas être lu.") from None
    begin(config, "ouvrier")
    from django.utils import timezone  # noqa: PLC0415 - Django must be set up first

    from drimbox.socle.annuaire.actions import compare_with  # noqa: PLC0415 - as above

    found = compare_with(others, timezone.now())
    for name, sante in others.items():
        tete = sante.liste_blanche.tete
        typer.echo(f"  {name} : " + ("ne suit aucune tête" if tete is None else f"tête {tete.repere.numero}, liste {tete.repere.sequence}"))
    for one in found:
        typer.echo(f"✗ {', '.join(filter(None, (*one.premiers, *one.seconds)))} : {one.contradiction.label}.", err=True)
    if found:
        raise typer.Exit(1)
    typer.echo("Aucune contradiction : les têtes comparées peuvent toutes venir d'un même publicateur.")


@app.command("recommencer-tetes")
def recommencer_tetes(
    *,
    oui: Annotated[bool, typer.Option("--oui", help="Ne pas demander confirmation.")] = False,
    config: Config = None,
) -> None:
    """Oublie les Têtes déjà vues et relève de nouveau : quand l'administrateur a annoncé un nouveau Journal, ou tranché une équivoque."""
    if not oui:
        typer.confirm("Les Têtes déjà vues seront oubliées ; la prochaine sera crue sur ses seules signatures. Continuer ?", abort=True)
    begin(config, "ouvrier")
    from django.utils import timezone  # noqa: PLC0415 - Django must be set up first

    from drimbox.socle.annuaire.actions import refresh, restart_tetes  # noqa: PLC0415 - as above

    restart_tetes(timezone.now())
    typer.echo("Le suivi des Têtes recommence.")
    typer.echo(as_json(refresh(timezone.now())))


@app.command("acquitter")
def acquitter(code: Annotated[str, typer.Argument(help="Alarme à clore : tete_equivoque ou liste_double.")], config: Config = None) -> None:
    """Clôt une alarme que seule une personne clôt, une fois l'affaire réglée avec l'administrateur."""
    begin(config, "ouvrier")
    from django.utils import timezone  # noqa: PLC0415 - Django must be set up first

    from drimbox.socle.annuaire.actions import acknowledge_alarm  # noqa: PLC0415 - as above

    acknowledge_alarm(code, timezone.now())
    typer.echo("Alarme close.")
