# SPDX-FileCopyrightText: 2026 drimm contributors
# SPDX-License-Identifier: Apache-2.0
"""``confiance log``: check a proof of the Journal des listes, given as a file."""

from __future__ import annotations

import argparse
import hashlib
from pathlib import Path
from typing import Any

from confiance.cli import head, inputs, report
from confiance.transparence.fields import hex32
from confiance.transparence.preuves import PreuveConsistance, PreuveInclusion
from confiance.transparence.refusals import ConsistanceFausse, InclusionFausse, PreuveIllisible
from confiance.transparence.verifier import TeteVerifiee, authenticate

_Log = tuple[int, bytes]


def add_log(parser: argparse.ArgumentParser) -> None:
    """Declare the options of log."""
    parser.add_argument("preuve", choices=("inclusion", "consistency"), metavar="PREUVE", help="inclusion ou consistency")
    parser.add_argument("fichier", metavar="FICHIER", type=Path, help="preuve publiée avec la liste, en JSON")
    parser.add_argument("--list", metavar="LISTE", type=Path, help="fichier de liste dont on vérifie l'inscription (inclusion)")
    parser.add_argument(
        "--root",
        metavar="HEX",
        type=_root,
        action="append",
        default=[],
        help="racine du Journal ; deux pour consistency, l'ancienne puis la neuve",
    )
    parser.add_argument(
        "--head", metavar="FICHIER", type=Path, action="append", default=[], help="Tête signée, au lieu de --root ; deux pour consistency"
    )
    parser.add_argument("--json", action="store_true", help="répondre en JSON")
    head.add_keys(parser)


def run_log(args: argparse.Namespace) -> report.Exit:
    """Check one proof; the age of the heads does not matter here."""
    data = inputs.read_file(args.fichier)
    about = _inclusion(data, args) if args.preuve == "inclusion" else _consistency(data, args)
    if args.json:
        report.show_json({"accepted": True, "code": "journal_listes.preuve_acceptee", **about})
    else:
        report.show("Preuve acceptée.", *(f"  {name:<19}: {value}" for name, value in about.items()))
    return report.Exit.ACCEPTED


def _inclusion(data: bytes, args: argparse.Namespace) -> dict[str, Any]:
    proof = PreuveInclusion.from_json(data)
    size, root = _logs(args, 1, [proof.taille])[0]
    if size != proof.taille:
        raise InclusionFausse("La preuve d'inclusion est celle d'un Journal d'une autre taille que celui de la Tête.")
    sha256 = None if args.list is None else hashlib.sha256(inputs.read_file(args.list)).hexdigest()
    proof.check(root, sha256=sha256)
    return {"sequence": proof.feuille.sequence, "sha256": proof.feuille.sha256, "taille": proof.taille, "racine": root.hex()}


def _consistency(data: bytes, args: argparse.Namespace) -> dict[str, Any]:
    proof = PreuveConsistance.from_json(data)
    (first, old), (second, new) = _logs(args, 2, [proof.de, proof.vers])
    if (first, second) != (proof.de, proof.vers):
        raise ConsistanceFausse("La preuve de consistance est celle d'autres tailles du Journal que celles des Têtes.")
    proof.check(old, new)
    return {"de": proof.de, "vers": proof.vers, "ancienne": old.hex(), "racine": new.hex()}


def _logs(args: argparse.Namespace, count: int, claimed: list[int]) -> list[_Log]:
    """Return sizes and roots: of the heads, which are verified, or the roots given by hand for the sizes that the proof claims."""
    if args.head:
        policy = head.policy_of(args)
        found = [_log_of(authenticate(inputs.read_file(path), policy)) for path in args.head]
    else:
        found = list(zip(claimed, args.root, strict=False))
    if len(found) != count or len(args.root) not in {0, count} or (args.head and args.root):
        raise PreuveIllisible("La racine attendue n'est pas indiquée.", remede=f"Donner {count} fois --root, ou {count} fois --head.")
    return found


def _log_of(verified: TeteVerifiee) -> _Log:
    return verified.tete.taille, verified.tete.racine


def _root(text: str) -> bytes:
    try:
        return bytes.fromhex(hex32(text.lower()))
    except ValueError as error:
        raise argparse.ArgumentTypeError(f"racine illisible {text!r}, attendu 64 chiffres hexadécimaux") from error
