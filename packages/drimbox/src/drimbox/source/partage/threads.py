# SPDX-FileCopyrightText: 2026 drimm contributors
# SPDX-License-Identifier: EUPL-1.2
"""Work on heads and on rows, away from the event loop that all transfers share.

By few threads: decoded, a head takes a hundred times its bytes, and every thread at work slows the loop. By threads of their own: those of
the loop look names up and ask the PACS questions, which must not wait behind a long head.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import TypeVar, TypeVarTuple

T = TypeVar("T")
Arguments = TypeVarTuple("Arguments")
AT_ONCE = 2
_pool = ThreadPoolExecutor(AT_ONCE, thread_name_prefix="entetes")  # a thread starts with its first work, not before


async def in_thread(function: Callable[[*Arguments], T], *arguments: *Arguments) -> T:
    """Return what a function returns, called in one of these threads; who leaves does not stop it."""
    return await asyncio.get_running_loop().run_in_executor(_pool, function, *arguments)
