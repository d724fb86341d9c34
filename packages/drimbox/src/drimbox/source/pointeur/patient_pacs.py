# SPDX-FileCopyrightText: 2026 drimm contributors
# SPDX-License-Identifier: EUPL-1.2
"""The patient of a study in its PACS, on the day when its KOS was made. Pure.

A PACS may move a study to another patient afterwards: a merge, a correction, a mistake. The KOS goes on naming the first one. What the
images say when they are read is compared with what is kept here, and images of another patient stay where they are.
"""

from __future__ import annotations

from dataclasses import dataclass

from drimbox.socle.pacs.model import EtudePacs

_BETWEEN = "\x1f"


@dataclass(frozen=True, slots=True)
class PatientPacs:
    """A local patient number.

    Attributes:
        identifiant: PatientID.
        autorite: IssuerOfPatientID, or an empty text.
    """

    identifiant: str
    autorite: str = ""

    @classmethod
    def of(cls, etude: EtudePacs) -> PatientPacs:
        """Return the patient of a study as its PACS described it."""
        return cls(etude.patient_id.strip(), etude.issuer_of_patient_id.strip())

    @classmethod
    def decode(cls, data: bytes) -> PatientPacs:
        """Read what :meth:`encode` wrote."""
        identifiant, _, autorite = data.decode("utf-8").partition(_BETWEEN)
        return cls(identifiant, autorite)

    def encode(self) -> bytes:
        """Return bytes to be sealed."""
        return f"{self.identifiant}{_BETWEEN}{self.autorite}".encode()

    def is_contradicted_by(self, identifiant: str, autorite: str) -> bool:
        """Tell whether an object names another patient.

        Letters beyond ASCII are left out of both sides: the answer to a question and the head of an object need not have one character set.

        Args:
            identifiant: PatientID of the object; an object without any is not this patient's.
            autorite: its IssuerOfPatientID; compared when both sides name one.
        """
        if not _plain(self.identifiant):
            return False  # the PACS never said who it was
        if _plain(identifiant) != _plain(self.identifiant):
            return True
        ours, theirs = _plain(self.autorite), _plain(autorite)
        return bool(ours and theirs) and ours != theirs

    def __repr__(self) -> str:
        return "PatientPacs(…)"


def _plain(text: str) -> str:
    return "".join(character for character in text if " " < character <= "~")
