# SPDX-FileCopyrightText: 2026 drimm contributors
# SPDX-License-Identifier: EUPL-1.2
"""The two sequences of a KOS that hold an item per object of the study, written as bytes in Explicit VR Little Endian.

An item is two to four elements that never vary. As objects of pydicom, those of 1,300 images cost ten times the C-FIND that describes
them; as bytes, a few milliseconds.
"""

from __future__ import annotations

import struct
from collections.abc import Iterator, Sequence
from functools import lru_cache

from pydicom.charset import convert_encodings
from pydicom.dataelem import RawDataElement
from pydicom.dataset import Dataset
from pydicom.filebase import DicomBytesIO
from pydicom.filewriter import write_sequence_item
from pydicom.tag import Tag

from drimbox.socle.pacs.model import EtudePacs, InstancePacs, SeriePacs
from drimbox.source.pointeur.errors import KosImpossible
from drimbox.source.pointeur.notes_cles import TITRES, NoteCle
from drimbox.source.pointeur.rules import is_image, retrieve_url
from drimbox.source.pointeur.valeurs import check_value

EVIDENCE, CONTENT = 0x0040A375, 0x0040A730
KNOWN_CLASSES = 256
_ITEM = 0xFFFEE000
_LONG = frozenset({"SQ", "UR", "UT"})
_PAD = {"UI": b"\x00"}


def put_references(document: Dataset, etude: EtudePacs, *, db: str, notes: Sequence[NoteCle] = ()) -> None:
    """Write every object of a study in the evidence and in the content of a KOS, in the place of what they hold.

    Args:
        document: KOS whose content begins with its description. It can be written afterwards, in Explicit VR Little Endian only.
        etude: the study in the PACS.
        db: db name that serves this PACS.
        notes: key-image notes of the study, whose texts the charset of the document can hold.

    Raises:
        ValeurHorsNorme: a value cannot be written in its DICOM attribute.
        KosImpossible: the PACS leaves out what names a series or an object.
    """
    charset = document.SpecificCharacterSet
    description = _written(document.ContentSequence[0], charset)
    _put(document, EVIDENCE, _evidence(etude, db, _remarks(notes, charset)))
    _put(document, CONTENT, description + b"".join(_reference(instance) for serie in etude.series for instance in serie.instances))
    document.set_original_encoding(False, True, convert_encodings(charset))  # lets pydicom write the two as they are


def _written(item: Dataset, charset: str) -> bytes:
    buffer = DicomBytesIO()
    buffer.is_implicit_VR, buffer.is_little_endian = False, True
    write_sequence_item(buffer, item, [charset])
    return buffer.getvalue()


def _put(document: Dataset, tag: int, value: bytes) -> None:
    document[tag] = RawDataElement(Tag(tag), "SQ", len(value), value, 0, is_implicit_VR=False, is_little_endian=True)


def _evidence(etude: EtudePacs, db: str, remarks: dict[str, bytes]) -> bytes:
    """One item, the study: an item per series, an item per object. An object that is told twice is evidence once."""
    series: dict[str, SeriePacs] = {}
    objects: dict[str, list[bytes]] = {}
    seen: set[str] = set()
    for serie in etude.series:
        for instance in serie.instances:
            if instance.sop_instance_uid not in seen:
                seen.add(instance.sop_instance_uid)
                series[serie.series_instance_uid] = serie
                objects.setdefault(serie.series_instance_uid, []).append(
                    _item(_object(instance, remarks.get(instance.sop_instance_uid, b"")))
                )
    urls = {uid: retrieve_url(db, etude.study_instance_uid, uid) for uid in objects}
    items = b"".join(_series(series[uid], b"".join(found), urls[uid]) for uid, found in objects.items())
    return _item(_element(0x00081115, "SQ", items) + _element(0x0020000D, "UI", etude.study_instance_uid.encode()))


def _series(serie: SeriePacs, objects: bytes, url: str) -> bytes:
    if not serie.series_instance_uid:
        raise KosImpossible("Le PACS décrit une série sans dire son UID.")
    check_value("SeriesInstanceUID", "UI", serie.series_instance_uid)
    check_value("RetrieveURL", "UR", url)
    elements = [
        _element(0x00081190, "UR", url.encode()),
        _element(0x00081199, "SQ", objects),
        _element(0x0020000E, "UI", serie.series_instance_uid.encode()),
        *_number(0x00200011, "SeriesNumber", serie.number),
    ]
    return _item(b"".join(elements))


def _remarks(notes: Sequence[NoteCle], charset: str) -> dict[str, bytes]:
    """Return, for each image that notes name, the sequence that goes into its item of the evidence: one item per note."""
    items: dict[str, list[bytes]] = {}
    for note in notes:
        item = _remark(note, charset)
        for uid in note.images:
            items.setdefault(uid, []).append(item)
    return {uid: _element(0x00081199, "SQ", b"".join(found)) for uid, found in items.items()}


def _remark(note: NoteCle, charset: str) -> bytes:
    """As the official sample of a manifest with key images writes it: the note, its series, its title, its text."""
    title = (
        _element(0x00080100, "SH", note.titre.encode())
        + _element(0x00080102, "SH", b"DCM")
        + _element(0x00080104, "LO", TITRES[note.titre].encode())
    )
    elements = [
        _element(0x00081155, "UI", note.sop_instance_uid.encode()),
        _element(0x0020000E, "UI", note.series_instance_uid.encode()),
        _element(0x0040A043, "SQ", _item(title)),
    ]
    if note.description:
        text = note.description.encode(convert_encodings(charset)[0])
        elements.append(_element(CONTENT, "SQ", _item(_element(0x0040A160, "UT", text))))
    return _item(b"".join(elements))


def _object(instance: InstancePacs, remarks: bytes) -> bytes:
    frames = instance.frames if instance.frames is not None and instance.frames > 1 else None
    return b"".join(
        (
            _uids(instance),
            remarks,
            *_number(0x00200013, "InstanceNumber", instance.number),
            *_number(0x00280008, "NumberOfFrames", frames),
        )
    )


def _reference(instance: InstancePacs) -> bytes:
    """An item of the content: contained, an image or another composite, no concept name."""
    return _item(
        _element(0x00081199, "SQ", _item(_uids(instance)))
        + _element(0x0040A010, "CS", b"CONTAINS")
        + _element(0x0040A040, "CS", _value_type(instance.sop_class_uid))
    )


@lru_cache(KNOWN_CLASSES)
def _value_type(sop_class_uid: str) -> bytes:
    return b"IMAGE" if is_image(sop_class_uid) else b"COMPOSITE"


def _uids(instance: InstancePacs) -> bytes:
    if not instance.sop_class_uid or not instance.sop_instance_uid:
        raise KosImpossible("Le PACS décrit une instance sans dire son UID ou sa classe.")
    check_value("ReferencedSOPClassUID", "UI", instance.sop_class_uid)
    check_value("ReferencedSOPInstanceUID", "UI", instance.sop_instance_uid)
    return _element(0x00081150, "UI", instance.sop_class_uid.encode()) + _element(0x00081155, "UI", instance.sop_instance_uid.encode())


def _number(tag: int, keyword: str, value: int | None) -> Iterator[bytes]:
    if value is not None:
        check_value(keyword, "IS", str(value))
        yield _element(tag, "IS", str(value).encode())


def _item(content: bytes) -> bytes:
    return struct.pack("<HHI", _ITEM >> 16, _ITEM & 0xFFFF, len(content)) + content


def _element(tag: int, vr: str, value: bytes) -> bytes:
    value += _PAD.get(vr, b" ") * (len(value) % 2)
    if vr in _LONG:
        return struct.pack("<HH2sHI", tag >> 16, tag & 0xFFFF, vr.encode(), 0, len(value)) + value
    return struct.pack("<HH2sH", tag >> 16, tag & 0xFFFF, vr.encode(), len(value)) + value
