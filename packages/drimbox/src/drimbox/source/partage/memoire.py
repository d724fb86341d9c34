# SPDX-FileCopyrightText: 2026 drimm contributors
# SPDX-License-Identifier: EUPL-1.2
"""Memory given back to the system once nobody uses it.

The C library of GNU gives each thread a heap of its own: what one allocates and another frees (images that come back from disk) leaves
holes in all of them. Images themselves, a few hundred kilobytes each, are kept in one heap: had from the system one by one they would
cost a fast transfer a fifth of its processor time.
"""

from __future__ import annotations

import ctypes

LARGE_BYTES = 32 << 20
"""From this size on, a block is had from the system and given back to it."""
IDLE_BYTES = 16 << 20
"""What may stay unused at the end of the heap."""
HEAPS = 1
_TRIM_THRESHOLD, _MMAP_THRESHOLD, _ARENA_MAX = -1, -3, -8  # malloc.h
_OPTIONS = ((_MMAP_THRESHOLD, LARGE_BYTES), (_TRIM_THRESHOLD, IDLE_BYTES), (_ARENA_MAX, HEAPS))


def give_memory_back() -> bool:
    """Have this process do so, before it starts a thread; return whether its C library can."""
    mallopt = getattr(ctypes.CDLL(None), "mallopt", None)
    return mallopt is not None and all(mallopt(*option) for option in _OPTIONS)
