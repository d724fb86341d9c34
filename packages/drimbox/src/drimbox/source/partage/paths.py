# SPDX-FileCopyrightText: 2026 drimm contributors
# SPDX-License-Identifier: EUPL-1.2
"""What a path of the images door asks for (DICOM PS3.18 §10.4.1.1 retrieve, §10.6.1.1 search)."""

from __future__ import annotations

import re
from dataclasses import dataclass
from enum import StrEnum

from drimbox.source.admission.errors import AdresseIllisible, CadresIllisibles, RessourceInconnue

BASE = "/dicom-web-rs"
MAX_PATH = 6000
"""Enough for as many frames as may be asked, whose numbers have four digits."""

MAX_FRAMES = 1000
_UID = re.compile(r"(?=.{1,64}\Z)(0|[1-9][0-9]*)(\.(0|[1-9][0-9]*))*")
_FRAMES = re.compile(r"[1-9][0-9]{0,8}(,[1-9][0-9]{0,8})*")
_LEVELS = ("studies", "series", "instances")


class Forme(StrEnum):
    """In which form something is asked."""

    OBJETS = "objets"
    CADRES = "cadres"
    METADONNEES = "metadonnees"
    RENDU = "rendu"
    RECHERCHE = "recherche"


@dataclass(frozen=True, slots=True)
class Ressource:
    """What is asked: a study, one of its series, one of its instances, or frames of one; or a search.

    Attributes:
        study: StudyInstanceUID; None for a search that names none: there is one study, that of the KOS.
        series: SeriesInstanceUID, or None for the whole study.
        instance: SOPInstanceUID, or None for the whole series.
        frames: frames of that instance, from 1; empty for the whole instance.
        forme: objects, frames, metadata, a rendering or a search.
        level: for a search: ``studies``, ``series`` or ``instances``.
    """

    study: str | None
    series: str | None = None
    instance: str | None = None
    frames: tuple[int, ...] = ()
    forme: Forme = Forme.OBJETS
    level: str = ""

    @property
    def template(self) -> str:
        """Return the path without its UIDs, as logs may hold it."""
        names = ("studies", self.study), ("series", self.series), ("instances", self.instance), ("frames", self.frames or None)
        tail = {Forme.METADONNEES: "/metadata", Forme.RENDU: "/rendered", Forme.RECHERCHE: f"/{self.level}"}.get(self.forme, "")
        return BASE + "".join(f"/{name}/*" for name, value in names if value is not None) + tail


def is_uid(text: str) -> bool:
    """Tell whether a text is a DICOM UID (PS3.5 §9.1)."""
    return _UID.fullmatch(text) is not None


def read_path(path: str) -> Ressource:
    """Read the path of a request.

    Args:
        path: path of the request target, without its query, percent-decoded.

    Raises:
        RessourceInconnue: no service has this shape.
        AdresseIllisible: the shape is right and an identifier is not a UID, or the path is too long.
        CadresIllisibles: frames are no numbers, too many, or the same is asked twice.
    """
    if not path.startswith(BASE + "/"):
        raise RessourceInconnue
    if len(path) > MAX_PATH:
        raise AdresseIllisible("L'adresse demandée est trop longue.")
    segments = path.removeprefix(BASE + "/").split("/")
    if segments[-1] in _LEVELS and len(segments) % 2:
        return _search(segments)
    forme = {"metadata": Forme.METADONNEES, "rendered": Forme.RENDU}.get(segments[-1]) if len(segments) % 2 else Forme.OBJETS
    if forme is None:
        raise RessourceInconnue
    named = segments if forme is Forme.OBJETS else segments[:-1]
    if not 2 <= len(named) <= 8 or tuple(named[::2]) != (*_LEVELS, "frames")[: len(named) // 2]:
        raise RessourceInconnue
    study, series, instance = (*_uids(named[1:6:2]), None, None)[:3]
    frames = _read_frames(named[7]) if len(named) == 8 else ()
    return _allowed(Ressource(study, series, instance, frames, Forme.CADRES if frames and forme is Forme.OBJETS else forme))


def _allowed(ressource: Ressource) -> Ressource:
    """Metadata stop at the instance; one frame of one instance is rendered."""
    if ressource.forme is Forme.METADONNEES and ressource.frames:
        raise RessourceInconnue
    if ressource.forme is Forme.RENDU and (ressource.instance is None or len(ressource.frames) > 1):
        raise RessourceInconnue
    return ressource


def _search(segments: list[str]) -> Ressource:
    """Read ``studies``, ``series``, ``instances`` and those under a study or a series."""
    level, above = segments[-1], segments[:-1]
    if tuple(above[::2]) != _LEVELS[: len(above) // 2] or len(above) // 2 > _LEVELS.index(level):
        raise RessourceInconnue
    study, series = (*_uids(above[1::2]), None, None)[:2]
    return Ressource(study, series, forme=Forme.RECHERCHE, level=level)


def _uids(texts: list[str]) -> list[str]:
    if not all(map(is_uid, texts)):
        raise AdresseIllisible
    return texts


def _read_frames(text: str) -> tuple[int, ...]:
    if not _FRAMES.fullmatch(text):
        raise CadresIllisibles
    frames = tuple(map(int, text.split(",")))
    if len(frames) > MAX_FRAMES:
        raise CadresIllisibles("L'adresse demande trop de cadres à la fois.")
    if len(set(frames)) < len(frames):  # what is held once would be sent, and held, many times
        raise CadresIllisibles("L'adresse demande plusieurs fois le même cadre.")
    return frames
