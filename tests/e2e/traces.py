# SPDX-FileCopyrightText: 2026 drimm contributors
# SPDX-License-Identifier: EUPL-1.2
"""What a run leaves on the machine: processes and temporary folders. It has a temporary folder of its own, which its processes name."""

from __future__ import annotations

import os
import shutil
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True)
class Machine:
    """The processes of one run and its temporary entries at one moment."""

    processes: frozenset[str]
    temporary: frozenset[str]


@contextmanager
def temporary_folder() -> Iterator[Path]:
    """Give a run its own temporary folder (TMPDIR): what others do on the machine meanwhile is not seen."""
    folder = Path(tempfile.mkdtemp(prefix="essai-"))
    folder.chmod(0o711)  # PostgreSQL, under its own user, passes through it
    try:
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def snapshot(folder: Path) -> Machine:
    """Return what is there now of the run whose temporary folder this is."""
    return Machine(frozenset(_processes(str(folder))), frozenset(path.name for path in folder.iterdir()))


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
        if mark in command or mark in environment:
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
