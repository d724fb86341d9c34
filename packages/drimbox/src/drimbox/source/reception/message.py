# SPDX-FileCopyrightText: 2026 drimm contributors
# SPDX-License-Identifier: EUPL-1.2
"""What a DRIMbox takes from an HL7 v2 message that carries a report."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum

from drimbox.socle.personnes import Patient


class Intention(Enum):
    """What the RIS asks for its document."""

    NOUVEAU = "nouveau"
    REMPLACEMENT = "remplacement"
    SUPPRESSION = "suppression"


@dataclass(frozen=True, slots=True)
class EnTete:
    """The MSH segment: what is needed to answer and to recognise a repeated message."""

    sending_application: str
    sending_facility: str
    receiving_application: str
    receiving_facility: str
    message_type: str
    event: str
    control_id: str
    processing_id: str
    version: str

    @property
    def trigger(self) -> str:
        """Type and event, as ``ORU^R01``."""
        return f"{self.message_type}^{self.event}"


@dataclass(frozen=True, slots=True)
class MessageHl7:
    """A message that carries an imaging report.

    Attributes:
        en_tete: MSH.
        intention: what ORC-1, OBX-11 and the trigger agree on.
        patient: PID: INS, IPP and traits.
        compte_rendu: the CDA, decoded from base64 and nothing more.
        jumeau: the same report in another level of CDA, when an ORU carries both, or None.
        flags: codes of the visibility flags that are set, names of the volet (``INVISIBLE_REP_LEGAUX``…).
        depot_demande: False when DESTDMP is N.
        document_id: TXA-12 as a report writes its own id (``root`` or ``root^extension``), or None when it is no such id.
        remplace: TXA-13, likewise.
    """

    en_tete: EnTete
    intention: Intention
    patient: Patient | None
    compte_rendu: bytes
    jumeau: bytes | None
    flags: frozenset[str]
    depot_demande: bool
    document_id: str | None
    remplace: str | None

    def __repr__(self) -> str:
        return f"MessageHl7({self.en_tete.trigger})"
