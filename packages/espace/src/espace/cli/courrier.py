# SPDX-FileCopyrightText: 2026 drimm contributors
# SPDX-License-Identifier: EUPL-1.2
"""Commands about mails: those that wait or came back, and the notices that the mail server hands over."""

from __future__ import annotations

import sys
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated

import typer

from espace.auteurs import at_keyboard
from espace.cli.sortie import Config, Json, begin, show

courrier_app = typer.Typer(help="Courriers : suivre, renvoyer, lire les avis de remise.", no_args_is_help=True)
_DATA_ERROR = 65  # EX_DATAERR of sysexits.h: a mail server does not try such a message again
_STDIN = Path("-")
_SHOWN = 50
Etat = Annotated[str, typer.Option("--etat", help="a_envoyer, envoye, rejete ou en_echec ; par défaut tous.", metavar="ETAT")]


def add_to(app: typer.Typer) -> None:
    """Add these commands."""
    courrier_app.command("liste", help="Montrer les derniers courriers.")(liste)
    courrier_app.command("renvoyer", help="Renvoyer tel quel un courrier rejeté ou en échec.")(renvoyer)
    courrier_app.command("retour", help="Lire un avis de remise (RFC 3464) ; à brancher sur la boîte de retour.")(retour)
    app.add_typer(courrier_app, name="courrier")


def liste(config: Config = None, etat: Etat = "", json: Json = False) -> None:
    """Show the newest mails."""
    begin(config)
    from espace.courrier import queries  # noqa: PLC0415 - Django must be set up first

    rows = [
        {"courrier": one.pk, "etat": one.etat, "evenement": one.evenement, "objet": one.objet, "sujet": one.sujet, "code": one.code}
        for one in queries.of_etat(etat)[:_SHOWN]
    ]
    counts = queries.counts()
    sentences = [" ; ".join(f"{name} : {count}" for name, count in counts.items())]
    sentences += [f"n° {row['courrier']} {row['etat']} {row['code']} {row['sujet']}".replace("  ", " ") for row in rows]
    show({"nombres": counts, "courriers": rows}, "\n".join(sentences), as_json=json)


def renvoyer(courrier: Annotated[int, typer.Argument(help="Numéro du courrier.")], config: Config = None, json: Json = False) -> None:
    """Have a mail sent again."""
    begin(config)
    from espace.courrier.actions import renvoyer as send_again  # noqa: PLC0415 - Django must be set up first

    done = send_again(courrier, auteur=at_keyboard(), now=datetime.now(UTC))
    show({"courrier": done.pk, "etat": done.etat}, f"Le courrier n° {done.pk} va partir de nouveau.", as_json=json)


def retour(
    fichier: Annotated[Path, typer.Argument(help="Message reçu, ou - pour l'entrée standard.")], config: Config = None, json: Json = False
) -> None:
    """Read a notice; exit 65 when it is none, so that the mail server does not insist."""
    begin(config, "ouvrier")
    from espace.courrier import retour as reader  # noqa: PLC0415 - Django must be set up first
    from espace.courrier.actions import follow  # noqa: PLC0415 - as above
    from espace.courrier.errors import RetourIllisible  # noqa: PLC0415 - as above
    from espace.courrier.states import Etat as States  # noqa: PLC0415 - as above

    octets = sys.stdin.buffer.read(reader.MAX_BYTES + 1) if fichier == _STDIN else _read(fichier, reader.MAX_BYTES + 1)
    try:
        avis = reader.read(octets)
    except RetourIllisible as error:
        typer.echo(f"Erreur ({error.code}) : {error.message}", err=True)
        raise typer.Exit(_DATA_ERROR) from None
    found = follow(avis, datetime.now(UTC))
    values = {"courrier": found.pk if found else None, "etat": found.etat if found else None, "status": avis.status}
    sentence = f"Courrier n° {found.pk} : {States(found.etat).label}." if found else "Aucun courrier ne porte cette marque."
    show(values, sentence, as_json=json)


def _read(fichier: Path, limit: int) -> bytes:
    try:
        with fichier.open("rb") as opened:
            return opened.read(limit)
    except OSError as error:
        raise typer.BadParameter(f"Ce fichier ne peut pas être lu ({type(error).__name__}).", param_hint="FICHIER") from None
