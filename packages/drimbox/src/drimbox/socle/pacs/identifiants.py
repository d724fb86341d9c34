# SPDX-FileCopyrightText: 2026 drimm contributors
# SPDX-License-Identifier: EUPL-1.2
"""What an encoded data set says it is. Only its head is read, its bytes stay as they are.

Both sides of a transfer ask: the one that sends checks that the PACS gave objects of the study, the one that receives that the source did.
"""

from __future__ import annotations

import zlib
from dataclasses import dataclass
from io import BytesIO

from pydicom.dataset import Dataset
from pydicom.filereader import read_dataset

from confiance.errors import PeerError
from drimbox.socle.pacs.textes import texte_de

_IMPLICIT_LE, _EXPLICIT_BE, _DEFLATED = "1.2.840.10008.1.2", "1.2.840.10008.1.2.2", "1.2.840.10008.1.2.1.99"
_SOP_CLASS, _SOP_INSTANCE, _STUDY, _SERIES = 0x00080016, 0x00080018, 0x0020000D, 0x0020000E
_TAGS = [_SOP_CLASS, _SOP_INSTANCE, _STUDY, _SERIES]
_KEYWORDS = ("SOPClassUID", "SOPInstanceUID", "StudyInstanceUID", "SeriesInstanceUID")
_MAX_INFLATED = 256 * 1024


class ObjetIllisible(PeerError):
    """The head of a data set cannot be read."""

    code = "pacs.objet_illisible"
    message = "Un objet DICOM est illisible."
    remede = "Consulter cet examen sur le PACS et le renvoyer depuis la modalité."
    clause = "DICOM PS3.5 §7"


@dataclass(frozen=True, slots=True)
class Identifiants:
    """UIDs of one object; an absent one is an empty text."""

    sop_class: str
    sop_instance: str
    study: str
    series: str


def read_identifiants(dataset: bytes, transfer_syntax: str) -> Identifiants:
    """Read the UIDs of an encoded data set.

    Args:
        dataset: without preamble nor file meta information.
        transfer_syntax: of the data set.

    Raises:
        ObjetIllisible: the data set does not follow its syntax.
    """
    try:
        data = zlib.decompressobj(-zlib.MAX_WBITS).decompress(dataset, _MAX_INFLATED) if transfer_syntax == _DEFLATED else dataset
        implicit, little = transfer_syntax == _IMPLICIT_LE, transfer_syntax != _EXPLICIT_BE
        head: Dataset = read_dataset(BytesIO(data), implicit, little, stop_when=_is_after, specific_tags=_TAGS)
        sop_class, sop_instance, study, series = (texte_de(head, keyword) for keyword in _KEYWORDS)
    except Exception:  # noqa: BLE001 - pydicom raises whatever its input leads it to
        raise ObjetIllisible from None
    return Identifiants(sop_class, sop_instance, study, series)


def _is_after(tag: int, _vr: str | None, _length: int) -> bool:
    return int(tag) > _SERIES
