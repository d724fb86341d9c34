# SPDX-FileCopyrightText: 2026 drimm contributors
# SPDX-License-Identifier: Apache-2.0
"""``confiance sign``."""

from __future__ import annotations

import argparse
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

from confiance.cli import inputs, report
from confiance.errors import OwnError
from confiance.liste_blanche.lint import Severity, lint
from confiance.liste_blanche.unverified import read_unverified
from confiance.liste_blanche.writer import sign
from confiance.xades.names import Shape
from confiance.xades.signing_key import SigningKey, SigningKeyError


class NotWritten(OwnError):
    """The signed list cannot be written."""

    code = "fichier.ecriture"
    message = "La liste signée ne peut pas être enregistrée."
    remede = "Vérifier le chemin, les droits et la place sur le disque."


def add_sign(parser: argparse.ArgumentParser) -> None:
    """Declare the options of sign."""
    parser.add_argument("brouillon", metavar="BROUILLON", type=Path, help="liste XML à signer ; une signature présente est laissée de côté")
    parser.add_argument("-o", "--output", metavar="FICHIER", type=Path, required=True, help="liste signée")
    parser.add_argument("--certificate", metavar="PEM", type=Path, required=True, help="certificat ORG SIGN")
    parser.add_argument(
        "--chain", metavar="PEM", type=Path, action="append", default=[], help="autorité puis racine, jointes à la signature"
    )
    source = parser.add_argument_group("clé (un fichier ou un jeton PKCS#11)")
    source.add_argument("--key", metavar="PEM", type=Path, help="clé privée RSA")
    source.add_argument("--pkcs11", metavar="MODULE", type=Path, help="module PKCS#11")
    source.add_argument("--token", metavar="NOM", help="nom du jeton")
    source.add_argument("--key-label", metavar="NOM", help="nom de la clé dans le jeton")
    source.add_argument("--pin-file", metavar="FICHIER", type=Path, help="fichier qui contient le code du jeton")
    parser.add_argument("--signing-time", metavar="ISO", dest="at", type=inputs.instant, help="heure de signature (par défaut maintenant)")
    parser.add_argument("--date-generation", metavar="ISO", type=inputs.instant, help="remplacer la date de génération du brouillon")
    parser.add_argument(
        "--shape", choices=[s.value for s in (Shape.FILTER2, Shape.ENVELOPED)], default=Shape.FILTER2.value, help="forme de la signature"
    )
    parser.add_argument("--json", action="store_true", help="répondre en JSON")
    inputs.add_format(parser)


def run_sign(args: argparse.Namespace) -> report.Exit:
    """Sign a draft; faults found by lint are said, not corrected."""
    draft = read_unverified(inputs.read_file(args.brouillon), inputs.format_of(args))
    if args.date_generation is not None:
        draft = replace(draft, date_generation=args.date_generation)
    with _key(args) as key:
        data = sign(draft, key, signing_time=inputs.trusted_time(args), shape=Shape(args.shape))
    try:
        args.output.write_bytes(data)
    except OSError as error:
        raise NotWritten from error
    errors = sum(finding.severity is Severity.ERREUR for finding in lint(draft))
    if args.json:
        report.show_json({"accepted": True, "output": str(args.output), "domaines": len(draft.domaines), "erreurs": errors})
    else:
        report.show(f"{len(draft.domaines)} domaines signés dans {args.output}.")
        report.warn(*([f"attention : {errors} erreurs de contenu, voir confiance lint"] if errors else []))
    return report.Exit.ACCEPTED


@contextmanager
def _key(args: argparse.Namespace) -> Iterator[SigningKey]:
    certificate = inputs.read_file(args.certificate)
    chain = [inputs.read_file(path) for path in args.chain]
    if args.pkcs11 is None:
        if args.key is None:
            raise SigningKeyError("Aucune clé de signature n'est indiquée.", remede="Donner --key, ou --pkcs11 et ses options.")
        yield SigningKey.from_pem(certificate, inputs.read_file(args.key), chain)
        return
    from confiance.xades import token  # noqa: PLC0415  # needs the extra [pkcs11]

    if args.token is None or args.key_label is None or args.pin_file is None:
        raise SigningKeyError("Le jeton est mal désigné.", remede="Donner --token, --key-label et --pin-file avec --pkcs11.")
    pin = inputs.read_file(args.pin_file).decode().strip()
    place = token.Place(args.pkcs11, args.token, args.key_label)
    with token.open_key(place, pin, certificate, chain) as key:
        yield key
