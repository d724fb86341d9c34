# SPDX-FileCopyrightText: 2026 drimm contributors
# SPDX-License-Identifier: EUPL-1.2
"""What is a DICOM UID, for what we publish and for what others published; the UID that several rooms name."""

from __future__ import annotations

import re

KEY_OBJECT_SELECTION = "1.2.840.10008.5.1.4.1.1.88.59"

_UID = re.compile(r"(?!.{65})(0|[1-9][0-9]*)(\.(0|[1-9][0-9]*))+")
_LOOSE = re.compile(r"(?!.{65})[0-9]+(\.[0-9]+)*")


def is_uid(text: str) -> bool:
    """Tell whether a text is a DICOM UID (PS3.5 §9.1), as a report, a cancellation or a rejection note must name what it speaks of."""
    return _UID.fullmatch(text) is not None


def is_loose_uid(text: str) -> bool:
    """Tell whether a text has the shape of a UID: digits and dots, 64 characters at most; the KOS of others hold leading zeros."""
    return _LOOSE.fullmatch(text) is not None
