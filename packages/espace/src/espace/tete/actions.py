# SPDX-FileCopyrightText: 2026 drimm contributors
# SPDX-License-Identifier: EUPL-1.2
"""The only code that writes the log, the heads and their signatures."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from django.db import transaction
from django.db.models import QuerySet

from confiance.transparence import Feuille as Leaf
from confiance.transparence import Signature, merkle
from confiance.transparence.feuille import whole_seconds
from confiance.transparence.tete import Tete as Head
from confiance.transparence.tete import payload_of, sha256_of
from espace.ecoute import wake
from espace.journal.actions import record
from espace.liste_blanche.models import Publication
from espace.liste_blanche.reveil import DEPOT, SIGNATAIRE
from espace.tete import queries
from espace.tete.models import Feuille, Noeud, SignatureTete, Tete
from espace.tete.noeuds import NoeudsEnBase

CHANNEL = "espace_tete"
"""NOTIFY channel: a head waits for signatures, the process ``temoin`` looks; its answers wake the ``signataire``."""


@transaction.atomic
def enter(published: QuerySet[Publication]) -> int:
    """Write in the log every published list that it lacks, in the order of their numbers; return how many.

    Args:
        published: publications in force or once in force.
    """
    last = Feuille.objects.order_by("-rang").values_list("sequence", flat=True).first() or 0
    rows = published.filter(sequence__gt=last).order_by("sequence")
    count = 0
    for sequence, sha256, generated, signed in rows.values_list("sequence", "sha256", "date_generation", "signing_time"):
        if sequence is not None and generated is not None and signed is not None:
            _append(Leaf(sequence, sha256, whole_seconds(generated), whole_seconds(signed)))
            count += 1
    return count


@transaction.atomic
def make(head: Head, signatures: Iterable[Signature], *, replaces: str, now: datetime) -> Tete:
    """Keep a head that was made, with the signatures of the signataire's own keys; it waits for the others.

    Args:
        head: its content.
        signatures: of our own keys.
        replaces: name of the set of keys that it replaces, or nothing.
        now: aware instant.
    """
    payload = payload_of(head)
    tete = Tete.objects.create(
        numero=head.numero,
        sequence=head.sequence,
        taille=head.taille,
        charge=payload,
        sha256=sha256_of(payload),
        remplace=replaces,
        this_update=head.this_update,
        next_update=head.next_update,
    )
    record("tete:tete:made", objet=f"tete:{head.numero}", serial=head.numero, sha256=tete.sha256, count=head.taille)
    for signature in signatures:
        _keep(tete, signature, "signataire", now)
    wake(CHANNEL)
    return tete


@transaction.atomic
def cosign(tete: Tete, signature: Signature, *, auteur: str, now: datetime) -> None:
    """Add a checked signature to a head.

    Args:
        tete: the head.
        signature: already verified by the caller.
        auteur: login or process that brings it.
        now: aware instant.
    """
    if _keep(tete, signature, auteur, now):
        record("tete:tete:cosigned", auteur=auteur, objet=f"tete:{tete.numero}", serial=tete.numero, reason=signature.key_id)
    wake(SIGNATAIRE)


@transaction.atomic
def publish(tete: Tete, data: bytes, *, now: datetime) -> None:
    """Make a head with enough signatures the one in force.

    Args:
        tete: the head.
        data: its file, verified.
        now: aware instant.
    """
    tete.fichier, tete.publiee_le = data, now
    tete.save(update_fields=["fichier", "publiee_le"])
    record("tete:tete:published", objet=f"tete:{tete.numero}", serial=tete.numero, sha256=tete.sha256, count=tete.taille)
    wake(DEPOT)


def _append(leaf: Leaf) -> None:
    size = queries.taille()
    made = merkle.append(NoeudsEnBase(size), size, leaf.hash)
    Noeud.objects.bulk_create(Noeud(niveau=node.level, rang=node.index, empreinte=node.hash) for node in made)
    Feuille.objects.create(rang=size, sequence=leaf.sequence, donnees=leaf.to_bytes())


def _keep(tete: Tete, signature: Signature, auteur: str, now: datetime) -> bool:
    values = {"protegee": signature.protected, "faite_le": now, "auteur": auteur}
    _row, first = SignatureTete.objects.get_or_create(tete=tete, cle=signature.key_id, valeur=signature.value, defaults=values)
    return first
