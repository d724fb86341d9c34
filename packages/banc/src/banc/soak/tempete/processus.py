# SPDX-FileCopyrightText: 2026 drimm contributors
# SPDX-License-Identifier: EUPL-1.2
"""The processes of this machine, read in /proc: who is the child of whom, under which title, for how long."""

from __future__ import annotations

import contextlib
import os
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

_TICKS = os.sysconf("SC_CLK_TCK")


@dataclass(frozen=True, slots=True)
class Processus:
    """One process.

    Attributes:
        pid: its number.
        parent: number of its parent.
        title: what ``ps`` shows.
        age: seconds since its start.
    """

    pid: int
    parent: int
    title: str
    age: float


def processes() -> Iterator[Processus]:
    """Yield the processes that live, those that end meanwhile left out."""
    uptime = float(Path("/proc/uptime").read_text(encoding="ascii").split()[0])
    for folder in Path("/proc").iterdir():
        if folder.name.isdigit():
            with contextlib.suppress(OSError):
                yield _read(folder, uptime)


def descendants(pid: int) -> list[Processus]:
    """Return the children of a process, their children, and so on."""
    known, found, wanted = list(processes()), list[Processus](), [pid]
    while wanted:
        parent = wanted.pop()
        children = [one for one in known if one.parent == parent]
        found += children
        wanted += [child.pid for child in children]
    return found


def _read(folder: Path, uptime: float) -> Processus:
    title = (folder / "cmdline").read_bytes().replace(b"\0", b" ").decode(errors="replace").strip()
    # the name, in brackets, may hold blanks and brackets
    fields = (folder / "stat").read_text(encoding="utf-8", errors="replace").rpartition(")")[2].split()
    return Processus(int(folder.name), int(fields[1]), title, uptime - int(fields[19]) / _TICKS)
