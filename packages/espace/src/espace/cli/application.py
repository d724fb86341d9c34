# SPDX-FileCopyrightText: 2026 drimm contributors
# SPDX-License-Identifier: EUPL-1.2
"""The commands together. An error that a person can cure is told in French with its code, never as a traceback."""

from __future__ import annotations

import typer

from confiance.exploitation import logs
from espace.cli import attestation, coffre, comptes, courrier, exploitation, journal, liste, registre, zone
from espace.cli.sortie import told

app = typer.Typer(
    name="espace",
    help="Espace de Confiance DRIM-M : Registre, zone et Liste Blanche.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
)
exploitation.add_to(app)
comptes.add_to(app)
coffre.add_to(app)
registre.add_to(app)
liste.add_to(app)
courrier.add_to(app)
attestation.add_to(app)
journal.add_to(app)
zone.add_to(app)


def main() -> None:
    """Run the command line; exit 1 on an error that has a cure."""
    logs.configure("espace", "cli", level=30)
    told(app)
