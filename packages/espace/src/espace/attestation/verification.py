# SPDX-FileCopyrightText: 2026 drimm contributors
# SPDX-License-Identifier: EUPL-1.2
"""Is this file an attestation of ours, and is it still good? Anybody may ask; the answer says nothing that the file does not."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from confiance.errors import PeerError
from espace.attestation.models import Attestation

MAX_PDF_BYTES = 4 << 20
_NUMERO = re.compile(r"AD-[0-9]{4}-[0-9A-Z]{8}")
_SHA256 = re.compile(r"[0-9a-f]{64}")


class QuestionIllisible(PeerError):
    """Not a number, or neither a file nor a fingerprint."""

    code = "attestation.question"
    message = "La question ne peut pas être lue."
    remede = "Donnez le numéro de l'attestation (AD-2026-…), et le fichier PDF ou son empreinte SHA-256 (64 chiffres hexadécimaux)."


class Verdict(StrEnum):
    """What is answered."""

    AUTHENTIQUE = "authentique"
    REVOQUEE = "revoquee"
    INCONNUE = "inconnue"


@dataclass(frozen=True, slots=True)
class Reponse:
    """The answer.

    Attributes:
        verdict: an unknown number and a file that is not the one of this number are told alike.
        numero: as it was read.
        delivree_le: instant of the seal.
        revoquee_le: instant of the revocation.
        noms: names delegated, public in the DNS.
    """

    verdict: Verdict
    numero: str
    delivree_le: datetime | None = None
    revoquee_le: datetime | None = None
    noms: tuple[str, ...] = ()


def read_question(numero: str, sha256: str) -> tuple[str, str]:
    """Return a number and a fingerprint as they are kept; blanks and case are forgiven.

    Raises:
        QuestionIllisible: malformed.
    """
    number, fingerprint = "".join(numero.split()).upper(), "".join(sha256.split()).lower()
    if not _NUMERO.fullmatch(number) or not _SHA256.fullmatch(fingerprint):
        raise QuestionIllisible
    return number, fingerprint


def verify(numero: str, sha256: str) -> Reponse:
    """Answer.

    Args:
        numero: of the attestation.
        sha256: of the file, lower-case hex.
    """
    found = Attestation.objects.select_related("scellee", "revocation").defer("scellee__pdf").filter(numero=numero, scellee__sha256=sha256)
    attestation = found.first()
    if attestation is None:
        return Reponse(Verdict.INCONNUE, numero)
    scellee, revocation = attestation.scellee, getattr(attestation, "revocation", None)  # type: ignore[attr-defined]  # reverse names
    verdict = Verdict.AUTHENTIQUE if revocation is None else Verdict.REVOQUEE
    ended = revocation.revoquee_le if revocation else None
    return Reponse(verdict, numero, scellee.scellee_le, ended, tuple(attestation.noms))
