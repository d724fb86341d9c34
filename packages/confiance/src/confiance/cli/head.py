# SPDX-FileCopyrightText: 2026 drimm contributors
# SPDX-License-Identifier: Apache-2.0
"""Options that speak of heads, and reading what they name."""

from __future__ import annotations

import argparse
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from typing import Any

from confiance import horodatage
from confiance.cli import inputs
from confiance.transparence import store
from confiance.transparence.cles import ClePublique, Trousseau, is_key_id
from confiance.transparence.liste_et_tete import Lecteur
from confiance.transparence.refusals import TeteClesInvalides
from confiance.transparence.reperes import Repere
from confiance.transparence.suivi import TrustedTete
from confiance.transparence.verifier import TetePolicy


def add_keys(parser: argparse.ArgumentParser) -> argparse._ArgumentGroup:
    """Add the options that say who signs heads, and return their group."""
    group = parser.add_argument_group("tête")
    group.add_argument(
        "--head-key", metavar="NOM=PEM", type=named_file, action="append", default=[], help="clé publique Ed25519 admise, sous son nom"
    )
    group.add_argument("--head-threshold", metavar="N", type=int, help="signatures exigées (par défaut autant que de clés)")
    return group


def add_file(parser: argparse.ArgumentParser) -> None:
    """Add the options of a command that is given a head as a file."""
    group = add_keys(parser)
    group.add_argument("--head", metavar="FICHIER", type=Path, help="Tête publiée avec la liste (tete.json)")
    group.add_argument("--head-state", metavar="FICHIER", type=Path, help="mémoire des Têtes : refuse retours en arrière et contradictions")
    group.add_argument("--consistency", metavar="FICHIER", type=Path, help="preuve de consistance depuis la dernière Tête acceptée")


def named_file(text: str) -> tuple[str, Path]:
    """Read ``name=path``.

    Raises:
        argparse.ArgumentTypeError: no name, or one that no key may have.
    """
    name, _, path = text.partition("=")
    if not path or not is_key_id(name):
        raise argparse.ArgumentTypeError(f"clé mal désignée {text!r}, attendu NOM=FICHIER")
    return name, Path(path)


def policy_of(args: argparse.Namespace) -> TetePolicy:
    """Return whom the command line believes for heads.

    Raises:
        TeteClesInvalides: no key, a key twice, or a threshold out of reach.
        Unreadable: a file cannot be read.
    """
    if not args.head_key:
        raise TeteClesInvalides("Aucune clé de Tête n'est indiquée.", remede="Donner --head-key, une fois par clé.")
    cles = [ClePublique.from_pem(name, inputs.read_file(path)) for name, path in args.head_key]
    threshold = len(cles) if args.head_threshold is None else args.head_threshold
    return TetePolicy(Trousseau.of(cles, threshold))


@contextmanager
def reader_of(args: argparse.Namespace) -> Iterator[TrustedTete | None]:
    """Give the memory of heads, or None when no key is given.

    What it learns is kept even when it refuses: a proof of two truths is not lost.

    Raises:
        TeteClesInvalides: see :func:`policy_of`.
        TeteEtatIllisible: the memory cannot be read or written.
    """
    if not args.head_key and getattr(args, "head", None) is None:
        yield None
        return
    policy = policy_of(args)
    reader = TrustedTete(policy) if args.head_state is None else store.load(args.head_state, policy)
    try:
        yield reader
    finally:
        if args.head_state is not None:
            store.save(reader, args.head_state)


def take(reader: TrustedTete | None, args: argparse.Namespace, at: datetime) -> None:
    """Give the reader the head of the command line, if any.

    Raises:
        TeteRefused: it is refused.
        Unreadable: a file cannot be read.
    """
    if reader is None or args.head is None:
        return
    consistency = None if args.consistency is None else inputs.read_file(args.consistency)
    reader.update(inputs.read_file(args.head), at=at, consistency=consistency)


def as_dict(lecteur: Lecteur, now: datetime) -> dict[str, Any]:
    """Return what a machine is told of the head; nothing without keys."""
    if lecteur.tete is None:
        return {}
    etat, held = lecteur.etat(now), lecteur.tete.current
    about = None if held is None else Repere.of(held).as_json() | {"next_update": horodatage.text_of(held.tete.next_update)}
    return {"tete": (about or {}) | {"etat": etat.value, "alarm": etat.alarm}}


def as_lines(lecteur: Lecteur, now: datetime) -> list[str]:
    """Return what a person is told of the head."""
    if lecteur.tete is None:
        return []
    held = lecteur.tete.current
    lines = [f"  tête               : {lecteur.etat(now).label}"]
    if held is not None:
        tete = held.tete
        lines += [
            f"  tête numéro        : {tete.numero}, liste {tete.sequence}, Journal de {tete.taille}",
            f"  tête suivante avant : {horodatage.text_of(tete.next_update)}",
            f"  SHA-256 de la tête : {held.sha256}",
        ]
    return lines
