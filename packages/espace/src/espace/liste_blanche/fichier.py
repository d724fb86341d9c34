# SPDX-FileCopyrightText: 2026 drimm contributors
# SPDX-License-Identifier: EUPL-1.2
"""The file that a static server may give: always one whole list, the old one or the new one."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from confiance.files import sync_folder
from espace.liste_blanche.errors import EcritureImpossible

NAME = "liste-blanche.xml"
_PREPARED = ".liste-blanche."


@contextmanager
def prepare(folder: Path, content: bytes) -> Iterator[Path]:
    """Write a list beside the published one, down to the disk, before anything is decided; what is not installed is removed.

    Args:
        folder: publication folder; made when absent.
        content: bytes of the list.

    Raises:
        EcritureImpossible: full disk, missing rights.
    """
    prepared = _reserve(folder)
    try:
        _write(prepared, content)
        yield prepared
    finally:
        prepared.unlink(missing_ok=True)


def install(prepared: Path) -> Path:
    """Put a prepared list in the place of the published one, at once.

    Raises:
        EcritureImpossible: the rename failed; the old list is still there.
    """
    final = prepared.parent / NAME
    try:
        prepared.replace(final)
        sync_folder(prepared.parent)
    except OSError as error:
        raise EcritureImpossible from error
    return final


def ensure(folder: Path, content: bytes) -> bool:
    """Make the published file be this list; tell whether it was another one.

    Raises:
        EcritureImpossible: it cannot be written.
    """
    final = folder / NAME
    try:
        if final.read_bytes() == content:
            return False
    except OSError:
        pass  # absent or unreadable: written again below
    with prepare(folder, content) as prepared:
        install(prepared)
    return True


def sweep(folder: Path) -> None:
    """Remove what killed processes prepared and never installed; only who publishes alone may call it.

    Raises:
        EcritureImpossible: the folder refuses.
    """
    try:
        for forgotten in folder.glob(f"{_PREPARED}*"):
            forgotten.unlink(missing_ok=True)
    except OSError as error:
        raise EcritureImpossible from error


def _reserve(folder: Path) -> Path:
    """Make an empty file that no other attempt has: another process may be preparing a list at the same time."""
    try:
        folder.mkdir(parents=True, exist_ok=True)
        descriptor, name = tempfile.mkstemp(prefix=_PREPARED, dir=folder)
    except OSError as error:
        raise EcritureImpossible from error
    os.close(descriptor)
    return Path(name)


def _write(prepared: Path, content: bytes) -> None:
    try:
        with prepared.open("wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        prepared.chmod(0o644)
    except OSError as error:
        raise EcritureImpossible from error
