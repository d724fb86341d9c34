# SPDX-FileCopyrightText: 2026 drimm contributors
# SPDX-License-Identifier: Apache-2.0
"""A leaf of the Journal des listes: one list that was published."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from confiance import horodatage
from confiance.liste_blanche.model import ListeBlanche
from confiance.transparence import canonical, fields
from confiance.transparence.canonical import Json
from confiance.transparence.merkle import leaf_hash


@dataclass(frozen=True, slots=True)
class Feuille:
    """What the log keeps of one list.

    Attributes:
        sequence: number of the list, from 1.
        sha256: hex SHA-256 of its file.
        date_generation: its DateDeGeneration, UTC, cut to the second.
        signing_time: its SigningTime, UTC, cut to the second.
    """

    sequence: int
    sha256: str
    date_generation: datetime
    signing_time: datetime

    @classmethod
    def of(cls, liste: ListeBlanche, sequence: int) -> Feuille:
        """Describe a verified list."""
        return cls(sequence, liste.sha256, whole_seconds(liste.date_generation), whole_seconds(liste.signing_time))

    def as_json(self) -> Json:
        """Return the JSON object of a leaf."""
        return {
            "format": fields.FORMAT,
            "sequence": self.sequence,
            "sha256": self.sha256,
            "date_generation": horodatage.text_of(self.date_generation),
            "signing_time": horodatage.text_of(self.signing_time),
        }

    def to_bytes(self) -> bytes:
        """Return the data of the leaf: what is hashed."""
        return canonical.dump(self.as_json())

    @property
    def hash(self) -> bytes:
        """The 32 bytes that the tree holds."""
        return leaf_hash(self.to_bytes())

    @classmethod
    def read(cls, value: object) -> Feuille:
        """Read the JSON object of a leaf of exactly our format: what is hashed holds no field we do not know.

        Raises:
            NotCanonical: it is none.
        """
        source = fields.obj(value)
        feuille = cls(
            fields.integer(source, "sequence", least=1),
            fields.sha256(source, "sha256"),
            fields.instant(source, "date_generation"),
            fields.instant(source, "signing_time"),
        )
        if source != feuille.as_json():
            raise canonical.NotCanonical
        return feuille


def whole_seconds(value: datetime) -> datetime:
    """Cut a time to the second, as it is written in a leaf and in a head."""
    return value.replace(microsecond=0)
