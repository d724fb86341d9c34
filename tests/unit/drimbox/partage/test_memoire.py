# SPDX-FileCopyrightText: 2026 drimm contributors
# SPDX-License-Identifier: EUPL-1.2
"""The process that serves images holds large blocks only while somebody uses them."""

from __future__ import annotations

import subprocess
import sys

import pytest

COUNT, LARGE, SMALL = 160, 192 << 10, 40 << 10
PROGRAM = f"""
import os, sys
from drimbox.source.partage.memoire import give_memory_back

def held():
    return int(open("/proc/self/statm").read().split()[1]) * os.sysconf("SC_PAGE_SIZE")

if sys.argv[1] == "given back":
    assert give_memory_back()
bytearray(1 << 20)  # from which the C library learns, unless it was told
before = held()
blocks = [(bytearray(b"x" * {LARGE}), bytes({SMALL})) for _ in range({COUNT})]
assert held() - before >= {COUNT * LARGE}
small = [after for _, after in blocks]
del blocks
print(held() - before)
"""


def still_held(how: str) -> int:
    """Return the bytes that a process still holds once its large blocks, among small ones, are free."""
    command = [sys.executable, "-c", PROGRAM, how]
    return int(subprocess.run(command, capture_output=True, text=True, check=True, timeout=60).stdout)


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="la mémoire tenue se lit dans /proc")
def test_large_blocks_among_small_ones_go_back_to_the_system_and_would_not_by_themselves() -> None:
    assert still_held("given back") < COUNT * LARGE / 3
    assert still_held("as it comes") > COUNT * LARGE / 2
