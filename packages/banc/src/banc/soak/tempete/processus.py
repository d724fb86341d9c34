# SPDX-FileCopyrightText: 2026 drimm contributors
# SPDX-License-Identifier: EUPL-1.2
"""The processes of this machine, read in /proc: who is the child of whom, under which title, for how long."""

from __future__ import annotations

import contextlib
import os
import signal
from collections.abc import Iterable, Iterator
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
        started: when it was started, in ticks of the system: with its number, that is which process it is.
    """

    pid: int
    parent: int
    title: str
    age: float
    started: int


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


def end_all(them: Iterable[Processus]) -> bool:
    """End by SIGKILL the very processes that were seen, never one that took their number since; return whether one was still there."""
    return sum(map(_end, them)) > 0


def _end(one: Processus) -> bool:
    try:
        handle = os.pidfd_open(one.pid)
    except OSError:
        return False
    try:
        if _read(Path("/proc") / str(one.pid), 0.0).started != one.started:
            return False
        signal.pidfd_send_signal(handle, signal.SIGKILL)
    except OSError:
        return False
    finally:
        os.close(handle)
    return True


def _read(folder: Path, uptime: float) -> Processus:
    title = (folder / "cmdline").read_bytes().replace(b"\0", b" ").decode(errors="replace").strip()
    # the name, in brackets, may hold blanks and brackets
    fields = (folder / "stat").read_text(encoding="utf-8", errors="replace").rpartition(")")[2].split()
    started = int(fields[19])
    return Processus(int(folder.name), int(fields[1]), title, uptime - started / _TICKS, started)
