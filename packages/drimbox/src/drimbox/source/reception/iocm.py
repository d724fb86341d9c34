# SPDX-FileCopyrightText: 2026 drimm contributors
# SPDX-License-Identifier: EUPL-1.2
"""Reading of a rejection note: a Key Object Selection whose title says why instances are rejected (IHE RAD, IOCM; DICOM PS3.16 CID 7011).

======  ==========================================  =====================================================================
Title   Meaning                                     What it asks of the pointer
======  ==========================================  =====================================================================
113001  rejected for quality reasons                these instances are shown to nobody outside
113037  rejected for patient safety reasons         the same, and urgent: wrong patient, wrong side
113038  incorrect modality worklist entry           the same: the right instances come as another study or another object
113039  data retention policy expired               the PACS no longer holds them
======  ==========================================  =====================================================================

Any other title is no rejection: key images, manifests.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from io import BytesIO

from pydicom.dataset import Dataset
from pydicom.filereader import read_dataset

from drimbox.socle.kos.elements import concept_of, items_of
from drimbox.socle.pacs.textes import texte_de
from drimbox.socle.pacs.uids import KEY_OBJECT_SELECTION, is_uid
from drimbox.source.reception.errors import NoteIllisible, NoteTropLongue

EXPLICIT, IMPLICIT = "1.2.840.10008.1.2.1", "1.2.840.10008.1.2"
MOTIFS = {"113001": "iocm.113001", "113037": "iocm.113037", "113038": "iocm.113038", "113039": "iocm.113039"}
# everything else is skipped, not read: a hostile sequence costs nothing there
_TAGS = [0x00080016, 0x00080018, 0x0040A043, 0x0040A375]
_ITEM = b"\xfe\xff\x00\xe0"


@dataclass(frozen=True, slots=True)
class Limites:
    """Bounds of one note.

    Attributes:
        octets: size of the data set.
        instances: rejected instances.
    """

    octets: int = 16 * 1024 * 1024
    instances: int = 20_000


LIMITES = Limites()


@dataclass(frozen=True, slots=True)
class Rejet:
    """What a note rejects in one study.

    Attributes:
        note_uid: SOPInstanceUID of the note.
        study_uid: StudyInstanceUID.
        motif: ``iocm.`` and the code of the title.
        instances: rejected SOPInstanceUIDs, in the order of the note.
    """

    note_uid: str
    study_uid: str
    motif: str
    instances: tuple[str, ...]


def read_note(data: bytes, *, syntax: str = EXPLICIT, limites: Limites = LIMITES) -> tuple[Rejet, ...]:
    """Read a Key Object Selection.

    Args:
        data: encoded data set, without preamble nor file meta information.
        syntax: its transfer syntax, explicit or implicit little endian.
        limites: bounds.

    Returns:
        One rejection per study; nothing when the object is no rejection note.

    Raises:
        NoteTropLongue: beyond the size.
        NoteIllisible: it is not a Key Object Selection that can be read, or rejects nothing.
    """
    if len(data) > limites.octets:
        raise NoteTropLongue
    # an instance is named once in the evidence and twice in the content; an empty item of eight bytes becomes an object of a kilobyte
    if data.count(_ITEM) > 4 * limites.instances + 1000:
        raise NoteIllisible("La note contient plus d'éléments qu'il n'en faut pour les instances admises.")
    try:
        note = read_dataset(BytesIO(data), is_implicit_VR=syntax == IMPLICIT, is_little_endian=True, specific_tags=_TAGS)
        return _read(note, limites)
    except NoteIllisible:
        raise
    except Exception as error:
        raise NoteIllisible from error


def _read(note: Dataset, limites: Limites) -> tuple[Rejet, ...]:
    if texte_de(note, "SOPClassUID") != KEY_OBJECT_SELECTION:
        raise NoteIllisible
    motif = MOTIFS.get(concept_of(note))
    if motif is None:
        return ()
    note_uid = _uid(texte_de(note, "SOPInstanceUID"))
    studies: dict[str, list[str]] = {}
    for count, (study, instance) in enumerate(_evidence(note), start=1):
        if count > limites.instances:
            raise NoteIllisible("La note rejette plus d'instances qu'il n'est admis.")
        studies.setdefault(study, []).append(instance)
    if not studies:
        raise NoteIllisible("La note ne désigne aucune instance.")
    return tuple(Rejet(note_uid, study, motif, tuple(dict.fromkeys(instances))) for study, instances in studies.items())


def _evidence(note: Dataset) -> Iterator[tuple[str, str]]:
    for study in items_of(note, "CurrentRequestedProcedureEvidenceSequence"):
        for series in items_of(study, "ReferencedSeriesSequence"):
            for instance in items_of(series, "ReferencedSOPSequence"):
                yield _uid(texte_de(study, "StudyInstanceUID")), _uid(texte_de(instance, "ReferencedSOPInstanceUID"))


def _uid(value: str) -> str:
    text = value.strip(" \x00")
    if not is_uid(text):
        raise NoteIllisible
    return text
