# SPDX-FileCopyrightText: 2026 drimm contributors
# SPDX-License-Identifier: EUPL-1.2
"""When the list must be fetched, and what a person must be told.

Clause: the Conditions Générales d'Intégration ask for a daily download; the delay is a setting and defaults to an hour.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from confiance.errors import DrimmError
from confiance.liste_blanche import ClockFault, Freshness
from confiance.refusals import MemeDateAutreCorps
from confiance.transparence.liste_et_tete import EtatTete
from confiance.transparence.refusals import TeteListeDifferente
from drimbox.socle.annuaire.errors import RetraitAConfirmer
from drimbox.socle.annuaire.states import GOOD, CodeAlarme, ResultatMiroir

SPREAD = 0.2
"""Share of the delay that is drawn at random."""
AFTER_FAILURE = 0.1
"""Share of the delay after which a failed pull is tried again."""
LONGEST_AFTER_FAILURE = timedelta(minutes=5)
LONGEST = timedelta(hours=23)
"""A pull at least every day, whatever the settings say: an hour is left for one that fails and is tried again."""
MIROIR_SILENT = timedelta(hours=24)
"""An address that was of no use for so long is told to a person; shorter failures are the daily life of networks."""


def is_due(last: tuple[datetime, bool] | None, now: datetime, poll_seconds: float, *, draw: float) -> bool:
    """Tell whether a pull must be made.

    Args:
        last: when the last one was made and whether it saw a valid list; None when there was none.
        now: aware time.
        poll_seconds: delay between two successful pulls.
        draw: number between 0 and 1 that spreads the DRIMboxes over time.
    """
    if last is None:
        return True
    at, succeeded = last
    delay = timedelta(seconds=min(poll_seconds, LONGEST.total_seconds())) * (1 - SPREAD * draw)
    if not succeeded:
        delay = min(delay * AFTER_FAILURE, LONGEST_AFTER_FAILURE)
    return now >= at + delay or now < at  # a clock that went back must not stop the pulls


@dataclass(frozen=True, slots=True)
class EtatMiroir:
    """How one address stands.

    Attributes:
        host: of the address, for people.
        result: what it gave last; empty when it was never asked.
        seen_at: when it was last of use.
        tete_code: why its head was no use; empty when it was, or when no head is read.
    """

    host: str
    result: str
    seen_at: datetime | None
    tete_code: str = ""


@dataclass(frozen=True, slots=True)
class EtatCrl:
    """The best CRL at hand for one of our authorities.

    Attributes:
        issuer: DN of the authority.
        this_update: when it was made; None when there is none.
        next_update: when the next one is promised; None when there is none, or no promise.
        fetched: whether it came by a pull; else it lies in the folder of the authorities.
    """

    issuer: str
    this_update: datetime | None
    next_update: datetime | None
    fetched: bool = False

    def is_late(self, now: datetime) -> bool:
        """Whether it can clear nobody any more."""
        return self.next_update is None or now > self.next_update


@dataclass(frozen=True, slots=True)
class Situation:
    """Everything an alarm may come from.

    Attributes:
        freshness: of the trust, the head counted.
        signer_warning: announced delay that runs before the signer's certificate ends.
        tete: what the head says of the list.
        miroirs: the addresses of the list and of CRLs.
        crls: the CRLs of our authorities.
    """

    freshness: Freshness
    signer_warning: timedelta | None
    tete: EtatTete
    miroirs: Sequence[EtatMiroir] = ()
    crls: Sequence[EtatCrl] = ()


def alarmes(situation: Situation, errors: Sequence[DrimmError] | None, now: datetime) -> dict[CodeAlarme, str]:
    """Return the alarms that must be open, each with its detail for people.

    Args:
        situation: how things stand.
        errors: why addresses were of no use in the pull just made; None when none was made.
        now: aware time.
    """
    return dict((*_of_liste(situation), *_of_tete(situation), *_of_errors(errors or ()), *_of_sources(situation, now)))


def _of_liste(situation: Situation) -> Iterator[tuple[CodeAlarme, str]]:
    if situation.freshness.alarm:
        yield CodeAlarme.LISTE_ANCIENNE, ""
    if situation.signer_warning is not None:
        yield CodeAlarme.SIGNATAIRE, f"{situation.signer_warning.days} j"


_OF_ETAT = {
    EtatTete.EQUIVOQUE: CodeAlarme.TETE_EQUIVOQUE,
    EtatTete.EN_RETARD: CodeAlarme.TETE_EN_RETARD,
    EtatTete.ABSENTE: CodeAlarme.TETE_ABSENTE,
    EtatTete.NON_CONFIRMEE: CodeAlarme.TETE_SANS_LISTE,
    EtatTete.LISTE_RETENUE: CodeAlarme.TETE_SANS_LISTE,
    EtatTete.LISTE_DIFFERENTE: CodeAlarme.TETE_SANS_LISTE,
}


def _of_tete(situation: Situation) -> Iterator[tuple[CodeAlarme, str]]:
    if situation.tete in _OF_ETAT:
        yield _OF_ETAT[situation.tete], situation.tete.label
    refused = [miroir.tete_code for miroir in situation.miroirs if miroir.result in GOOD]
    if refused and all(refused) and situation.tete is not EtatTete.EQUIVOQUE:
        yield CodeAlarme.TETE_ABSENTE, ", ".join(sorted(set(refused)))


def _of_errors(errors: Sequence[DrimmError]) -> Iterator[tuple[CodeAlarme, str]]:
    for error in errors:
        if isinstance(error, RetraitAConfirmer):
            yield CodeAlarme.RETRAIT_MASSIF, error.detail
        elif isinstance(error, ClockFault):
            yield CodeAlarme.HORLOGE, ""
        elif isinstance(error, MemeDateAutreCorps | TeteListeDifferente):
            yield CodeAlarme.LISTE_DOUBLE, ""


def _of_sources(situation: Situation, now: datetime) -> Iterator[tuple[CodeAlarme, str]]:
    broken = [miroir.host for miroir in situation.miroirs if _is_broken(miroir, now)]
    if broken:
        yield CodeAlarme.MIROIR, ", ".join(broken)
    late = [crl.issuer for crl in situation.crls if crl.is_late(now)]
    if late:
        yield CodeAlarme.CRL, "\n".join(late)


def _is_broken(miroir: EtatMiroir, now: datetime) -> bool:
    if not miroir.result or miroir.result in GOOD:
        return False
    if miroir.seen_at is None:  # never of use since it was configured
        return miroir.result != ResultatMiroir.ANCIEN
    return now - miroir.seen_at > MIROIR_SILENT
