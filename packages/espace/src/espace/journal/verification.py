# SPDX-FileCopyrightText: 2026 drimm contributors
# SPDX-License-Identifier: EUPL-1.2
"""Re-reading the chain: what does not hold, from the first link on. Pure: links and lines in, a report out."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Final

from espace.journal.ligne import ORIGINE, Ligne, LigneInscellable, link

LATE: Final = timedelta(minutes=15)
"""No transaction of ours lasts so long: a line whose instant is that much before the lines sealed earlier was added afterwards."""
MAX_LATE: Final = 100


class Nature(StrEnum):
    """What is wrong with a link."""

    CHANGEE = "changee"
    ABSENTE = "absente"
    MANQUANT = "manquant"
    CHAINE = "chaine"
    REPERE = "repere"


PHRASES = {
    Nature.CHANGEE: "La ligne n'est plus celle qui a été scellée.",
    Nature.ABSENTE: "La ligne a disparu du journal.",
    Nature.MANQUANT: "Un sceau manque : la chaîne saute un rang.",
    Nature.CHAINE: "Le sceau ne suit pas le précédent : une ligne a été retirée, ajoutée ou déplacée.",
    Nature.REPERE: "La chaîne n'est pas celle du repère donné : elle a été refaite depuis.",
}


@dataclass(frozen=True, slots=True)
class Maillon:
    """One link, and its line when the journal still has it."""

    rang: int
    evenement_id: int
    empreinte: bytes
    chaine: bytes
    ligne: Ligne | None


@dataclass(frozen=True, slots=True)
class Rupture:
    """The first link that does not hold; what follows it proves nothing."""

    rang: int
    evenement_id: int
    nature: Nature

    @property
    def phrase(self) -> str:
        """What a person reads."""
        return f"Rang {self.rang} (ligne {self.evenement_id}) : {PHRASES[self.nature]}"


@dataclass(frozen=True, slots=True)
class Repere:
    """A link noted outside the Espace, on a day when it was believed.

    Attributes:
        rang: rank of the link.
        chaine: 32 bytes.
    """

    rang: int
    chaine: bytes


@dataclass
class Rapport:
    """What a verification found.

    Attributes:
        scellees: links that hold.
        chaine: last link that holds, 32 bytes.
        rupture: first one that does not.
        tardives: lines added afterwards: sealed long after the instant that they bear.
        non_scellees: lines that no link covers yet.
        depuis: instant of the oldest of these.
    """

    scellees: int = 0
    chaine: bytes = ORIGINE
    rupture: Rupture | None = None
    tardives: list[int] = field(default_factory=list)
    non_scellees: int = 0
    depuis: datetime | None = None

    @property
    def intact(self) -> bool:
        """Whether nothing is wrong."""
        return self.rupture is None and not self.tardives


def verify(maillons: Iterable[Maillon], repere: Repere | None = None) -> Rapport:
    """Re-read a chain from its origin.

    Args:
        maillons: every link, by rank.
        repere: a link noted elsewhere, that the chain must go through.
    """
    rapport, newest = Rapport(), None
    for rang, maillon in enumerate(maillons, start=1):
        nature = _wrong(maillon, rang, rapport.chaine)
        if nature is None and repere is not None and repere.rang == rang and repere.chaine != maillon.chaine:
            nature = Nature.REPERE
        if nature is not None:
            rapport.rupture = Rupture(rang, maillon.evenement_id, nature)
            return rapport
        rapport.scellees, rapport.chaine = rang, maillon.chaine
        newest = _place(rapport, maillon, newest)
    if repere is not None and rapport.scellees < repere.rang:
        rapport.rupture = Rupture(repere.rang, 0, Nature.MANQUANT)
    return rapport


def _wrong(maillon: Maillon, rang: int, before: bytes) -> Nature | None:
    if maillon.rang != rang:
        return Nature.MANQUANT
    if maillon.ligne is None:
        return Nature.ABSENTE
    if link(before, maillon.empreinte) != maillon.chaine:
        return Nature.CHAINE
    return None if _fingerprint(maillon.ligne) == maillon.empreinte else Nature.CHANGEE


def _fingerprint(ligne: Ligne) -> bytes:
    try:
        return ligne.empreinte
    except LigneInscellable:
        return b""


def _place(rapport: Rapport, maillon: Maillon, newest: datetime | None) -> datetime | None:
    if maillon.ligne is None:
        return newest
    at = maillon.ligne.at
    if newest is not None and newest - at > LATE:
        rapport.tardives = [*rapport.tardives, maillon.evenement_id][:MAX_LATE]
    return at if newest is None else max(newest, at)
