# SPDX-FileCopyrightText: 2026 drimm contributors
# SPDX-License-Identifier: EUPL-1.2
"""Commands about the signers of the list: their calendar, and the drill of a change."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

import typer

from espace.cli.sortie import Config, Json, begin, show

if TYPE_CHECKING:
    from espace.liste_blanche.calendrier import Echeance

signataire_app = typer.Typer(help="Signataires de la liste : calendrier et exercice de changement.", no_args_is_help=True)


def add_to(app: typer.Typer) -> None:
    """Add these commands."""
    signataire_app.command("calendrier", help="Montrer quand chaque signataire commence et cesse de signer, et quand il a été annoncé.")(
        calendrier
    )
    signataire_app.command(
        "exercice", help="Signer le Registre présent avec le signataire suivant, le relire comme les lecteurs, et ne rien publier."
    )(exercice)
    app.add_typer(signataire_app, name="signataire")


def calendrier(config: Config = None, json: Json = False) -> None:
    """Show the calendar; exit 1 when a person must act."""
    begin(config)
    from datetime import timedelta  # noqa: PLC0415 - beside its only use

    from espace.config import current  # noqa: PLC0415 - read after --config
    from espace.liste_blanche import calendrier as rules  # noqa: PLC0415 - Django must be set up first
    from espace.liste_blanche.echeances import echeances  # noqa: PLC0415 - as above

    now, settings = datetime.now(UTC), current().liste_blanche
    found = echeances(settings)
    announce = timedelta(days=settings.announce_days)
    troubles = [error.message for error, _ in rules.troubles(found, now, announce=announce, heads=settings.tete is not None)]
    rows = [_row(one, now) for one in found]
    sentences = [f"{row['dn']}\n  signe du {row['debut']} au {row['fin']}, annoncé : {row['annonce'] or 'jamais'}" for row in rows]
    show({"signataires": rows, "alertes": troubles}, "\n".join([*sentences, *(f"! {text}" for text in troubles)]), as_json=json)
    if troubles:
        raise typer.Exit(1)


def exercice(config: Config = None, json: Json = False) -> None:
    """Play the drill; exit 1 when readers that pin both signers would refuse the next one."""
    begin(config, "signataire")
    from espace.config import current  # noqa: PLC0415 - read after --config
    from espace.liste_blanche.exercice import exercise  # noqa: PLC0415 - Django must be set up first

    settings = current()
    compte = exercise(settings.liste_blanche, zone=settings.zone.name, now=datetime.now(UTC))
    lectures = [
        {"lecteur": one.lecteur, "accepte": one.error is None, "code": one.error.code if one.error else None} for one in compte.lectures
    ]
    values = {"dn": compte.dn, "domaines": compte.domaines, "sha256": compte.sha256, "lectures": lectures, "pret": compte.ready}
    lines = [f"{compte.dn} a signé {compte.domaines} domaines ; rien n'est publié."]
    lines += [
        f"  Un lecteur qui connaît {one['lecteur']} {'accepte' if one['accepte'] else 'refuse (' + str(one['code']) + ')'}."
        for one in lectures
    ]
    show(values, "\n".join(lines), as_json=json)
    if not compte.ready:
        raise typer.Exit(1)


def _row(one: Echeance, now: datetime) -> dict[str, Any]:
    return {
        "dn": one.dn,
        "spki_sha256": one.spki_sha256,
        "debut": one.debut.isoformat(),
        "fin": one.fin.isoformat(),
        "certificat": one.certificate_end.isoformat(),
        "jours": max(0, one.remaining(now).days),
        "annonce": one.announced_at.isoformat() if one.announced_at else None,
    }
