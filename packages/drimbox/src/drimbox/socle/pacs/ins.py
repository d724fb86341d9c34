# SPDX-FileCopyrightText: 2026 drimm contributors
# SPDX-License-Identifier: EUPL-1.2
"""Whose images these are, by what the head of an object says.

Both sides of a transfer ask: the source before an image leaves, the consommatrice before it is filed under its own patient.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from io import BytesIO

from pydicom.dataset import Dataset
from pydicom.filereader import read_dataset

from drimbox.socle.pacs.elements import EXPLICIT_BE, IMPLICIT_LE
from drimbox.socle.pacs.identifiants import ObjetIllisible
from drimbox.socle.pacs.textes import texte_de
from drimbox.socle.personnes import OIDS_INS

_INS_ROOT = b"1.2.250.1.213.1.4."
_PATIENT_TAGS = [0x00100020, 0x00100021, 0x00100024, 0x00101002]
_AFTER_PATIENT = 0x00110000
_INS_CHARACTERS = 15  # an INS may be written with the two of its key, or without


def bears_another(expected: str, borne: Iterable[str]) -> bool:
    """Tell whether one of the INS that an object bears is not that of its exam; one that bears none contradicts nothing.

    Args:
        expected: INS of the KOS.
        borne: what :func:`ins_of` found.
    """
    return any(value[:_INS_CHARACTERS] != expected[:_INS_CHARACTERS] for value in borne)


def issuer_of(entete: bytes, transfer_syntax: str) -> str:
    """Return the IssuerOfPatientID of a head; an empty text when it has none.

    Raises:
        ObjetIllisible: it cannot be read.
    """
    return texte_de(_patient_of(entete, transfer_syntax), "IssuerOfPatientID").strip()


def ins_of(entete: bytes, transfer_syntax: str) -> list[str]:
    """Return every INS that a head bears: values that an authority of the INS qualifies.

    Raises:
        ObjetIllisible: it says that there is one and cannot be read.
    """
    if _INS_ROOT not in entete:
        return []  # nearly every image: its modality does not know the INS
    head = _patient_of(entete, transfer_syntax)
    try:
        return [value for item in (head, *head.get("OtherPatientIDsSequence", ())) for value in _qualified(item)]
    except Exception:  # noqa: BLE001 - pydicom raises whatever its input leads it to
        raise ObjetIllisible from None


def _patient_of(entete: bytes, transfer_syntax: str) -> Dataset:
    implicit, little = transfer_syntax == IMPLICIT_LE, transfer_syntax != EXPLICIT_BE
    try:
        head: Dataset = read_dataset(
            BytesIO(entete), implicit, little, stop_when=lambda tag, *_: int(tag) >= _AFTER_PATIENT, specific_tags=_PATIENT_TAGS
        )
    except Exception:  # noqa: BLE001 - pydicom raises whatever its input leads it to
        raise ObjetIllisible from None
    return head


def _qualified(item: Dataset) -> Iterator[str]:
    qualifiers = item.get("IssuerOfPatientIDQualifiersSequence") or ()
    if any(texte_de(part, "UniversalEntityID").strip() in OIDS_INS for part in qualifiers):
        yield texte_de(item, "PatientID").strip()
