# SPDX-FileCopyrightText: 2026 drimm contributors
# SPDX-License-Identifier: EUPL-1.2
"""What the next head says, from the list in force, the log, the signers, the CRLs and the keys."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta

from confiance.transparence import CrlNommee, SignataireAnnonce, Trousseau, journal_id, merkle
from confiance.transparence import Tete as Head
from confiance.transparence.canonical import load_canonical
from confiance.transparence.feuille import whole_seconds
from confiance.transparence.fields import obj
from confiance.transparence.tete import read_payload
from espace.config import ListeBlanche
from espace.liste_blanche import queries as listes
from espace.liste_blanche import signature
from espace.tete import queries
from espace.tete.models import Tete
from espace.tete.noeuds import NoeudsEnBase

REMOVAL_TOLD = timedelta(days=7)
"""How long a confirmed mass removal is told: a reader that was away meets it in a later list."""


def content(tete: Tete) -> Head:
    """Return what a head of the database says."""
    return read_payload(obj(load_canonical(bytes(tete.charge))))


def compose(settings: ListeBlanche, keys: Trousseau, crls: Sequence[CrlNommee], *, now: datetime, valid: timedelta) -> Head | None:
    """Return the head that would be made now, or None before the first list.

    Args:
        settings: the table ``[liste_blanche]``.
        keys: of the next heads.
        crls: that go with the list.
        now: aware instant.
        valid: until the next one is promised.

    Raises:
        SettingsError: the certificate of a signer cannot be read.
    """
    # the last one made, even if it never gathered its signatures: the témoin may have signed it, and holds us to what it saw
    liste, taille, last = listes.current(), queries.taille(), queries.last()
    if liste is None or taille == 0 or queries.rang(liste.sequence) != taille - 1:  # the log is late: its list waits for no head
        return None
    noeuds, this_update = NoeudsEnBase(taille), whole_seconds(now)
    return Head(
        journal=content(last).journal if last else journal_id(keys),
        numero=last.numero + 1 if last else 1,
        previous=last.sha256 if last else None,
        sequence=liste.sequence,
        sha256=liste.sha256,
        length=listes.length(liste.sequence),
        date_generation=whole_seconds(liste.date_generation),
        signing_time=whole_seconds(liste.signing_time),
        this_update=this_update,
        next_update=this_update + valid,
        signataires=announced(settings, now),
        crls=tuple(crls),
        retrait_massif=listes.mass_removal_since(now - REMOVAL_TOLD),
        taille=taille,
        racine=merkle.root(noeuds, taille),
        inclusion=merkle.inclusion_path(noeuds, taille - 1, taille),
        trousseau=keys,
    )


def announced(settings: ListeBlanche, now: datetime) -> tuple[SignataireAnnonce, ...]:
    """Return who signs the list, now and next, the first to begin first.

    Raises:
        SettingsError: the certificate of a signer cannot be read.
    """
    found = sorted((signature.echeance(signer) for signer in settings.signers), key=lambda one: (one.debut, one.spki_sha256))
    return tuple(
        SignataireAnnonce(one.dn, one.spki_sha256, whole_seconds(one.debut), whole_seconds(one.fin)) for one in found if one.fin > now
    )
