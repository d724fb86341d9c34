# SPDX-FileCopyrightText: 2026 drimm contributors
# SPDX-License-Identifier: EUPL-1.2
"""Pure rules of the pointer: how things are named, and which objects are images."""

from __future__ import annotations

from dataclasses import replace
from uuid import UUID, uuid4

from pydicom.uid import UID

from drimbox.socle.pacs.model import EtudePacs

MANIFEST = "113030"
FIRST_INSTANCE_NUMBER = 1

# Storage classes that hold pixels to be shown and whose name does not say "Image Storage".
_IMAGES_BY_NAME = ("Volume Storage", "Segmentation Storage", "Parametric Map Storage", "Multi-frame Image Storage")


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
