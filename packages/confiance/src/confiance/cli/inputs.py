# SPDX-FileCopyrightText: 2026 drimm contributors
# SPDX-License-Identifier: Apache-2.0
"""Options shared by the commands, and reading what they name."""

from __future__ import annotations

import argparse
import re
from datetime import UTC, datetime, time
from pathlib import Path
from typing import Final

from confiance.certificates.anchors import Anchors
from confiance.distinguished_name import DistinguishedName, DistinguishedNameError
from confiance.errors import OwnError
from confiance.liste_blanche.model import NAMESPACES, VERSION_FORMAT, Brouillon, ListeBlanche
from confiance.liste_blanche.policy import AGENCE_SIGNER, Format, Policy
from confiance.liste_blanche.unverified import read_unverified
from confiance.liste_blanche.verifier import verify

_DAY: Final = re.compile(r"\d{4}-\d{2}-\d{2}")


class Unreadable(OwnError):
    """A file of the command line cannot be read."""

    code = "fichier.illisible"
    message = "Le fichier ne peut pas être lu."
    remede = "Vérifier le chemin et les droits."


def add_trust(parser: argparse.ArgumentParser, *, required: bool) -> None:
    """Add the options that say whom to trust."""
    group = parser.add_argument_group("confiance")
    group.add_argument("--anchors", metavar="DOSSIER", type=Path, required=required, help="certificats de la racine et de l'autorité")
    group.add_argument("--crl", metavar="DOSSIER", type=Path, help="listes de révocation ; rend leur vérification obligatoire")
    group.add_argument(
        "--revocation", choices=("hard", "soft"), help="hard : CRL fraîche exigée ; soft : refuser seulement un révoqué connu"
    )
    group.add_argument(
        "--at", metavar="ISO", type=instant, help="instant de confiance (par défaut maintenant ; une date seule vaut sa fin)"
    )
    group.add_argument(
        "--signer", metavar="DN", type=signer, nargs="+", action="extend", help="DN admis à signer (par défaut celui de l'agence)"
    )
    add_format(parser)


def add_format(parser: argparse.ArgumentParser) -> None:
    """Add the options that say which formats to read."""
    group = parser.add_argument_group("format")
    group.add_argument("--namespace", metavar="URI", action="append", default=[], help="espace de noms admis en plus de ceux connus")
    group.add_argument("--version-format", metavar="V", action="append", default=[], help="versionFormat admise en plus de 1.0.0")


def instant(text: str) -> datetime:
    """Read an ISO time; a day alone means its last second, a time without zone is UTC.

    Raises:
        argparse.ArgumentTypeError: not an ISO time.
    """
    try:
        if _DAY.fullmatch(text):
            return datetime.combine(datetime.fromisoformat(text), time(23, 59, 59), UTC)
        value = datetime.fromisoformat(text)
        return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)
    except (ValueError, OverflowError) as error:
        raise argparse.ArgumentTypeError(f"instant illisible {text!r}, attendu 2026-01-31 ou 2026-01-31T12:00:00Z") from error


def signer(text: str) -> DistinguishedName:
    """Read the DN of a signer.

    Raises:
        argparse.ArgumentTypeError: not a DN.
    """
    try:
        return DistinguishedName.parse(text)
    except DistinguishedNameError as error:
        raise argparse.ArgumentTypeError(f"DN illisible {text!r}") from error


def trusted_time(args: argparse.Namespace) -> datetime:
    """Return the time asked for, or that of this machine."""
    at: datetime | None = args.at
    return datetime.now(UTC) if at is None else at


def read_file(path: Path) -> bytes:
    """Return the bytes of a file.

    Raises:
        Unreadable: the system refuses.
    """
    try:
        return path.read_bytes()
    except OSError as error:
        raise Unreadable(f"Le fichier {path} ne peut pas être lu.") from error


def format_of(args: argparse.Namespace) -> Format:
    """Return the formats to read."""
    return Format(NAMESPACES | set(args.namespace), frozenset({VERSION_FORMAT, *args.version_format}))


def policy_of(args: argparse.Namespace) -> Policy:
    """Return the policy of the command line: without any CRL nor choice, revocation is soft and the output says so.

    Raises:
        AnchorsError: the anchors cannot be read.
    """
    form = format_of(args)
    anchors = Anchors.from_directory(args.anchors, crls=args.crl)
    return Policy(
        anchors=anchors,
        signers=frozenset(args.signer or (AGENCE_SIGNER,)),
        revocation=args.revocation or ("hard" if anchors.crls or args.crl is not None else "soft"),
        namespaces=form.namespaces,
        versions=form.versions,
    )


def read_liste(path: Path, args: argparse.Namespace) -> ListeBlanche | Brouillon:
    """Return a list, verified when anchors are given, else as an unverified draft.

    Raises:
        ListeBlancheRefused: refused.
        OwnError: a file cannot be read.
    """
    data = read_file(path)
    if args.anchors is None:
        return read_unverified(data, format_of(args))
    return verify(data, policy_of(args), at=trusted_time(args))
