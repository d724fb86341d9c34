# SPDX-FileCopyrightText: 2026 drimm contributors
# SPDX-License-Identifier: Apache-2.0
"""Proofs of the log as the publisher serves them: JSON files beside the list, believed only once checked against signed roots."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from confiance.transparence import canonical, fields
from confiance.transparence.canonical import Json, NotCanonical
from confiance.transparence.feuille import Feuille
from confiance.transparence.merkle import Noeuds, consistency_path, inclusion_path, verify_consistency, verify_inclusion
from confiance.transparence.refusals import InclusionFausse, PreuveIllisible
from confiance.transparence.tete import MAX_PATH

MAX_BYTES: Final = 64 << 10


def consistency_name(first: int, second: int) -> str:
    """Return where a consistency proof is published, relative to the head."""
    return f"journal/consistance/{first}-{second}.json"


def inclusion_name(sequence: int, size: int) -> str:
    """Return where an inclusion proof is published, relative to the head."""
    return f"journal/inclusion/{sequence}-{size}.json"


def leaf_name(sequence: int) -> str:
    """Return where a leaf is published, relative to the head."""
    return f"journal/feuilles/{sequence}.json"


def rotation_name(empreinte: str) -> str:
    """Return where the head that replaced a set of keys is published, relative to the head (:attr:`Trousseau.empreinte`)."""
    return f"journal/cles/{empreinte}.json"


@dataclass(frozen=True, slots=True)
class PreuveConsistance:
    """The log of the first size begins the log of the second.

    Attributes:
        de: leaves of the older log.
        vers: leaves of the newer log.
        chemin: the path of RFC 6962 §2.1.2, 32 bytes each.
    """

    de: int
    vers: int
    chemin: tuple[bytes, ...]

    @classmethod
    def build(cls, noeuds: Noeuds, de: int, vers: int) -> PreuveConsistance:
        """Make the proof from the nodes of the log."""
        return cls(de, vers, consistency_path(noeuds, de, vers))

    def to_json(self) -> bytes:
        """Write the file."""
        return canonical.dump({"format": fields.FORMAT, "de": self.de, "vers": self.vers, "chemin": _hexes(self.chemin)})

    @classmethod
    def from_json(cls, data: bytes) -> PreuveConsistance:
        """Read the file; fields we do not know are left aside.

        Raises:
            PreuveIllisible: not such a proof.
        """
        source = _open(data)
        try:
            return cls(fields.integer(source, "de", least=0), fields.integer(source, "vers", least=0), _path(source))
        except NotCanonical as error:
            raise PreuveIllisible from error

    def check(self, first_root: bytes, second_root: bytes) -> None:
        """Check the proof between two roots.

        Raises:
            ConsistanceFausse: it does not show it.
        """
        verify_consistency(self.de, self.vers, first_root, second_root, self.chemin)


@dataclass(frozen=True, slots=True)
class PreuveInclusion:
    """A list is in the log.

    Attributes:
        feuille: the leaf of the list.
        index: its place, from 0.
        taille: leaves of the log.
        chemin: the audit path of RFC 6962 §2.1.1, from the leaf up, 32 bytes each.
    """

    feuille: Feuille
    index: int
    taille: int
    chemin: tuple[bytes, ...]

    @classmethod
    def build(cls, noeuds: Noeuds, feuille: Feuille, index: int, taille: int) -> PreuveInclusion:
        """Make the proof from the nodes of the log."""
        return cls(feuille, index, taille, inclusion_path(noeuds, index, taille))

    def to_json(self) -> bytes:
        """Write the file."""
        return canonical.dump(
            {
                "format": fields.FORMAT,
                "sequence": self.feuille.sequence,
                "index": self.index,
                "taille": self.taille,
                "feuille": self.feuille.as_json(),
                "chemin": _hexes(self.chemin),
            }
        )

    @classmethod
    def from_json(cls, data: bytes) -> PreuveInclusion:
        """Read the file; fields we do not know are left aside.

        Raises:
            PreuveIllisible: not such a proof.
        """
        source = _open(data)
        try:
            feuille = Feuille.read(source.get("feuille"))
            if fields.integer(source, "sequence", least=1) != feuille.sequence:
                raise PreuveIllisible
            index, taille = fields.integer(source, "index", least=0), fields.integer(source, "taille", least=1)
            return cls(feuille, index, taille, _path(source))
        except NotCanonical as error:
            raise PreuveIllisible from error

    def check(self, root: bytes, *, sha256: str | None = None) -> None:
        """Check the proof against a root, and that it speaks of a given file.

        Raises:
            InclusionFausse: it does not show it.
        """
        if sha256 is not None and sha256 != self.feuille.sha256:
            raise InclusionFausse("La preuve d'inclusion est celle d'une autre liste.")
        verify_inclusion(self.feuille.hash, self.index, self.taille, self.chemin, root)


def read_leaf(data: bytes) -> Feuille:
    """Read the file of a leaf.

    Raises:
        PreuveIllisible: not a leaf.
    """
    try:
        return Feuille.read(_open(data))
    except NotCanonical as error:
        raise PreuveIllisible from error


def _open(data: bytes) -> Json:
    if len(data) > MAX_BYTES:
        raise PreuveIllisible
    try:
        source = fields.obj(canonical.load(data))
    except NotCanonical as error:
        raise PreuveIllisible from error
    if not fields.major_is_ours(source.get("format")):
        raise PreuveIllisible("Cette preuve du Journal des listes est d'un format inconnu.")
    return source


def _hexes(chemin: tuple[bytes, ...]) -> list[str]:
    return [one.hex() for one in chemin]


def _path(source: Json) -> tuple[bytes, ...]:
    return fields.items(source, "chemin", lambda value: bytes.fromhex(fields.hex32(value)), most=MAX_PATH)
