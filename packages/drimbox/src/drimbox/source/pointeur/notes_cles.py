# SPDX-FileCopyrightText: 2026 drimm contributors
# SPDX-License-Identifier: EUPL-1.2
"""Reading of a key-image note (KIN): a Key Object Selection of the PACS in which somebody says which images matter, and why.

The pointer repeats it under each image that it names, so that who reads the pointer knows them before anything is brought (IHE RAD-68;
CI-SIS, volet IMG-KOS). Titles of PS3.16 CID 7010 that are a remark on images; manifests and rejections are Key Object Selections too, and
are no remark.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from io import BytesIO

from pydicom.dataset import Dataset
from pydicom.filereader import read_dataset

from drimbox.socle.kos.elements import concept_of, items_of, stripped
from drimbox.socle.pacs.model import EtudePacs
from drimbox.socle.pacs.textes import texte_de
from drimbox.socle.pacs.uids import KEY_OBJECT_SELECTION, is_loose_uid

EXPLICIT, IMPLICIT = "1.2.840.10008.1.2.1", "1.2.840.10008.1.2"
DESCRIPTION = "113012"
TITRES = {
    "113000": "Of Interest",
    "113002": "For Referring Provider",
    "113003": "For Surgery",
    "113004": "For Teaching",
    "113005": "For Conference",
    "113006": "For Therapy",
    "113007": "For Patient",
    "113008": "For Peer Review",
    "113009": "For Research",
    "113010": "Quality Issue",
    "113013": "Best In Set",
    "113018": "For Printing",
    "113020": "For Report Attachment",
    "113021": "For Litigation",
}
_TAGS = [0x00080005, 0x00080016, 0x00080018, 0x00100020, 0x0020000D, 0x0020000E, 0x0040A043, 0x0040A375, 0x0040A730]
_ITEM = b"\xfe\xff\x00\xe0"


@dataclass(frozen=True, slots=True)
class LimitesNote:
    """Bounds of the notes of one study.

    Attributes:
        notes: how many are read.
        octets: size of one.
        images: images that one names.
        caracteres: of its description.
        secondes: time given to the PACS for all of them.
    """

    notes: int = 32
    octets: int = 1024 * 1024
    images: int = 2_000
    caracteres: int = 1_024
    secondes: float = 20.0


LIMITES = LimitesNote()


class NoteCleIllisible(ValueError):
    """What the PACS gave is no Key Object Selection of this study that can be read."""


@dataclass(frozen=True, slots=True)
class NoteCle:
    """One key-image note.

    Attributes:
        sop_instance_uid: of the note.
        series_instance_uid: of its series.
        titre: code of its title (DCM).
        description: what its author wrote; may be empty.
        images: SOPInstanceUIDs that it names in this study.
    """

    sop_instance_uid: str
    series_instance_uid: str
    titre: str
    description: str
    images: frozenset[str]

    def __repr__(self) -> str:
        return f"NoteCle({self.sop_instance_uid})"


def notes_in(etude: EtudePacs) -> tuple[tuple[str, str], ...]:
    """Return the series and the UID of the Key Object Selections of a study."""
    return tuple(
        (serie.series_instance_uid, instance.sop_instance_uid)
        for serie in etude.series
        for instance in serie.instances
        if instance.sop_class_uid == KEY_OBJECT_SELECTION
    )


def read_note_cle(data: bytes, etude: EtudePacs, *, syntax: str = EXPLICIT, limites: LimitesNote = LIMITES) -> NoteCle | None:
    """Read a Key Object Selection of a study.

    Args:
        data: encoded data set, without preamble nor file meta information.
        etude: the study as the PACS describes it.
        syntax: explicit or implicit little endian.
        limites: bounds.

    Returns:
        The note, or None when the object is no remark on images of this study.

    Raises:
        NoteCleIllisible: it cannot be read, or is of another study or patient.
    """
    # an image is named once in the evidence and twice in the content; an empty item of eight bytes becomes an object of a kilobyte
    if len(data) > limites.octets or data.count(_ITEM) > 4 * limites.images + 1000:
        raise NoteCleIllisible
    try:
        note = read_dataset(BytesIO(data), is_implicit_VR=syntax == IMPLICIT, is_little_endian=True, specific_tags=_TAGS)
        return _read(note, etude, limites)
    except NoteCleIllisible:
        raise
    except Exception as error:  # pydicom raises struct.error, RecursionError and others on hostile bytes
        raise NoteCleIllisible from error


def _read(note: Dataset, etude: EtudePacs, limites: LimitesNote) -> NoteCle | None:
    uid, series = stripped(note, "SOPInstanceUID"), stripped(note, "SeriesInstanceUID")
    if stripped(note, "SOPClassUID") != KEY_OBJECT_SELECTION or not is_loose_uid(uid) or not is_loose_uid(series):
        raise NoteCleIllisible
    if stripped(note, "StudyInstanceUID") != etude.study_instance_uid or stripped(note, "PatientID") not in {"", etude.patient_id}:
        raise NoteCleIllisible  # its text would speak of somebody else
    titre = concept_of(note)
    held = {instance.sop_instance_uid for serie in etude.series for instance in serie.instances} - {uid}
    images = frozenset(_references(note)) & held
    if titre not in TITRES or not images:
        return None
    if len(images) > limites.images:
        raise NoteCleIllisible
    return NoteCle(uid, series, titre, _description(note)[: limites.caracteres].rstrip(), images)


def _references(note: Dataset) -> Iterator[str]:
    """Yield what the content names: the evidence may list more, such as the presentation state under which an image is shown."""
    for item in items_of(note, "ContentSequence"):
        for reference in items_of(item, "ReferencedSOPSequence"):
            yield stripped(reference, "ReferencedSOPInstanceUID")


def _description(note: Dataset) -> str:
    for item in items_of(note, "ContentSequence"):
        if stripped(item, "ValueType") == "TEXT" and concept_of(item) == DESCRIPTION:
            return " ".join("".join(c if c.isprintable() else " " for c in texte_de(item, "TextValue")).split())
    return ""
