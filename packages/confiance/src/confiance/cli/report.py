# SPDX-FileCopyrightText: 2026 drimm contributors
# SPDX-License-Identifier: Apache-2.0
"""What the commands print: lines for a person, or one JSON object."""

from __future__ import annotations

import json
import sys
from enum import IntEnum
from typing import Any

from confiance import horodatage
from confiance.certificates.anchors import AnchorsError
from confiance.cli.inputs import Unreadable
from confiance.errors import DrimmError
from confiance.liste_blanche.model import Domaine, ListeBlanche
from confiance.liste_blanche.store import StateUnreadable
from confiance.transparence.refusals import TeteClesInvalides, TeteEtatIllisible
from confiance.xades.signing_key import SigningKeyError


class Exit(IntEnum):
    """Exit codes."""

    ACCEPTED = 0
    REFUSED = 1
    USAGE = 2
    UNREADABLE = 3


_UNREADABLE = (Unreadable, AnchorsError, StateUnreadable, SigningKeyError, TeteClesInvalides, TeteEtatIllisible)


def exit_code(error: DrimmError) -> Exit:
    """Return 3 when a file of ours could not be read, else 1."""
    return Exit.UNREADABLE if isinstance(error, _UNREADABLE) else Exit.REFUSED


def show_json(value: dict[str, Any]) -> None:
    """Print one JSON object."""
    sys.stdout.write(json.dumps(value, ensure_ascii=False, indent=2) + "\n")


def show(*lines: str) -> None:
    """Print lines on the standard output."""
    sys.stdout.write("".join(f"{line}\n" for line in lines))


def warn(*lines: str) -> None:
    """Print lines on the error output."""
    sys.stderr.write("".join(f"{line}\n" for line in lines))


def show_error(error: DrimmError, *, as_json: bool) -> Exit:
    """Print a refusal and return its exit code."""
    if as_json:
        nothing = dict.fromkeys(("signer", "signing_time", "date_generation", "domaines"))
        show_json({"accepted": False, **error.as_dict(), **nothing})
    else:
        warn(error.message, f"  code : {error.code}", *([f"  à faire : {error.remede}"] if error.remede else []))
    return exit_code(error)


def liste_as_dict(liste: ListeBlanche) -> dict[str, Any]:
    """Return what a machine is told of an accepted list."""
    return {
        "accepted": True,
        "code": "liste_blanche.acceptee",
        "message": "Liste Blanche acceptée.",
        "signer": str(liste.signer),
        "signing_time": horodatage.text_of(liste.signing_time),
        "date_generation": horodatage.text_of(liste.date_generation),
        "domaines": len(liste.domaines),
        "sha256": liste.sha256,
        "signer_not_after": horodatage.text_of(liste.signer_not_after),
        "revocation_checked": liste.revocation_checked,
    }


def liste_as_lines(liste: ListeBlanche) -> list[str]:
    """Return what a person is told of an accepted list."""
    lines = [
        "Liste Blanche acceptée.",
        f"  signataire         : {liste.signer}",
        f"  signée le          : {horodatage.text_of(liste.signing_time)}",
        f"  générée le         : {horodatage.text_of(liste.date_generation)}",
        f"  domaines           : {len(liste.domaines)}",
        f"  SHA-256            : {liste.sha256}",
        f"  certificat jusqu'au : {horodatage.text_of(liste.signer_not_after)}",
    ]
    if not liste.revocation_checked:
        lines.append("  attention          : révocation non vérifiée, faute de CRL fraîche (option --crl)")
    return lines


def domaine_as_dict(domaine: Domaine) -> dict[str, str]:
    """Return a row for a machine, under the names of the file."""
    return {
        "Identifiant": domaine.identifiant,
        "db": domaine.db,
        "vi": domaine.vi,
        "Denomination": domaine.denomination,
        "DNCertificatOperateur": domaine.dn_certificat_operateur,
        "SupportContact": domaine.support_contact,
        "DateMAJ": horodatage.text_of(domaine.date_maj),
    }
