# SPDX-FileCopyrightText: 2026 drimm contributors
# SPDX-License-Identifier: EUPL-1.2
from __future__ import annotations

from collections.abc import Collection

from django.db.models import QuerySet

from espace.acteurs.models import Operateur
from espace.attestation.models import Attestation
from espace.guichet.models import Dossier


def _readable() -> QuerySet[Attestation]:
    return Attestation.objects.select_related("scellee", "revocation").defer("scellee__pdf")


def of_dossier(dossier: Dossier) -> Attestation | None:
    """Return the newest attestation of a dossier that nobody revoked, or None."""
    return _readable().filter(dossier=dossier, revocation__isnull=True).order_by("-id").first()


def of_operateur(operateur: Operateur) -> QuerySet[Attestation]:
    """Return the attestations of one Operateur, newest first."""
    return _readable().filter(operateur=operateur).order_by("-id")


def pdf_of(numero: str, operateur: Operateur | None) -> bytes | None:
    """Return the sealed PDF of an attestation of this Operateur (of any, for an agent), or None.

    Args:
        numero: its number.
        operateur: whose it must be; None for an agent of the administrateur.
    """
    found = Attestation.objects.filter(numero=numero, scellee__isnull=False).select_related("scellee")
    if operateur is not None:
        found = found.filter(operateur=operateur)
    one = found.first()
    return bytes(one.scellee.pdf) if one else None  # type: ignore[attr-defined]  # reverse name of Scellee.attestation


def waiting(limit: int, *, besides: Collection[int] = ()) -> list[Attestation]:
    """Return what the signataire has to seal, oldest first.

    Args:
        limit: how many at most.
        besides: keys of those that are left aside.
    """
    found = Attestation.objects.filter(scellee__isnull=True, revocation__isnull=True).exclude(pk__in=besides)
    return list(found.select_related("operateur").order_by("id")[:limit])
