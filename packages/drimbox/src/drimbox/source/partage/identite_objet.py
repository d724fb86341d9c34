# SPDX-FileCopyrightText: 2026 drimm contributors
# SPDX-License-Identifier: EUPL-1.2
"""Whose images these are: what the head of an object says of its exam and of its patient, against what the KOS says."""

from __future__ import annotations

from dataclasses import dataclass, field

from drimbox.socle.pacs.ins import bears_another, ins_of, issuer_of
from drimbox.source.admission.contenu import ExamenOuvert
from drimbox.source.admission.errors import AutrePatient, ObjetEtranger, PacsEnErreur
from drimbox.source.partage.entrees import ObjetRecu
from drimbox.source.partage.paths import Ressource


@dataclass
class Controle:
    """The checks of one transfer.

    Attributes:
        ressource: what was asked.
        examen: what the KOS opens.
        left_out: objects of the exam that the KOS does not point to, and which were not sent.
        admitted: SOPInstanceUID of those that may leave, or have left.
    """

    ressource: Ressource
    examen: ExamenOuvert
    left_out: int = 0
    admitted: set[str] = field(default_factory=set, repr=False)
    _patient: str | None = field(default=None, repr=False)

    def admits(self, objet: ObjetRecu) -> bool:
        """Tell whether an object may leave: one that the KOS points to, the first time that it comes.

        Args:
            objet: its head, inflated if it was deflated.

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
        pointed = self.examen.series[series][instance]
        if pointed.sop_class_uid not in {"", objet.sop_class_uid}:
            raise ObjetEtranger
        self._check_patient(objet)
        if instance in self.admitted:
            return False
        self.admitted.add(pointed.sop_instance_uid)  # the text of the KOS, which all its transfers share
        return True

    def check_all_came(self) -> None:
        """Check, once the PACS has said everything, that nothing the KOS points to is missing.

        The PACS counts the objects it sent; which series it says they are of, it does not know that this matters.

        Raises:
            PacsEnErreur: an instance did not come, or came under another series.
        """
        if len(self.admitted) < len(self._pointed()):
            raise PacsEnErreur

    def _pointed(self) -> frozenset[str]:
        if self.ressource.instance is not None:
            return frozenset({self.ressource.instance})
        if self.ressource.series is not None:
            return frozenset(self.examen.series[self.ressource.series])
        return frozenset().union(*self.examen.series.values())

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
        if expected and bears_another(expected, ins_of(objet.entete, objet.transfer_syntax_uid)):
            raise ObjetEtranger

    def _check_unmoved(self, objet: ObjetRecu) -> None:
        """Compare the first object with the patient that the study had; the others are compared with the first one."""
        known = self.examen.patient
        if known is not None and known.is_contradicted_by(objet.patient_id, issuer_of(objet.entete, objet.transfer_syntax_uid)):
            raise AutrePatient
