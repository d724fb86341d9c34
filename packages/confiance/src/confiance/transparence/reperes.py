# SPDX-FileCopyrightText: 2026 drimm contributors
# SPDX-License-Identifier: Apache-2.0
"""What one knows of a head without holding it, and when two such memories cannot both be honest.

A reader compares a new head with the one it trusts; two gateways compare what their health answers say. Both use these rules: the
publisher numbers its heads one after the other, each names the one before, and its log only grows, by one leaf for each list.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import Enum
from itertools import combinations

from confiance.transparence import fields
from confiance.transparence.canonical import Json
from confiance.transparence.verifier import TeteVerifiee


class Contradiction(Enum):
    """Why two heads cannot both come from one honest publisher."""

    JOURNAL = "autre_journal"
    NUMERO = "meme_numero"
    SUITE = "suite_rompue"
    LISTE = "meme_sequence"
    RACINE = "meme_taille"
    ORDRE = "ordre"

    @property
    def label(self) -> str:
        """French sentence for a person."""
        return _LABELS[self]


_LABELS = {
    Contradiction.JOURNAL: "les deux Têtes sont celles de deux Journaux différents",
    Contradiction.NUMERO: "deux Têtes différentes portent le même numéro",
    Contradiction.SUITE: "la Tête suivante désigne une autre Tête comme précédente",
    Contradiction.LISTE: "deux listes différentes portent la même séquence",
    Contradiction.RACINE: "deux Journaux de même taille n'ont pas la même racine",
    Contradiction.ORDRE: "numéros, séquences et tailles n'avancent pas ensemble",
}


@dataclass(frozen=True, slots=True)
class Repere:
    """Where the publisher stood, as one head said it. What was not said is None and is not compared.

    Attributes:
        numero: number of the head.
        sha256: hex SHA-256 of its payload.
        sequence: number of the list it names.
        taille: leaves of the log.
        journal: name of the log.
        previous: hex SHA-256 of the payload of the head before.
        liste: hex SHA-256 of the file of the list.
        racine: root of the log, hex.
    """

    numero: int
    sha256: str
    sequence: int
    taille: int
    journal: str | None = None
    previous: str | None = None
    liste: str | None = None
    racine: str | None = None

    @classmethod
    def of(cls, verified: TeteVerifiee) -> Repere:
        """Take what a verified head says."""
        tete = verified.tete
        return cls(tete.numero, verified.sha256, tete.sequence, tete.taille, tete.journal, tete.previous, tete.sha256, tete.racine.hex())

    def as_json(self) -> Json:
        """Return its JSON object, for a health answer or a store."""
        return {
            "numero": self.numero,
            "sha256": self.sha256,
            "sequence": self.sequence,
            "taille": self.taille,
            "journal": self.journal,
            "previous": self.previous,
            "liste": self.liste,
            "racine": self.racine,
        }

    @classmethod
    def read(cls, value: object) -> Repere:
        """Read its JSON object; the last four fields may be absent, fields we do not know are left aside.

        Raises:
            ValueError: a field is missing or wrong.
        """
        source = fields.obj(value)
        return cls(
            fields.integer(source, "numero", least=1),
            fields.sha256(source, "sha256"),
            fields.integer(source, "sequence", least=1),
            fields.integer(source, "taille", least=1),
            *(None if source.get(name) is None else fields.sha256(source, name) for name in ("journal", "previous", "liste", "racine")),
        )


@dataclass(frozen=True, slots=True)
class Divergence:
    """Two gateways were told two truths.

    Attributes:
        contradiction: why they cannot both be honest.
        premiers: who holds the first head, sorted.
        seconds: who holds the second, sorted.
    """

    contradiction: Contradiction
    premiers: tuple[str, ...]
    seconds: tuple[str, ...]


def contradiction(one: Repere, other: Repere) -> Contradiction | None:
    """Return why two heads contradict one another, or None: one may simply be older."""
    if _differ(one.journal, other.journal):
        return Contradiction.JOURNAL
    if one.numero == other.numero:
        return None if one.sha256 == other.sha256 else Contradiction.NUMERO
    older, newer = sorted((one, other), key=lambda repere: repere.numero)
    if newer.numero == older.numero + 1 and _differ(newer.previous, older.sha256):
        return Contradiction.SUITE
    if older.sequence == newer.sequence and _differ(older.liste, newer.liste):
        return Contradiction.LISTE
    if older.taille == newer.taille and _differ(older.racine, newer.racine):
        return Contradiction.RACINE
    lists, leaves = newer.sequence - older.sequence, newer.taille - older.taille
    return Contradiction.ORDRE if lists < 0 or leaves < 0 or (lists == 0) != (leaves == 0) else None


def compare(reperes: Mapping[str, Repere]) -> tuple[Divergence, ...]:
    """Compare what several gateways say of their heads; those that say the same are compared once.

    Args:
        reperes: what each said, by name.
    """
    holders: dict[Repere, list[str]] = {}
    for name, repere in sorted(reperes.items()):
        holders.setdefault(repere, []).append(name)
    return tuple(
        Divergence(found, tuple(holders[one]), tuple(holders[other]))
        for one, other in combinations(holders, 2)
        if (found := contradiction(one, other)) is not None
    )


def _differ(one: str | None, other: str | None) -> bool:
    return one is not None and other is not None and one != other
