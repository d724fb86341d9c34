# SPDX-FileCopyrightText: 2026 drimm contributors
# SPDX-License-Identifier: EUPL-1.2
"""Commands about the attestations de délégation."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Annotated

import typer

from espace.auteurs import at_keyboard
from espace.cli.sortie import Config, Json, begin, show

attestation_app = typer.Typer(help="Attestations de délégation : révoquer.", no_args_is_help=True)


def add_to(app: typer.Typer) -> None:
    """Add these commands."""
    attestation_app.command("revoquer", help="Dire qu'une attestation ne vaut plus ; qui la vérifie le lira.")(revoquer)
    app.add_typer(attestation_app, name="attestation")


def revoquer(
    numero: Annotated[str, typer.Argument(help="Numéro de l'attestation.")],
    motif: Annotated[str, typer.Option("--motif", help="Pourquoi, en une phrase ; gardé dans le dossier, jamais publié.")],
    config: Config = None,
    json: Json = False,
) -> None:
    """Revoke an attestation."""
    begin(config)
    from espace.attestation.actions import revoquer as revoke  # noqa: PLC0415 - Django must be set up first

    done = revoke(numero, motif=motif, auteur=at_keyboard(), now=datetime.now(UTC))
    values = {"attestation": numero, "revoquee_le": done.revoquee_le.isoformat()}
    show(values, f"L'attestation {numero} est révoquée.", as_json=json)
