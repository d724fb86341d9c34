# SPDX-FileCopyrightText: 2026 drimm contributors
# SPDX-License-Identifier: EUPL-1.2
"""Commands about the journal: is it whole, and what does it say."""

from __future__ import annotations

import json as _json
import sys
from pathlib import Path
from typing import Annotated, Any

import typer

from confiance.errors import PeerError
from espace.cli.sortie import Config, Json, begin, show

journal_app = typer.Typer(help="Journal : vérifier la chaîne, exporter.", no_args_is_help=True)
_HEX = 64


class RepereIllisible(PeerError):
    """Not a rank and a fingerprint."""

    code = "journal.repere_illisible"
    message = "Ce repère n'est pas de la forme RANG:EMPREINTE."
    remede = "Recopiez le repère du courrier « Empreinte du journal » : un nombre, deux-points, 64 chiffres hexadécimaux."


Repere = Annotated[
    str | None,
    typer.Option("--repere", help="Rang et empreinte notés hors de l'Espace, par où la chaîne doit passer.", metavar="RANG:EMPREINTE"),
]
Fichier = Annotated[
    Path | None, typer.Option("--fichier", help="Vérifier un export, sans base ni configuration.", exists=True, dir_okay=False)
]


def add_to(app: typer.Typer) -> None:
    """Add these commands."""
    journal_app.command("verify", help="Relire la chaîne du journal et dire le premier maillon qui ne tient pas.")(verify)
    journal_app.command("export", help="Écrire le journal et ses sceaux, une ligne JSON par ligne.")(export)
    app.add_typer(journal_app, name="journal")


def verify(config: Config = None, repere: Repere = None, fichier: Fichier = None, json: Json = False) -> None:
    """Re-read the chain; exit 1 when a link does not hold, or when a line was added afterwards."""
    from espace.journal import export as format_of  # noqa: PLC0415 - needed by these commands alone
    from espace.journal import verification  # noqa: PLC0415 - as above

    known = _repere(repere) if repere else None
    if fichier is not None:
        with fichier.open("rb") as opened:
            rapport = format_of.verify(opened, known)
    else:
        begin(config)
        from espace.journal import queries  # noqa: PLC0415 - Django must be set up first

        rapport = verification.verify(queries.links(), known)
        rapport.non_scellees, rapport.depuis = queries.tail()
    show(_values(rapport), "\n".join(_sentences(rapport)), as_json=json)
    if not rapport.intact:
        raise typer.Exit(1)


def export(config: Config = None) -> None:
    """Write the journal on standard output: the sealed lines by rank, then the unsealed tail."""
    begin(config)
    from espace.journal import export as format_of  # noqa: PLC0415 - Django must be set up first
    from espace.journal import queries  # noqa: PLC0415 - as above

    for line in format_of.write(queries.links(), queries.tail_lines()):
        sys.stdout.buffer.write(line)
    sys.stdout.buffer.flush()


def _repere(text: str) -> Any:
    from espace.journal.verification import Repere  # noqa: PLC0415 - needed by these commands alone

    rang, _, empreinte = text.partition(":")
    try:
        chaine = bytes.fromhex(empreinte)
        if len(empreinte) != _HEX or not rang.isascii() or int(rang) < 1:
            raise RepereIllisible
        return Repere(int(rang), chaine)
    except ValueError:
        raise RepereIllisible from None


def _values(rapport: Any) -> dict[str, Any]:
    rupture = rapport.rupture
    return {
        "intact": rapport.intact,
        "scellees": rapport.scellees,
        "empreinte": rapport.chaine.hex(),
        "rupture": {"rang": rupture.rang, "ligne": rupture.evenement_id, "nature": rupture.nature} if rupture else None,
        "tardives": rapport.tardives,
        "non_scellees": rapport.non_scellees,
        "depuis": rapport.depuis.isoformat() if rapport.depuis else None,
    }


def _sentences(rapport: Any) -> list[str]:
    lines = [f"{rapport.scellees} lignes scellées tiennent ; empreinte {rapport.scellees}:{rapport.chaine.hex()}."]
    if rapport.rupture:
        lines.append(f"RUPTURE. {rapport.rupture.phrase} Ce qui suit ne prouve plus rien.")
    if rapport.tardives:
        lines.append(f"LIGNES AJOUTÉES APRÈS COUP : {_json.dumps(rapport.tardives)}.")
    if rapport.non_scellees:
        since = f", depuis {rapport.depuis.isoformat()}" if rapport.depuis else ""
        lines.append(f"{rapport.non_scellees} lignes pas encore scellées{since}.")
    return lines
