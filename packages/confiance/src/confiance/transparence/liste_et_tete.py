# SPDX-FileCopyrightText: 2026 drimm contributors
# SPDX-License-Identifier: Apache-2.0
"""The list and its head together: what a reader that has both believes.

The list is always believed for its own signature; the head adds. Rules:

1. The list is the one that the head names: confirmed.
2. The list is newer than the head's: accepted, for an exclusion never waits for a head; not confirmed yet, and an alarm once that lasts.
3. The list is older than the head's: this download is refused, another address is tried.
4. The list has the dates of the head's and other bytes: refused, two lists circulate.
5. No head, a late one, an unreadable one: the list is accepted on its own, and the state says so. A head that was seen is never forgotten:
   hiding the next ones lets it age, and past its next update the trust in the list is no longer called fresh.
6. A CRL that the head does not name is accepted only when it is newer than the one it names.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import Enum
from typing import TYPE_CHECKING

from cryptography.hazmat.primitives.serialization import Encoding

from confiance.distinguished_name import DistinguishedName, DistinguishedNameError
from confiance.liste_blanche.freshness import Freshness
from confiance.liste_blanche.model import ListeBlanche
from confiance.liste_blanche.trusted import Outcome, TrustedListeBlanche
from confiance.transparence.feuille import whole_seconds
from confiance.transparence.refusals import TeteCrlAnterieure, TeteListeAnterieure, TeteListeDifferente
from confiance.transparence.suivi import TrustedTete
from confiance.transparence.tete import CrlNommee, Tete

if TYPE_CHECKING:
    from cryptography import x509


class EtatTete(Enum):
    """What the head says of the list held."""

    IGNOREE = "ignoree"
    ABSENTE = "absente"
    CONFIRMEE = "confirmee"
    EN_ATTENTE = "en_attente"
    NON_CONFIRMEE = "non_confirmee"
    LISTE_ATTENDUE = "liste_attendue"
    LISTE_RETENUE = "liste_retenue"
    LISTE_DIFFERENTE = "liste_differente"
    EN_RETARD = "en_retard"
    EQUIVOQUE = "equivoque"

    @property
    def alarm(self) -> bool:
        """A person must be told."""
        return self in _ALARMING

    @property
    def label(self) -> str:
        """French sentence for a person."""
        return _LABELS[self]


_ALARMING = frozenset({EtatTete.NON_CONFIRMEE, EtatTete.LISTE_RETENUE, EtatTete.LISTE_DIFFERENTE, EtatTete.EN_RETARD, EtatTete.EQUIVOQUE})
_LABELS = {
    EtatTete.IGNOREE: "Aucune clé n'est configurée : les Têtes sont ignorées.",
    EtatTete.ABSENTE: "Aucune Tête n'a encore été acceptée : la liste est acceptée sur sa seule signature.",
    EtatTete.CONFIRMEE: "La Tête confirme la liste.",
    EtatTete.EN_ATTENTE: "La liste est plus récente que la Tête, qui ne la confirme pas encore.",
    EtatTete.NON_CONFIRMEE: "La liste est plus récente que la Tête, qui tarde à la confirmer.",
    EtatTete.LISTE_ATTENDUE: "La Tête désigne une liste plus récente, à télécharger.",
    EtatTete.LISTE_RETENUE: "La Tête désigne une liste plus récente qu'aucune adresse ne donne.",
    EtatTete.LISTE_DIFFERENTE: "La Tête désigne une autre liste de mêmes dates : deux listes différentes circulent.",
    EtatTete.EN_RETARD: "La Tête suivante aurait dû paraître : la publication est figée ou cachée.",
    EtatTete.EQUIVOQUE: "Deux Têtes signées se contredisent.",
}


@dataclass(frozen=True, slots=True)
class TeteLimits:
    """When what the head says becomes an alarm.

    Attributes:
        head_grace: how long a list may wait for its head, or a head for its list.
        degraded_after: how long after the next update the trust is called degraded.
    """

    head_grace: timedelta = timedelta(minutes=15)
    degraded_after: timedelta = timedelta(hours=48)


class Position(Enum):
    """Where a list stands beside the one that a head names."""

    SAME = "same"
    NEWER = "newer"
    OLDER = "older"
    OTHER = "other"


def position(liste: ListeBlanche, tete: Tete) -> Position:
    """Compare a list with the one that a head names; neither of its two dates may lie before the other's."""
    if liste.sha256 == tete.sha256:
        return Position.SAME
    generation, signing = whole_seconds(liste.date_generation), whole_seconds(liste.signing_time)
    if generation < tete.date_generation or signing < tete.signing_time:
        return Position.OLDER
    return Position.OTHER if (generation, signing) == (tete.date_generation, tete.signing_time) else Position.NEWER


def check_liste(liste: ListeBlanche, tete: Tete) -> None:
    """Refuse a download that the head contradicts (rules 3 and 4).

    Raises:
        TeteListeAnterieure: older than the list of the head.
        TeteListeDifferente: same dates, other bytes.
    """
    found = position(liste, tete)
    if found is Position.OLDER:
        raise TeteListeAnterieure
    if found is Position.OTHER:
        raise TeteListeDifferente


def check_crl(crl: x509.CertificateRevocationList, tete: Tete) -> None:
    """Refuse a CRL older than the one that the head names for its issuer (rule 6); of another issuer, nothing is said.

    One made after the head is newer than any that the head could name, even if it promises the same next one: authorities make an
    emergency CRL so, and a revocation must not wait for the next head.

    Raises:
        TeteCrlAnterieure: neither named nor newer.
    """
    named = [one for one in tete.crls if _is_of(one, crl)]
    digest = hashlib.sha256(crl.public_bytes(Encoding.DER)).hexdigest()
    if not named or any(one.sha256 == digest for one in named):
        return
    until = crl.next_update_utc
    later = until is not None and until > max(one.next_update for one in named)
    if not later and crl.last_update_utc <= tete.this_update:
        raise TeteCrlAnterieure


def _is_of(named: CrlNommee, crl: x509.CertificateRevocationList) -> bool:
    try:
        return DistinguishedName.parse(named.issuer) == DistinguishedName.from_name(crl.issuer)
    except DistinguishedNameError:
        return False


class Lecteur:
    """The list and its head, followed together.

    Give it the head first, then the list: the publisher writes them in the other order, so that a head never names a list that cannot be
    had.
    """

    def __init__(self, liste: TrustedListeBlanche, tete: TrustedTete | None, limits: TeteLimits | None = None) -> None:
        """Follow a list, with the head when its keys are known; without, every head is ignored."""
        self.liste = liste
        self.tete = tete
        self._limits = limits or TeteLimits()

    def update_liste(self, data: bytes, *, at: datetime, confirm_removal: str | None = None) -> Outcome:
        """Verify a list and trust it, unless the head contradicts it.

        A mass removal that the head confirms needs no other word.

        Raises:
            ListeBlancheRefused: the list is refused for itself.
            TeteRefused: the head contradicts it.
            ClockFault: ``at`` lies before a time already seen.
        """
        held = None if self.tete is None else self.tete.current
        if held is None:
            return self.liste.update(data, at=at, confirm_removal=confirm_removal)
        tete = held.tete
        confirmed = tete.sha256 if tete.retrait_massif and confirm_removal is None else confirm_removal
        return self.liste.update(data, at=at, confirm_removal=confirmed, check=lambda liste: check_liste(liste, tete))

    def etat(self, now: datetime) -> EtatTete:
        """Return what the head says of the list held; a clock that went back changes nothing."""
        if self.tete is None:
            return EtatTete.IGNOREE
        if self.tete.equivoque is not None:
            return EtatTete.EQUIVOQUE
        held, accepted_at = self.tete.current, self.tete.memory.accepted_at
        if held is None or accepted_at is None:
            return EtatTete.ABSENTE
        now = self._latest(now)
        if now > held.tete.next_update:
            return EtatTete.EN_RETARD
        return self._beside(held.tete, accepted_at, now)

    def freshness(self, now: datetime) -> Freshness:
        """Return how old the trust is: that of the list, no better than its head allows."""
        alone = self.liste.freshness(now)
        etat = self.etat(now)
        if not etat.alarm:
            return alone
        held = None if self.tete is None else self.tete.current
        long_late = held is not None and self._latest(now) - held.tete.next_update > self._limits.degraded_after
        at_best = Freshness.STALE_DEGRADED if long_late else Freshness.STALE_WARN
        return max(alone, at_best, key=_ORDER.index)

    def _beside(self, tete: Tete, accepted_at: datetime, now: datetime) -> EtatTete:
        memory = self.liste.memory
        found = Position.OLDER if memory is None else position(memory.liste, tete)
        if found is Position.SAME:
            return EtatTete.CONFIRMEE
        if found is Position.OTHER:
            return EtatTete.LISTE_DIFFERENTE
        if memory is not None and found is Position.NEWER:
            return EtatTete.EN_ATTENTE if now - memory.accepted_at <= self._limits.head_grace else EtatTete.NON_CONFIRMEE
        return EtatTete.LISTE_ATTENDUE if now - accepted_at <= self._limits.head_grace else EtatTete.LISTE_RETENUE

    def _latest(self, now: datetime) -> datetime:
        return now if self.liste.memory is None else max(now, self.liste.memory.latest_seen)


_ORDER = list(Freshness)
