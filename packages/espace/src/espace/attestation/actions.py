# SPDX-FileCopyrightText: 2026 drimm contributors
# SPDX-License-Identifier: EUPL-1.2
"""What is asked and what is revoked. The signataire adds what is sealed: :mod:`espace.attestation.sceau`."""

from __future__ import annotations

import secrets
from datetime import datetime

from django.db import transaction

from espace.alarmes.actions import settle
from espace.attestation.errors import AttestationInconnue, AttestationSansNom, RevocationSansMotif
from espace.attestation.models import Attestation, Revocation, Scellee
from espace.ecoute import wake
from espace.guichet.models import Dossier
from espace.journal.actions import record
from espace.liste_blanche.reveil import SIGNATAIRE
from espace.registre.models import CoupleFqdn

_ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
_LETTERS = 8
MAX_MOTIF = 500


def objet_of(attestation: Attestation) -> str:
    """Return how the journal and the alarms name an attestation."""
    return f"attestation:{attestation.numero}"


@transaction.atomic
def delivrer(dossier: Dossier, at: datetime) -> Attestation:
    """Ask the signataire for the attestation of a dossier that received its couples; return the one already asked, if any.

    The key is in another process: the row exists at once, its PDF a few seconds later. ``attestation.pades`` tells; call again to know.

    Args:
        dossier: a déclaration whose Commande has its couples.
        at: aware instant.

    Raises:
        AttestationSansNom: no couple was given yet.
    """
    Dossier.objects.select_for_update(no_key=True).get(pk=dossier.pk)  # two at once ask for one
    known = Attestation.objects.filter(dossier=dossier, revocation__isnull=True).select_related("scellee").first()
    if known is not None:
        return known
    commande = dossier.commande
    couples = CoupleFqdn.objects.filter(pacs__commande=commande).order_by("number") if commande else ()
    noms = [nom for couple in couples for nom in (couple.db, couple.vi)]
    if not noms:
        raise AttestationSansNom
    attestation = Attestation.objects.create(
        numero=_numero(at), dossier=dossier, demande=dossier.numero, operateur=dossier.operateur, noms=noms, demandee_le=at
    )
    record("attestation:attestation:demanded", objet=objet_of(attestation), count=len(noms))
    wake(SIGNATAIRE)
    return attestation


@transaction.atomic
def revoquer(numero: str, *, motif: str, auteur: str, now: datetime) -> Revocation:
    """Say that an attestation is no longer good: whoever verifies it is told so, and the alarms about its seal end.

    Raises:
        RevocationSansMotif: no reason.
        AttestationInconnue: no such attestation, or already revoked.
    """
    motif = " ".join(motif.split())[:MAX_MOTIF]
    if not motif:
        raise RevocationSansMotif
    attestation = Attestation.objects.filter(numero=numero, revocation__isnull=True).first()
    if attestation is None:
        raise AttestationInconnue
    made, created = Revocation.objects.get_or_create(
        attestation=attestation, defaults={"motif": motif, "auteur": auteur, "revoquee_le": now}
    )
    if not created:
        raise AttestationInconnue
    record("attestation:attestation:revoked", auteur=auteur, objet=objet_of(attestation))
    settle(objet=objet_of(attestation), now=now)
    return made


@transaction.atomic
def keep(attestation: Attestation, pdf: bytes, *, sha256: str, signataire: str, now: datetime) -> Scellee:
    """Keep the sealed PDF of an attestation. Only the process ``signataire`` has the right to."""
    made = Scellee.objects.create(attestation=attestation, pdf=pdf, sha256=sha256, signataire=signataire, scellee_le=now)
    record("attestation:attestation:sealed", objet=objet_of(attestation), sha256=sha256, bytes=len(pdf))
    return made


def _numero(at: datetime) -> str:
    """Draw a number: nobody learns from it how many there are, nor the number of another."""
    return f"AD-{at:%Y}-" + "".join(secrets.choice(_ALPHABET) for _ in range(_LETTERS))
