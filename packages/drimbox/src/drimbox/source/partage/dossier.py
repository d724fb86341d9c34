# SPDX-FileCopyrightText: 2026 drimm contributors
# SPDX-License-Identifier: EUPL-1.2
"""The folder of the encrypted files, told at start when it is memory: the default one of some systems is."""

from __future__ import annotations

import os
import tempfile
from pathlib import Path

from confiance.exploitation.logs import get_logger
from drimbox.config import Images

log = get_logger("partage")
MOUNTS = Path("/proc/self/mountinfo")
_IN_MEMORY = frozenset({"tmpfs", "ramfs"})


def tell_if_in_memory(images: Images) -> None:
    """Warn that what waits there would take the memory that it should spare."""
    if images.spool_max_bytes and is_in_memory(images.spool or Path(tempfile.gettempdir())):
        log.warning("images:process:spool_in_memory", bytes=images.spool_max_bytes)


def is_in_memory(folder: Path) -> bool:
    """Tell whether a folder is known to be on a file system that is memory: some systems do not say it."""
    try:
        number = folder.stat().st_dev
        mounts = MOUNTS.read_text(encoding="utf-8", errors="replace").splitlines()
    except OSError:
        return False
    device = f"{os.major(number)}:{os.minor(number)}"
    return any(_kind(fields) in _IN_MEMORY for line in mounts if (fields := line.split())[2:3] == [device])


def _kind(fields: list[str]) -> str:
    """Return the type of a file system: it follows a lone dash, after a number of fields that varies (proc_pid_mountinfo(5))."""
    after = fields[fields.index("-") + 1 :] if "-" in fields else []
    return after[0] if after else ""
