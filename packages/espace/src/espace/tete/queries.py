# SPDX-FileCopyrightText: 2026 drimm contributors
# SPDX-License-Identifier: EUPL-1.2
from __future__ import annotations

import json
from collections.abc import Collection, Iterator
from datetime import datetime

from django.db.models import Max, Q, QuerySet

from confiance.transparence import Signature, merkle, preuves
from confiance.transparence.preuves import PreuveConsistance, PreuveInclusion
from espace.tete.errors import PreuveInexistante
from espace.tete.models import Feuille, SignatureTete, Tete
from espace.tete.noeuds import NoeudsEnBase


def taille() -> int:
    """Return how many lists the log holds."""
    last = Feuille.objects.aggregate(last=Max("rang"))["last"]
    return 0 if last is None else int(last) + 1


def racine(size: int) -> bytes:
    """Return the root of the first ``size`` leaves."""
    return merkle.root(NoeudsEnBase(size), size)


def current() -> Tete | None:
    """Return the head in force, with its file, or None."""
    return Tete.objects.filter(publiee_le__isnull=False).order_by("-numero").first()


def first_of_sequence(sequence: int) -> Tete | None:
    """Return the first published head that names this list, with its file, or None."""
    return Tete.objects.filter(publiee_le__isnull=False, sequence=sequence).order_by("numero").first()


def en_attente() -> Tete | None:
    """Return the last head made, when it still lacks signatures."""
    made = last()
    return made if made is not None and made.publiee_le is None else None


def last() -> Tete | None:
    """Return the last head made, published or not."""
    return Tete.objects.defer("fichier").order_by("-numero").first()


def heads() -> QuerySet[Tete]:
    """Return every head, newest first, without the bytes."""
    return Tete.objects.defer("fichier", "charge").order_by("-numero")


def signatures(tete: Tete) -> list[SignatureTete]:
    """Return the signatures received for a head, in their order; none is checked yet."""
    return list(SignatureTete.objects.filter(tete=tete).order_by("id"))


def feuille(sequence: int) -> bytes:
    """Return the file of the leaf of a list.

    Raises:
        PreuveInexistante: the log does not hold this list.
    """
    return bytes(_feuille(sequence).donnees)


def rang(sequence: int) -> int | None:
    """Return the place of a list in the log, from 0, or None when the log does not hold it."""
    found: int | None = Feuille.objects.filter(sequence=sequence).values_list("rang", flat=True).first()
    return found


def preuve_inclusion(sequence: int, size: int, noeuds: NoeudsEnBase | None = None) -> bytes:
    """Return the file that proves a list to be in the log of that size.

    Args:
        sequence: number of the list.
        size: leaves of the log.
        noeuds: nodes already read, when several proofs are made.

    Raises:
        PreuveInexistante: the log does not hold this list, or never had that size.
    """
    found = _feuille(sequence)
    if not found.rang < size <= taille():
        raise PreuveInexistante
    leaf = preuves.read_leaf(bytes(found.donnees))
    return PreuveInclusion.build(noeuds or NoeudsEnBase(), leaf, found.rang, size).to_json()


def preuve_consistance(first: int, second: int, noeuds: NoeudsEnBase | None = None) -> bytes:
    """Return the file that proves the log of size ``first`` to begin that of size ``second``.

    Args:
        first: leaves of the older log.
        second: leaves of the newer log.
        noeuds: nodes already read, when several proofs are made.

    Raises:
        PreuveInexistante: sizes that the log never had, or in the wrong order.
    """
    if not 1 <= first <= second <= taille():
        raise PreuveInexistante
    return PreuveConsistance.build(noeuds or NoeudsEnBase(), first, second).to_json()


def announced_signers() -> dict[str, datetime]:
    """Return, for each public key of a signer that a published head named, when the first such head was issued."""
    found: dict[str, datetime] = {}
    published = Tete.objects.filter(publiee_le__isnull=False).order_by("numero")
    for charge, issued in published.values_list("charge", "this_update").iterator(chunk_size=200):
        for one in json.loads(bytes(charge))["signataires"]:
            found.setdefault(one["spki_sha256"], issued)
    return found


def rotation(empreinte: str) -> bytes | None:
    """Return the file of the head that replaced a set of keys, or None.

    Args:
        empreinte: name of the set that was replaced (:attr:`confiance.transparence.Trousseau.empreinte`).
    """
    # the last one: keys may have come back, and readers that hold them follow the way that leads on
    found = Tete.objects.filter(remplace=empreinte, publiee_le__isnull=False).order_by("-numero").values_list("fichier", flat=True).first()
    return bytes(found) if found is not None else None


def sizes_of_last_heads(count: int) -> list[int]:
    """Return the last sizes of the log that published heads showed, newest first, however many heads showed each."""
    return list(Tete.objects.filter(publiee_le__isnull=False).order_by("-taille").values_list("taille", flat=True).distinct()[:count])


def crls_of_last_heads(count: int) -> set[str]:
    """Return the SHA-256 of the CRLs that the last published heads name, and the one that may wait for its signatures."""
    charges = list(Tete.objects.filter(publiee_le__isnull=False).order_by("-numero").values_list("charge", flat=True)[:count])
    charges += Tete.objects.filter(publiee_le__isnull=True).order_by("-numero").values_list("charge", flat=True)[:1]
    return {one["sha256"] for charge in charges for one in json.loads(bytes(charge))["crls"]}


def signatures_said_of(auteur: str, cles: Collection[str]) -> Iterator[SignatureTete]:
    """Yield the signatures, newest first, that this process is said to have brought or that name one of these keys; none is checked."""
    said = SignatureTete.objects.filter(Q(auteur=auteur) | Q(cle__in=cles)).select_related("tete").defer("tete__fichier")
    yield from said.order_by("-id").iterator(chunk_size=100)


def leaf_hashes(size: int) -> list[bytes]:
    """Return the hashes of the first leaves, computed from their data."""
    rows = Feuille.objects.filter(rang__lt=size).order_by("rang").values_list("donnees", flat=True)
    return [merkle.leaf_hash(bytes(data)) for data in rows.iterator(chunk_size=2000)]


def signature_of(row: SignatureTete) -> Signature:
    """Return a received signature; nothing of it is checked."""
    return Signature(row.cle, row.protegee, bytes(row.valeur))


def _feuille(sequence: int) -> Feuille:
    found = Feuille.objects.filter(sequence=sequence).first()
    if found is None:
        raise PreuveInexistante
    return found
