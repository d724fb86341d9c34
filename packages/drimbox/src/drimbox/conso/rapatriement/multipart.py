# SPDX-FileCopyrightText: 2026 drimm contributors
# SPDX-License-Identifier: EUPL-1.2
"""The answer of a source, read as its bytes arrive: the machine of the socle with the errors of this room."""

from __future__ import annotations

from drimbox.conso.rapatriement.errors import ReponseIllisible, ReponseTropGrosse
from drimbox.socle.multipart import Ended, Event, Limits, PartData, PartEnded, PartStarted, boundary_of
from drimbox.socle.multipart import MultipartReader as Machine

__all__ = ["Ended", "Event", "Limits", "MultipartReader", "PartData", "PartEnded", "PartStarted", "read_boundary"]


class MultipartReader(Machine):
    """The machine. Feed it bytes, iterate over the events, close it at the end of the answer.

    Raises:
        ReponseIllisible: the framing is broken.
        ReponseTropGrosse: a limit is passed.
    """

    illisible = ReponseIllisible
    trop_gros = ReponseTropGrosse
    subject = "La réponse de la DRIMbox source"


def read_boundary(content_type: str) -> bytes:
    """Return the boundary of a multipart/related answer of application/dicom.

    Raises:
        ReponseIllisible: another media type, or no legal boundary.
    """
    boundary = boundary_of(content_type)
    if boundary is None:
        raise ReponseIllisible("La réponse de la DRIMbox source n'est pas un multipart/related d'objets DICOM au séparateur légal.")
    return boundary
