# SPDX-FileCopyrightText: 2026 drimm contributors
# SPDX-License-Identifier: EUPL-1.2
"""What a path of the images door asks for (DICOM PS3.18 §10.4.1.1)."""

from __future__ import annotations

import re
from dataclasses import dataclass

from drimbox.source.admission.errors import AdresseIllisible, RessourceInconnue

BASE = "/dicom-web-rs"
MAX_PATH = 512
_UID = re.compile(r"(?=.{1,64}\Z)(0|[1-9][0-9]*)(\.(0|[1-9][0-9]*))*")
_FRAMES = re.compile(r"[1-9][0-9]{0,8}(,[1-9][0-9]{0,8})*")


@dataclass(frozen=True, slots=True)
class Ressource:
    """What is asked: a study, one of its series, one of its instances, or frames of one.

    Attributes:
        study: StudyInstanceUID.
        series: SeriesInstanceUID, or None for the whole study.
        instance: SOPInstanceUID, or None for the whole series.
        frames: whether frames of that instance are asked.
    """

    study: str
    series: str | None = None
    instance: str | None = None
    frames: bool = False

    @property
    def template(self) -> str:
        """Return the path without its UIDs, as logs may hold it."""
        names = ("studies", self.study), ("series", self.series), ("instances", self.instance), ("frames", self.frames or None)
        return BASE + "".join(f"/{name}/*" for name, value in names if value is not None)


def is_uid(text: str) -> bool:
    """Tell whether a text is a DICOM UID (PS3.5 §9.1)."""
    return _UID.fullmatch(text) is not None


def read_path(path: str) -> Ressource:
    """Read the path of a request.

    Args:
        path: path of the request target, without its query, percent-decoded.

    Raises:
        RessourceInconnue: no service has this shape.
        AdresseIllisible: the shape is right and an identifier is not a UID.
    """
    if len(path) > MAX_PATH or not path.startswith(BASE + "/"):
        raise RessourceInconnue
    segments = path.removeprefix(BASE + "/").split("/")
    if len(segments) % 2 or len(segments) > 8 or tuple(segments[::2]) != ("studies", "series", "instances", "frames")[: len(segments) // 2]:
        raise RessourceInconnue
    uids = segments[1:6:2]
    if not all(map(is_uid, uids)) or (len(segments) == 8 and not _FRAMES.fullmatch(segments[7])):
        raise AdresseIllisible
    study, series, instance = (*uids, None, None, None)[:3]
    assert study is not None  # at least one pair of segments was read
    return Ressource(study, series, instance, frames=len(segments) == 8)
