# SPDX-FileCopyrightText: 2026 drimm contributors
# SPDX-License-Identifier: EUPL-1.2
"""Which presentation contexts are proposed to a PACS.

An association holds at most 128 contexts (PS3.8 section 9.3.2.2: odd identifiers from 1 to 255), and one object whose context is missing
aborts a whole C-GET with some PACS. So every SOP class of what is asked is proposed, each with all its transfer syntaxes, in this order,
one per context as long as they fit; a study of more classes than that is asked in several times, see :mod:`.par_series`.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable, Sequence

from drimbox.socle.pacs.elements import DEFLATED, EXPLICIT_BE, EXPLICIT_LE, IMPLICIT_LE

MAX_CONTEXTS = 128

# Uncompressed first, then what French PACS store, then the rest. One context per syntax: the PACS keeps the stored one.
SYNTAXES = (
    EXPLICIT_LE,
    IMPLICIT_LE,  # the default that every PACS must accept
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
    DEFLATED,
    EXPLICIT_BE,
)


# Objects without pixels are never compressed otherwise: reports, notes, presentation states, waveforms, encapsulated documents.
_WITHOUT_PIXELS = tuple(f"1.2.840.10008.5.1.4.1.1.{branch}." for branch in (9, 11, 66, 67, 78, 88, 104))
_PLAIN = (EXPLICIT_LE, IMPLICIT_LE, DEFLATED, EXPLICIT_BE)


def kinds_for(sop_classes: Iterable[str], *, reserved: int = 0, accept: Sequence[str] | None = None) -> list[tuple[str, tuple[str, ...]]]:
    """Return (SOP class, transfer syntaxes) pairs to propose, fairly cut to what an association holds.

    One syntax per context while there is room; beyond that, the last context of each class bears all that is left of its syntaxes, and
    the PACS chooses among them: one that knows only one of them still sends the objects that it stores so.

    Args:
        sop_classes: SOP classes of the objects to carry.
        reserved: contexts that the caller adds itself.
        accept: the only syntaxes to propose for objects with pixels; None for all.
    """
    classes = list(dict.fromkeys(sop_classes))
    room = MAX_CONTEXTS - reserved
    wanted = [_syntaxes(name, accept) for name in classes]
    # turn by turn, so that what does not fit is the last choice of each class and not all the choices of the last class
    turns = [(rank, place) for place, syntaxes in enumerate(wanted) for rank in range(len(syntaxes))]
    kept = Counter(place for _rank, place in sorted(turns)[:room])
    return [(classes[place], one) for place, count in sorted(kept.items()) for one in _contexts(wanted[place], count)]


def holds(sop_classes: Collection[str], *, reserved: int = 1, accept: Sequence[str] | None = None) -> bool:
    """Tell whether one association holds all the syntaxes of these classes, each in a context of its own.

    Args:
        sop_classes: SOP classes, each one once.
        reserved: contexts that the caller adds itself.
        accept: as for :func:`kinds_for`.
    """
    return sum(len(_syntaxes(name, accept)) for name in sop_classes) <= MAX_CONTEXTS - reserved


def _syntaxes(sop_class: str, accept: Sequence[str] | None) -> tuple[str, ...]:
    return _PLAIN if sop_class.startswith(_WITHOUT_PIXELS) else tuple(accept or SYNTAXES)


def _contexts(syntaxes: tuple[str, ...], count: int) -> list[tuple[str, ...]]:
    """Spread syntaxes over so many contexts, the last of which takes the rest."""
    return [*((syntax,) for syntax in syntaxes[: count - 1]), syntaxes[count - 1 :]]
