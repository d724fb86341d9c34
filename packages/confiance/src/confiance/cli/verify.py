# SPDX-FileCopyrightText: 2026 drimm contributors
# SPDX-License-Identifier: Apache-2.0
"""``confiance verify`` and ``confiance find``."""

from __future__ import annotations

import argparse
from pathlib import Path

from confiance.cli import head, inputs, report
from confiance.liste_blanche import store
from confiance.liste_blanche.trusted import TrustedListeBlanche
from confiance.liste_blanche.verifier import verify
from confiance.transparence.liste_et_tete import Lecteur


def add_verify(parser: argparse.ArgumentParser) -> None:
    """Declare the options of verify."""
    parser.add_argument("liste", metavar="LISTE", type=Path, help="fichier de la Liste Blanche")
    parser.add_argument("--state", metavar="FICHIER", type=Path, help="mémoire du lecteur : refuse les retours en arrière")
    parser.add_argument("--confirm-removal", metavar="SHA256", help="accepter le retrait massif de cette liste-là (avec --state)")
    parser.add_argument("--json", action="store_true", help="répondre en JSON")
    head.add_file(parser)
    inputs.add_trust(parser, required=True)


def run_verify(args: argparse.Namespace) -> report.Exit:
    """Verify a list, with or without memory, with or without its head."""
    policy, at = inputs.policy_of(args), inputs.trusted_time(args)
    data = inputs.read_file(args.liste)
    reader = TrustedListeBlanche(policy) if args.state is None else store.load(args.state, policy)
    with head.reader_of(args) as tete:
        head.take(tete, args, at)
        lecteur = Lecteur(reader, tete)
        outcome = lecteur.update_liste(data, at=at, confirm_removal=args.confirm_removal)
    extra = {}
    if args.state is not None:
        store.save(reader, args.state)
        extra = {"outcome": outcome.value, "freshness": lecteur.freshness(at).value}
    if args.json:
        report.show_json(report.liste_as_dict(reader.require()) | extra | head.as_dict(lecteur, at))
    else:
        lines = [f"  {name:<19}: {value}" for name, value in extra.items()]
        report.show(*report.liste_as_lines(reader.require()), *lines, *head.as_lines(lecteur, at))
    return report.Exit.ACCEPTED


def add_find(parser: argparse.ArgumentParser) -> None:
    """Declare the options of find."""
    parser.add_argument("liste", metavar="LISTE", type=Path, help="fichier de la Liste Blanche")
    parser.add_argument("db", metavar="NOM", help="nom db à chercher")
    parser.add_argument("--json", action="store_true", help="répondre en JSON")
    inputs.add_trust(parser, required=True)


def run_find(args: argparse.Namespace) -> report.Exit:
    """Look a name up in a verified list."""
    liste = verify(inputs.read_file(args.liste), inputs.policy_of(args), at=inputs.trusted_time(args))
    rows = [report.domaine_as_dict(domaine) for domaine in liste.find(args.db)]
    if args.json:
        report.show_json({"found": bool(rows), "db": args.db, "domaines": rows})
    elif rows:
        for row in rows:
            report.show(*(f"{name:<22}: {value}" for name, value in row.items()), "")
    else:
        report.warn(f"{args.db} n'est pas dans la Liste Blanche.")
    return report.Exit.ACCEPTED if rows else report.Exit.REFUSED
