# SPDX-FileCopyrightText: 2026 drimm contributors
# SPDX-License-Identifier: EUPL-1.2
"""Memory given back to the system as soon as nobody uses it.

The C library of GNU learns from the first large block that is freed to keep the next ones for itself. A process whose peers come and go
then keeps its worst moment, and the quarter of a mebibyte that asyncio reserves to read from each TLS connection, of which a request fills
a few hundred bytes, is wholly in memory instead of not at all. It also gives each thread a heap of its own: what one allocates and another
frees (images that come back from disk) leaves holes in all of them.
"""

from __future__ import annotations

import ctypes

LARGE_BYTES = 192 << 10
"""From this size on, a block is had from the system and given back to it; the pages of it that nobody writes to cost nothing."""
IDLE_BYTES = 4 << 20
"""What may stay unused at the end of the heap of smaller blocks."""
HEAPS = 1
_TRIM_THRESHOLD, _MMAP_THRESHOLD, _ARENA_MAX = -1, -3, -8  # malloc.h
_OPTIONS = ((_MMAP_THRESHOLD, LARGE_BYTES), (_TRIM_THRESHOLD, IDLE_BYTES), (_ARENA_MAX, HEAPS))


def give_memory_back() -> bool:
    """Have this process do so, before it starts a thread; return whether its C library can."""
    mallopt = getattr(ctypes.CDLL(None), "mallopt", None)
    return mallopt is not None and all(mallopt(*option) for option in _OPTIONS)
