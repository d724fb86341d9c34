# SPDX-FileCopyrightText: 2026 drimm contributors
# SPDX-License-Identifier: EUPL-1.2
"""A publisher in memory: lists, their log, heads signed by as many keys as one likes, and every lie that such a publisher could tell.

::

    honest = Publication()
    honest.publish(some_list)                 # a leaf of the log
    head = honest.tete(NOW)                   # the next head, signed by every key
    proof = honest.consistency(1, 2)          # the file of a consistency proof

    liar = honest.fork()                      # from here, another history under the same keys
    liar.tete(NOW, numero=7)                  # any field may be forced; only the signatures are then honest
    liar.tete(NOW, signers=liar.cles[:1])     # or signed by fewer keys
"""

from __future__ import annotations

import copy
import hashlib
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Any

from banc.attaques.terrain import GENERATION, SIGNING_TIME, make_brouillon, make_terrain
from confiance.liste_blanche import sign, verify
from confiance.transparence import (
    ClePrivee,
    Feuille,
    NoeudsEnMemoire,
    PreuveConsistance,
    PreuveInclusion,
    SignsTete,
    Tete,
    TetePolicy,
    Trousseau,
    assemble,
    journal_id,
    payload_of,
    sha256_of,
    sign_payload,
)
from confiance.transparence.merkle import inclusion_path, root

VALIDITY = timedelta(hours=48)


def cle(name: str) -> ClePrivee:
    """Return the key of that name, always the same."""
    return ClePrivee.from_seed(name, hashlib.sha256(f"banc {name}".encode()).digest())


def trousseau_of(cles: Sequence[ClePrivee], seuil: int) -> Trousseau:
    """Return the public halves with a threshold."""
    return Trousseau.of((one.public for one in cles), seuil)


def liste_at(minutes: int = 0, rows: int = 12) -> bytes:
    """Sign the list of that many rows, generated that long after the honest one."""
    later = timedelta(minutes=minutes)
    return sign(make_brouillon(rows, GENERATION + later), make_terrain().key, signing_time=SIGNING_TIME + later)


@dataclass
class Publication:
    """A publisher.

    Attributes:
        cles: private keys that sign the heads.
        seuil: threshold announced.
        next_trousseau: keys announced for the next heads, when they change.
        noeuds: nodes of the log.
        feuilles: its leaves.
        lengths: size of each list.
        tetes: heads issued, as files.
        payloads: what was signed in each.
    """

    cles: Sequence[ClePrivee] = (cle("signataire"), cle("temoin"))
    seuil: int = 2
    next_trousseau: Trousseau | None = None
    noeuds: NoeudsEnMemoire = field(default_factory=NoeudsEnMemoire)
    feuilles: list[Feuille] = field(default_factory=list)
    lengths: list[int] = field(default_factory=list)
    tetes: list[bytes] = field(default_factory=list)
    payloads: list[bytes] = field(default_factory=list)
    journal: str = ""

    def __post_init__(self) -> None:
        self.journal = self.journal or journal_id(self.trousseau)

    @property
    def trousseau(self) -> Trousseau:
        """Public keys of this publisher."""
        return trousseau_of(self.cles, self.seuil)

    @property
    def policy(self) -> TetePolicy:
        """What an honest reader of its heads is told."""
        return TetePolicy(self.trousseau)

    def publish(self, data: bytes, *, at: datetime) -> Feuille:
        """Add the leaf of a list, which must be a good one."""
        liste = verify(data, make_terrain().policy, at=at)
        return self.publish_leaf(Feuille.of(liste, len(self.feuilles) + 1), length=len(data))

    def publish_leaf(self, feuille: Feuille, *, length: int = 1) -> Feuille:
        """Add a leaf without any list behind."""
        self.noeuds.append(feuille.hash)
        self.feuilles.append(feuille)
        self.lengths.append(length)
        return feuille

    def draft(self, at: datetime, **changes: Any) -> Tete:
        """Return what the next head would say, with some fields forced."""
        feuille, taille = self.feuilles[-1], len(self.feuilles)
        honest = Tete(
            journal=self.journal,
            numero=len(self.tetes) + 1,
            previous=sha256_of(self.payloads[-1]) if self.payloads else None,
            sequence=feuille.sequence,
            sha256=feuille.sha256,
            length=self.lengths[-1],
            date_generation=feuille.date_generation,
            signing_time=feuille.signing_time,
            this_update=at,
            next_update=at + VALIDITY,
            signataires=(),
            crls=(),
            retrait_massif=False,
            taille=taille,
            racine=root(self.noeuds, taille),
            inclusion=inclusion_path(self.noeuds, taille - 1, taille),
            trousseau=self.next_trousseau or self.trousseau,
        )
        return replace(honest, **changes)

    def tete(self, at: datetime, *, signers: Sequence[SignsTete] | None = None, **changes: Any) -> bytes:
        """Issue the next head."""
        payload = payload_of(self.draft(at, **changes))
        data = assemble(payload, [sign_payload(payload, one) for one in (self.cles if signers is None else signers)])
        self.tetes.append(data)
        self.payloads.append(payload)
        return data

    def rotate(self, cles: Sequence[ClePrivee], seuil: int, at: datetime) -> bytes:
        """Issue the head that puts these keys in place of the present ones, signed by both."""
        names = {one.id for one in self.cles}
        both = [*self.cles, *(one for one in cles if one.id not in names)]
        data = self.tete(at, signers=both, trousseau=trousseau_of(cles, seuil))
        self.cles, self.seuil = cles, seuil
        return data

    def consistency(self, de: int, vers: int | None = None) -> bytes:
        """Return the file of a consistency proof, up to the whole log by default."""
        return PreuveConsistance.build(self.noeuds, de, len(self.feuilles) if vers is None else vers).to_json()

    def inclusion(self, sequence: int) -> bytes:
        """Return the file of the inclusion proof of a list in the whole log."""
        return PreuveInclusion.build(self.noeuds, self.feuilles[sequence - 1], sequence - 1, len(self.feuilles)).to_json()

    def fork(self) -> Publication:
        """Return a publisher with the same past and the same keys."""
        return replace(
            self,
            noeuds=copy.deepcopy(self.noeuds),
            feuilles=list(self.feuilles),
            lengths=list(self.lengths),
            tetes=list(self.tetes),
            payloads=list(self.payloads),
        )
