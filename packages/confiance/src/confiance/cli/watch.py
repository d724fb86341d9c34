# SPDX-FileCopyrightText: 2026 drimm contributors
# SPDX-License-Identifier: Apache-2.0
"""``confiance watch``: the options are here, the sockets in :mod:`confiance.reseau`."""

from __future__ import annotations

import argparse
from pathlib import Path

from confiance.cli import head, inputs, report
from confiance.errors import OwnError


class ReseauMissing(OwnError):
    """The extra [reseau] is not installed."""

    code = "reseau.absent"
    message = "La commande watch a besoin de l'option réseau du paquet."
    remede = "Installer drimm-confiance[reseau]."


def add_watch(parser: argparse.ArgumentParser) -> None:
    """Declare the options of watch."""
    parser.add_argument("urls", metavar="URL", nargs="+", help="adresse de la liste, puis celles de ses miroirs")
    parser.add_argument("--state", metavar="FICHIER", type=Path, required=True, help="mémoire du lecteur")
    parser.add_argument("--every", metavar="SECONDES", type=float, default=300.0, help="intervalle entre deux lectures (300)")
    parser.add_argument("--once", action="store_true", help="lire une fois et finir")
    parser.add_argument("--ca-file", metavar="PEM", type=Path, help="autorités admises pour le serveur web")
    parser.add_argument("--json", action="store_true", help="une ligne JSON par lecture")
    group = head.add_keys(parser)
    group.add_argument(
        "--head-url", metavar="URL", action="append", default=[], help="adresse de la Tête (par défaut tete.json à côté de chaque liste)"
    )
    group.add_argument("--head-state", metavar="FICHIER", type=Path, help="mémoire des Têtes (par défaut à côté de --state)")
    inputs.add_trust(parser, required=True)


def run_watch(args: argparse.Namespace) -> report.Exit:
    """Follow a published list.

    Raises:
        ReseauMissing: the extra is not installed.
    """
    try:
        from confiance.reseau import watch  # noqa: PLC0415  # the only module that opens sockets
    except ImportError as error:
        raise ReseauMissing from error
    return watch.run(args)
