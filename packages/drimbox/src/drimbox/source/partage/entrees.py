# SPDX-FileCopyrightText: 2026 drimm contributors
# SPDX-License-Identifier: EUPL-1.2
"""What a retrieval gives its readers, in order: the head of an object, then its bytes, then its end."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TypeAlias

from drimbox.socle.pacs.flux import ObjetEnCours
from drimbox.source.partage.reserve import Place


@dataclass(frozen=True, slots=True)
class ObjetRecu:
    """The head of one object as the PACS gave it; its bytes follow in the same order."""

    sop_class_uid: str
    sop_instance_uid: str
    transfer_syntax_uid: str
    study_instance_uid: str
    series_instance_uid: str
    patient_id: str
    entete: bytes
    entete_entiere: bool
    longueur: int | None
    header_instance_uid: str
    patient_place: int = 0


@dataclass(frozen=True, slots=True)
class Bloc:
    """Some bytes of the current object: here, or on disk."""

    data: Sequence[bytes | memoryview]
    place: Place | None
    length: int

    @property
    def parts(self) -> int:
        """Times it takes to read it: what is in memory already is given at once."""
        return 1 if self.place is None else self.place.parts


END = Bloc((), None, 0)
"""The current object is whole: what fails afterwards is not its fault."""

Entry: TypeAlias = ObjetRecu | Bloc


def head_of(objet: ObjetEnCours) -> ObjetRecu:
    """Return the head of an object that begins to arrive."""
    return ObjetRecu(
        sop_class_uid=objet.sop_class_uid,
        sop_instance_uid=objet.sop_instance_uid,
        transfer_syntax_uid=objet.transfer_syntax_uid,
        study_instance_uid=objet.study_instance_uid,
        series_instance_uid=objet.series_instance_uid,
        patient_id=objet.patient_id,
        entete=bytes(objet.entete),
        entete_entiere=objet.entete_entiere,
        longueur=objet.longueur,
        header_instance_uid=objet.tete.identifiants.sop_instance,
        patient_place=objet.tete.patient_place,
    )


def size_of(entry: Entry) -> int:
    """Return how many bytes it stands for."""
    return len(entry.entete) if isinstance(entry, ObjetRecu) else entry.length
