# SPDX-FileCopyrightText: 2026 drimm contributors
# SPDX-License-Identifier: EUPL-1.2
"""From one received part to one object fit for the PACS (DICOM PS3.10 §7).

Only the file meta header and the identifiers of the data set are read; the data set goes on untouched.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field

from drimbox.conso.rapatriement.errors import AutrePatient, ObjetRefuse
from drimbox.socle.pacs.identifiants import ObjetIllisible, read_identifiants
from drimbox.socle.pacs.ins import bears_another, ins_of
from drimbox.socle.pacs.model import ObjetDicom

LOSSLESS_FIRST: tuple[tuple[str, str], ...] = (
    ("1.2.840.10008.1.2.4.70", "0.9"),
    ("1.2.840.10008.1.2.4.80", "0.8"),
    ("1.2.840.10008.1.2.4.91", "0.6"),
    ("1.2.840.10008.1.2.4.50", "0.5"),
    ("1.2.840.10008.1.2.4.51", "0.5"),
    ("1.2.840.10008.1.2.4.100", "0.5"),
    ("1.2.840.10008.1.2.4.101", "0.5"),
    ("1.2.840.10008.1.2.4.102", "0.5"),
    ("1.2.840.10008.1.2.4.103", "0.5"),
    ("1.2.840.10008.1.2.1", "0.4"),
)
"""The ten transfer syntaxes of the mesh with the weights of the lossless profile (CI-SIS, official request samples)."""

_PREAMBLE = 128
_MAX_META = 64 * 1024
_LONG_VR = frozenset({b"OB", b"OW", b"UN", b"SQ", b"UT", b"OF", b"OD", b"OL", b"UC", b"UR"})
_META_SOP_INSTANCE, _META_SYNTAX = (2, 3), (2, 0x10)


@dataclass(frozen=True, slots=True)
class Attendu:
    """What the KOS says of one series.

    Attributes:
        study: StudyInstanceUID.
        series: SeriesInstanceUID.
        instances: SOP Instance UID → SOP Class UID.
        ins: INS of its patient; empty when the KOS has none.
    """

    study: str
    series: str
    instances: dict[str, str]
    ins: str = field(default="", repr=False)


def accept_lines() -> str:
    """Return the Accept header of a request for images."""
    template = 'multipart/related; type="application/dicom";transfer-syntax={};q={}'
    return ",".join(template.format(syntax, quality) for syntax, quality in LOSSLESS_FIRST)


def read_object(data: bytes, attendu: Attendu) -> ObjetDicom:
    """Check that a received part is an object of the series, and return it.

    Raises:
        ObjetRefuse: not a DICOM file, a syntax nobody asked for, or an object that the KOS does not name in this series.
        AutrePatient: it bears the INS of somebody else.
    """
    meta, start = _read_meta(data)
    syntax = meta.get(_META_SYNTAX, "")
    if syntax not in dict(LOSSLESS_FIRST):
        raise ObjetRefuse("Un objet reçu est dans une syntaxe de transfert qui n'a pas été demandée.")
    dataset = data[start:]
    try:
        found, borne = read_identifiants(dataset, syntax), ins_of(dataset, syntax)
    except ObjetIllisible:
        raise ObjetRefuse("Un objet reçu n'est pas un fichier DICOM lisible.") from None
    expected_class = attendu.instances.get(found.sop_instance)
    if expected_class is None or (found.study, found.series) != (attendu.study, attendu.series):
        raise ObjetRefuse("Un objet reçu n'est pas de la série que cite le KOS.")
    if found.sop_class != expected_class or meta.get(_META_SOP_INSTANCE) != found.sop_instance:
        raise ObjetRefuse("Un objet reçu se contredit sur son identité.")
    if attendu.ins and bears_another(attendu.ins, borne):
        raise AutrePatient
    return ObjetDicom(expected_class, found.sop_instance, syntax, dataset)


def _read_meta(data: bytes) -> tuple[dict[tuple[int, int], str], int]:
    """Return the texts of the file meta header and where the data set starts."""
    if data[_PREAMBLE : _PREAMBLE + 4] != b"DICM":
        raise ObjetRefuse("Un objet reçu n'est pas un fichier DICOM.")
    values: dict[tuple[int, int], str] = {}
    position = _PREAMBLE + 4
    for tag, value, after in _elements(data, position):
        position = after
        values[tag] = value.rstrip(b"\0 ").decode("ascii", "replace") if len(value) <= 64 else ""
    return values, position


def _elements(data: bytes, position: int) -> Iterator[tuple[tuple[int, int], bytes, int]]:
    """Yield (tag, value, position after) of the elements of group 0002, always explicit little endian."""
    end = min(len(data), position + _MAX_META)
    while position + 12 <= end and data[position : position + 2] == b"\x02\x00":
        vr = data[position + 4 : position + 6]
        head, size = (12, 4) if vr in _LONG_VR else (8, 2)
        length = int.from_bytes(data[position + head - size : position + head], "little")
        after = position + head + length
        if after > end:
            raise ObjetRefuse("L'en-tête d'un objet reçu est trop long ou tronqué.")
        yield (2, int.from_bytes(data[position + 2 : position + 4], "little")), data[position + head : position + head + length], after
        position = after
