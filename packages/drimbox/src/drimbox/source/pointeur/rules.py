# SPDX-FileCopyrightText: 2026 drimm contributors
# SPDX-License-Identifier: EUPL-1.2
"""Pure rules of the pointer: how things are named, and which objects are images."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from uuid import UUID, uuid4

from pydicom.uid import UID

from drimbox.socle.dmp.vocabulary import VISIBILITY_OF_FLAG
from drimbox.socle.pacs.model import EtudePacs

VISIBILITES = frozenset({"MASQUE_PS", "INVISIBLE_PATIENT", "INVISIBLE_REP_LEGAUX"})
"""HL7 flags that say from whom a document is hidden."""
MODIF_CONF_CODE = "MODIF_CONF_CODE"
"""Says that a message changes who may see what is published already (CI-SIS, volet Transmission d'un document CDA-R2 en HL7v2)."""
MANIFEST = "113030"
FIRST_INSTANCE_NUMBER = 1
MAX_DIGITS = 9
"""Of a version number: beyond, it counts nothing."""

# Storage classes that hold pixels to be shown and whose name does not say "Image Storage".
_IMAGES_BY_NAME = ("Volume Storage", "Segmentation Storage", "Parametric Map Storage", "Multi-frame Image Storage")


@dataclass(frozen=True, slots=True)
class Edition:
    """What orders two reports of one exam.

    Attributes:
        rang: of the message, in the order in which messages were kept.
        set_id: setId of the report, or None.
        version: versionNumber, as the report writes it, or None.
    """

    rang: int
    set_id: str | None = None
    version: str | None = None

    @property
    def number(self) -> int | None:
        """The version as a number; None when it is none."""
        text = self.version or ""
        return int(text) if text.isascii() and text.isdigit() and len(text) <= MAX_DIGITS else None


def is_older(new: Edition, known: Edition, *, replaces: bool) -> bool:
    """Tell whether a report is older than the one that its exam follows.

    Versions of one set decide; where they say nothing, the order of the messages does, unless the new report names the one it replaces.

    Args:
        new: the report that comes.
        known: the one that the exam follows.
        replaces: the new one says that it replaces the known one.
    """
    if new.set_id and new.set_id == known.set_id and None not in {new.number, known.number} and new.number != known.number:
        return (new.number or 0) < (known.number or 0)
    return not replaces and new.rang < known.rang


def hidden_by(codes: Iterable[str]) -> list[str]:
    """Return the flags that confidentiality codes of the DMP stand for."""
    given = frozenset(codes)
    return sorted(flag for flag in VISIBILITES if VISIBILITY_OF_FLAG[flag].code in given)


def new_uid(source: UUID | None = None) -> str:
    """Return a UID under 2.25, from a random UUID (DICOM PS3.5 annex B.2): nobody has to manage a root."""
    return f"2.25.{(source or uuid4()).int}"


def retrieve_url(db: str, study_uid: str, series_uid: str) -> str:
    """Return the address of a series, for ever: it names the couple, never a machine (CI-SIS volet IMG-KOS, RetrieveURL)."""
    return f"https://{db}/dicom-web-rs/studies/{study_uid}/series/{series_uid}"


def is_image(sop_class_uid: str) -> bool:
    """Tell whether objects of this SOP class are referenced as IMAGE; all others are COMPOSITE (PS3.3 C.18.3 and C.18.4)."""
    name = UID(sop_class_uid).name
    return "Image Storage" in name or any(end in name for end in _IMAGES_BY_NAME)


def without(etude: EtudePacs, rejected: frozenset[str]) -> EtudePacs:
    """Return a study without the instances that its PACS rejected; a series left empty goes too (IHE IOCM, RAD TF-2 §4.66).

    Args:
        etude: as the PACS describes it: it may still show what it rejected.
        rejected: SOPInstanceUIDs.
    """
    kept = [replace(serie, instances=tuple(i for i in serie.instances if i.sop_instance_uid not in rejected)) for serie in etude.series]
    return replace(etude, series=tuple(serie for serie in kept if serie.instances))


def may_speak(sender: str, author: str, *, known: frozenset[str], served: frozenset[str], db: str) -> bool:
    """Tell whether a RIS may replace, withdraw or cancel an exam.

    The RIS that made it may. When that one has left the settings (another software took its place), any RIS of the same couple may.

    Args:
        sender: name of the RIS that speaks.
        author: name of the RIS whose report made the exam; empty when it was not known by a name.
        known: names of the settings.
        served: db names of the couples of the sender.
        db: db name of the exam; empty as long as its images were not found.
    """
    return sender == author or (author not in known and (not db or db in served))
