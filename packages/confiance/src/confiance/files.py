# SPDX-FileCopyrightText: 2026 drimm contributors
# SPDX-License-Identifier: Apache-2.0
"""Files replaced at once: who reads finds the old one or the new one, whole, even after a power cut."""

from __future__ import annotations

import os
import tempfile
from pathlib import Path


def replace_file(path: Path, data: bytes, *, prefix: str = "", mode: int = 0o600, durable: bool = True) -> None:
    """Replace a file at once and, when it must be durable, for good; raises OSError, and then leaves the old one.

    Args:
        path: the file; its folder exists.
        data: what it will hold.
        prefix: start of the name under which it is prepared, for who removes what a killed process left.
        mode: rights of the file.
        durable: wait for the disk.
    """
    descriptor, prepared = tempfile.mkstemp(prefix=prefix or f".{path.name}.", dir=path.parent)
    try:
        with os.fdopen(descriptor, "wb") as file:
            file.write(data)
            file.flush()
            os.fchmod(descriptor, mode)
            if durable:
                os.fsync(descriptor)
        Path(prepared).replace(path)
    finally:
        Path(prepared).unlink(missing_ok=True)
    if durable:
        sync_folder(path.parent)


def sync_folder(folder: Path) -> None:
    """Wait until the names in a folder are on the disk; raises OSError."""
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
