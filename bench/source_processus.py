# SPDX-FileCopyrightText: 2026 drimm contributors
# SPDX-License-Identifier: EUPL-1.2
"""What a process of `./drimm bench source` costs: seconds of processor, highest memory, its children included."""

from __future__ import annotations

import re
from pathlib import Path


def processor_seconds(pid: int) -> float:
    """Return the seconds of processor that a process, its threads and its children have spent so far.

    On a machine that does other work besides, this is what stays comparable.
    """
    return sum(_spent(one) for one in family(pid))


def peak_mebibytes(pid: int) -> float:
    """Return the highest resident memory of a process, plus that of its children now."""
    return sum(_kilobytes(one) for one in family(pid)) / 1024


def held_mebibytes(pid: int) -> float:
    """Return the memory that a process and its children hold now; a page that several of them share counts once."""
    return sum(_proportional_kilobytes(one) for one in family(pid)) / 1024


def family(pid: int) -> list[int]:
    """Return a process and its children."""
    try:
        direct = [int(text) for text in Path(f"/proc/{pid}/task/{pid}/children").read_text(encoding="ascii").split()]
    except OSError:
        direct = []
    return [pid, *(one for child in direct for one in family(child))]


def _spent(pid: int) -> float:
    nanoseconds = 0
    for thread in Path(f"/proc/{pid}/task").glob("*/schedstat"):
        try:
            nanoseconds += int(thread.read_text(encoding="ascii").split()[0])
        except (OSError, IndexError):  # the thread has just ended
            continue
    return nanoseconds / 1e9


def _proportional_kilobytes(pid: int) -> int:
    try:
        match = re.search(r"^Pss:\s+(\d+) kB", Path(f"/proc/{pid}/smaps_rollup").read_text(encoding="ascii"), re.MULTILINE)
    except OSError:
        return 0
    return int(match[1]) if match else 0


def _kilobytes(pid: int) -> int:
    try:
        match = re.search(r"VmHWM:\s+(\d+) kB", Path(f"/proc/{pid}/status").read_text(encoding="ascii"))
    except OSError:
        return 0
    return int(match[1]) if match else 0
