# SPDX-FileCopyrightText: 2026 drimm contributors
# SPDX-License-Identifier: EUPL-1.2
"""What a run leaves on the machine: processes and temporary folders, listed before and after."""

from __future__ import annotations

import os
import tempfile
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True)
class Machine:
    """The processes of this user's mesh and the temporary entries at one moment."""

    processes: frozenset[str]
    temporary: frozenset[str]


def snapshot(mark: str) -> Machine:
    """Return what is there now; processes are those whose command line or environment names ``mark``, or that are PostgreSQL's."""
    return Machine(frozenset(_processes(mark)), frozenset(path.name for path in Path(tempfile.gettempdir()).iterdir()))


def _processes(mark: str) -> list[str]:
    found = []
    for folder in Path("/proc").glob("[0-9]*"):
        if int(folder.name) == os.getpid():
            continue
        try:
            command = (folder / "cmdline").read_bytes().replace(b"\0", b" ").decode(errors="replace")
            environment = (folder / "environ").read_bytes().decode(errors="replace")
        except OSError:
            continue
        if mark in command or mark in environment or "/drimm-" in command:
            found.append(f"{folder.name} {command[:120]}")
    return found


def wait_until(condition: Callable[[], bool], seconds: float) -> bool:
    """Wait for a condition; return whether it came."""
    limit = time.monotonic() + seconds
    while time.monotonic() < limit:
        if condition():
            return True
        time.sleep(0.2)
    return condition()
