# SPDX-FileCopyrightText: 2026 drimm contributors
# SPDX-License-Identifier: EUPL-1.2
"""A KOS that was built and is not kept yet. Apart from what builds it: the console loads this room without the DICOM libraries."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from drimbox.source.compte_rendu.model import ExamenDecrit
from drimbox.source.pointeur.localisation import Localisation
from drimbox.source.pointeur.rapport import Rapport


@dataclass(frozen=True, slots=True)
class KosConstruit:
    """A KOS that may leave.

    Attributes:
        examen_id: the exam.
        rapport: message and report.
        demande: the study in the report, with the order that the PACS confirmed.
        localisation: couple and study.
        contenu: the KOS, a Part-10 file.
        created_at: when it was made, aware.
        sop_instance_uid: of the KOS.
        series_instance_uid: of its series; that of the first KOS of the exam.
        avertissements: codes of what is odd and stops nothing.
        db: name that every RetrieveURL bears; that of the first KOS of the exam.
        version: 1, raised by one at each replacement.
        visibilite: as the exam had it when the KOS was made (Examen.visibilite).
    """

    examen_id: UUID
    rapport: Rapport
    demande: ExamenDecrit
    localisation: Localisation
    contenu: bytes
    created_at: datetime
    sop_instance_uid: str
    series_instance_uid: str
    avertissements: tuple[str, ...]
    db: str
    version: int
    visibilite: list[str] | None = None
