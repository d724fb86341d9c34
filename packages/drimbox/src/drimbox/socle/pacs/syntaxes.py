# SPDX-FileCopyrightText: 2026 drimm contributors
# SPDX-License-Identifier: EUPL-1.2
"""Which presentation contexts are proposed to a PACS.

An association holds at most 128 contexts (PS3.8 section 9.3.2.2: odd identifiers from 1 to 255), and one object whose context is missing
aborts a whole C-GET with some PACS. So every SOP class of the study is proposed, each with as many transfer syntaxes as fit, in this order.
"""

from __future__ import annotations

from collections.abc import Iterable

from pynetdicom import build_context
from pynetdicom.presentation import PresentationContext

MAX_CONTEXTS = 128

# Uncompressed first, then what French PACS store, then the rest. One context per syntax: the PACS keeps the stored one.
SYNTAXES = (
    "1.2.840.10008.1.2.1",  # Explicit VR Little Endian
    "1.2.840.10008.1.2",  # Implicit VR Little Endian: the default that every PACS must accept
    "1.2.840.10008.1.2.4.80",  # JPEG-LS lossless
    "1.2.840.10008.1.2.4.90",  # JPEG 2000 lossless
    "1.2.840.10008.1.2.4.70",  # JPEG lossless, first-order prediction
    "1.2.840.10008.1.2.4.50",  # JPEG baseline
    "1.2.840.10008.1.2.4.51",  # JPEG extended
    "1.2.840.10008.1.2.4.91",  # JPEG 2000
    "1.2.840.10008.1.2.5",  # RLE
    "1.2.840.10008.1.2.4.57",  # JPEG lossless
    "1.2.840.10008.1.2.4.81",  # JPEG-LS near-lossless
    "1.2.840.10008.1.2.4.102",  # MPEG-4 AVC
    "1.2.840.10008.1.2.4.103",
    "1.2.840.10008.1.2.4.100",  # MPEG-2
    "1.2.840.10008.1.2.4.101",
    "1.2.840.10008.1.2.4.201",  # HTJ2K
    "1.2.840.10008.1.2.4.202",
    "1.2.840.10008.1.2.4.203",
    "1.2.840.10008.1.2.1.99",  # Deflated Explicit VR Little Endian
    "1.2.840.10008.1.2.2",  # Explicit VR Big Endian
)


def contexts_for(sop_classes: Iterable[str], *, reserved: int = 0) -> list[PresentationContext]:
    """Return one context per SOP class and transfer syntax, fairly cut to what an association holds.

    Args:
        sop_classes: SOP classes of the objects to carry, without repetition.
        reserved: contexts that the caller adds itself.
    """
    classes = list(dict.fromkeys(sop_classes))
    room = (MAX_CONTEXTS - reserved) // max(len(classes), 1)
    return [build_context(sop_class, syntax) for sop_class in classes for syntax in SYNTAXES[: max(room, 1)]][: MAX_CONTEXTS - reserved]
