# SPDX-FileCopyrightText: 2026 drimm contributors
# SPDX-License-Identifier: EUPL-1.2
"""Whose images these are: what the head of an object says of its exam and of its patient, against what the KOS says."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from io import BytesIO

from pydicom.dataset import Dataset
from pydicom.filereader import read_dataset

from drimbox.socle.pacs.elements import DEFLATED, EXPLICIT_BE, IMPLICIT_LE, inflate
from drimbox.socle.pacs.identifiants import ObjetIllisible
from drimbox.socle.pacs.textes import texte_de
from drimbox.socle.personnes import OIDS_INS
from drimbox.source.admission.contenu import ExamenOuvert
from drimbox.source.admission.errors import AutrePatient, ObjetEtranger
from drimbox.source.partage.paths import Ressource
from drimbox.source.partage.recuperation import ObjetRecu

MAX_INFLATED = 16 << 20
_INS_ROOT = b"1.2.250.1.213.1.4."
_PATIENT_TAGS = [0x00100020, 0x00100021, 0x00100024, 0x00101002]
_AFTER_PATIENT = 0x00110000


@dataclass
class Controle:
    """The checks of one transfer.

    Attributes:
        ressource: what was asked.
        examen: what the KOS opens.
        left_out: objects of the exam that the KOS does not point to, and which were not sent.
    """

    ressource: Ressource
    examen: ExamenOuvert
    left_out: int = 0
    _patient: str | None = field(default=None, repr=False)

    def admits(self, objet: ObjetRecu) -> bool:
        """Tell whether an object may leave; one of the same exam that the KOS does not point to is left out.

        Raises:
            ObjetEtranger: it contradicts the KOS, or what was asked, on the exam or on the patient: nothing more may be believed.
            AutrePatient: the study was moved to another patient since its KOS was made.
            ObjetIllisible: its head cannot be read.
        """
        series, instance = objet.series_instance_uid, objet.sop_instance_uid
        self._check_exam(objet)
        if not self.examen.holds(series, instance):
            self.left_out += 1
            return False
        if self.examen.series[series][instance].sop_class_uid not in {"", objet.sop_class_uid}:
            raise ObjetEtranger
        self._check_patient(objet)
        return True

    def _check_exam(self, objet: ObjetRecu) -> None:
        asked = self.ressource
        same = objet.study_instance_uid == self.examen.lu.study_instance_uid
        same = same and asked.series in {None, objet.series_instance_uid} and asked.instance in {None, objet.sop_instance_uid}
        if not same or objet.header_instance_uid != objet.sop_instance_uid:
            raise ObjetEtranger

    def _check_patient(self, objet: ObjetRecu) -> None:
        """A study has one patient; an INS that its objects bear is that of the KOS, or this is not the exam that was published."""
        patient = objet.patient_id.strip()
        if self._patient is None:
            self._check_unmoved(objet)
            self._patient = patient
        if patient != self._patient:
            raise ObjetEtranger
        expected = self.examen.ins.value if self.examen.ins else None
        if expected and any(value[:15] != expected[:15] for value in ins_of(objet.entete, objet.transfer_syntax_uid)):
            raise ObjetEtranger

    def _check_unmoved(self, objet: ObjetRecu) -> None:
        """Compare the first object with the patient that the study had; the others are compared with the first one."""
        known = self.examen.patient
        if known is not None and known.is_contradicted_by(objet.patient_id, issuer_of(objet.entete, objet.transfer_syntax_uid)):
            raise AutrePatient


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
    if transfer_syntax == DEFLATED:
        entete = inflate(entete, MAX_INFLATED)
    if _INS_ROOT not in entete:
        return []  # nearly every image: its modality does not know the INS
    head = _patient_of(entete, transfer_syntax, inflated=True)
    try:
        return [value for item in (head, *head.get("OtherPatientIDsSequence", ())) for value in _qualified(item)]
    except Exception:  # noqa: BLE001 - pydicom raises whatever its input leads it to
        raise ObjetIllisible from None


def _patient_of(entete: bytes, transfer_syntax: str, *, inflated: bool = False) -> Dataset:
    if transfer_syntax == DEFLATED and not inflated:
        entete = inflate(entete, MAX_INFLATED)
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
