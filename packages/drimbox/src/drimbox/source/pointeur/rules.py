# SPDX-FileCopyrightText: 2026 drimm contributors
# SPDX-License-Identifier: EUPL-1.2
"""Pure rules of the pointer: how things are named, and which objects are images."""

from __future__ import annotations

from uuid import UUID, uuid4

from pydicom.uid import UID

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
