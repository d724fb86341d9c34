# SPDX-FileCopyrightText: 2026 drimm contributors
# SPDX-License-Identifier: EUPL-1.2
"""The files of an XDM archive put on disk: readable by whoever exports and by nobody else, and in place only once whole.

They hold identity traits. What an export leaves when it is cut is hidden (``.KA202611-…``) and is no archive.
"""

from __future__ import annotations

import os
import zipfile
from collections.abc import Iterable
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import BinaryIO

FOLDER_MODE, FILE_MODE = 0o700, 0o600


def write(folder: Path, name: str, files: Iterable[tuple[str, bytes]]) -> Path:
    """Write an archive as a folder and as a zip beside it, in the place of those of the same name; return the zip.

    Args:
        folder: where; made when absent, its mode left as it is otherwise.
        name: of the archive, and of the root folder of its files.
        files: path below ``folder``, content.
    """
    folder.mkdir(mode=FOLDER_MODE, parents=True, exist_ok=True)
    with TemporaryDirectory(prefix=f".{name}-", dir=folder) as given:
        draft = Path(given)
        (draft / name).mkdir(mode=FOLDER_MODE)
        with _create(draft / f"{name}.zip") as zip_file:
            with zipfile.ZipFile(zip_file, "w", zipfile.ZIP_DEFLATED) as zipped:
                for path, content in files:
                    _write_file(draft, Path(path), content)
                    zipped.writestr(path, content)
            os.fsync(zip_file.fileno())
        _put_in_place(draft, folder, name)
    return folder / f"{name}.zip"


def _write_file(draft: Path, path: Path, content: bytes) -> None:
    for parent in reversed(path.parents):
        (draft / parent).mkdir(mode=FOLDER_MODE, exist_ok=True)
    with _create(draft / path) as file:
        file.write(content)


def _create(path: Path) -> BinaryIO:
    return os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, FILE_MODE), "wb")


def _put_in_place(draft: Path, folder: Path, name: str) -> None:
    if (folder / name).is_dir():
        (folder / name).replace(draft / "former")  # a folder takes the place of an empty one only
    (draft / name).replace(folder / name)
    (draft / f"{name}.zip").replace(folder / f"{name}.zip")
