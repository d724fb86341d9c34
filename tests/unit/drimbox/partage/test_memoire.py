# SPDX-FileCopyrightText: 2026 drimm contributors
# SPDX-License-Identifier: EUPL-1.2
"""The threads of the process that serves images share one heap: what one leaves, the next one takes."""

from __future__ import annotations

import subprocess
import sys

import pytest

THREADS = 4
PROGRAM = f"""
import ctypes, sys, threading
from drimbox.source.partage.memoire import give_memory_back

if sys.argv[1] == "one heap":
    assert give_memory_back()
together = threading.Barrier({THREADS})

def work():
    block = bytearray(65536)
    together.wait()

threads = [threading.Thread(target=work) for _ in range({THREADS})]
[one.start() for one in threads]
[one.join() for one in threads]
ctypes.CDLL(None).malloc_stats()
"""


def heaps(how: str) -> int:
    """Return how many heaps a process has once several threads have worked at the same time."""
    done = subprocess.run([sys.executable, "-c", PROGRAM, how], capture_output=True, text=True, check=True, timeout=60)
    return sum(line.startswith("Arena ") for line in done.stderr.splitlines())


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="malloc_stats est de la bibliothèque C de GNU")
def test_threads_share_one_heap_and_would_not_by_themselves() -> None:
    assert heaps("one heap") == 1
    assert heaps("as it comes") > 1
