# SPDX-FileCopyrightText: 2026 drimm contributors
# SPDX-License-Identifier: EUPL-1.2
"""A clock that jumps under running programs, where a C compiler is installed (see horloge.c)."""

from __future__ import annotations

import shutil
import subprocess
from collections.abc import Mapping
from pathlib import Path
from typing import Final, Self

SOURCE: Final = Path(__file__).with_name("horloge.c")
WIDTH: Final = 8


class Horloge:
    """The wall clock of the programs started under :attr:`variables`; their monotonic clock is left alone, as a step of NTP does.

    Args:
        folder: where the library and the shift are written.
    """

    def __init__(self, folder: Path) -> None:
        self._shift, self._library = folder / "decalage", folder / "horloge.so"
        folder.mkdir(parents=True, exist_ok=True)
        self._shift.write_bytes(bytes(WIDTH))

    @classmethod
    def built(cls, folder: Path) -> Self | None:
        """Return a clock, or None where it cannot be made: no compiler, or not a system that it knows."""
        compiler = shutil.which("cc")
        if compiler is None:
            return None
        clock = cls(folder)
        argv = [compiler, "-O2", "-Wall", "-shared", "-fPIC", "-o", str(clock._library), str(SOURCE), "-ldl"]
        done = subprocess.run(argv, capture_output=True, check=False)
        return clock if done.returncode == 0 else None

    @property
    def variables(self) -> Mapping[str, str]:
        """What a program must find in its environment."""
        return {"LD_PRELOAD": str(self._library), "BANC_HORLOGE": str(self._shift)}

    def jump(self, seconds: int) -> None:
        """Set every such clock so far from the true time, at once."""
        with self._shift.open("r+b") as file:  # the programs look at this very file
            file.write(seconds.to_bytes(WIDTH, "little", signed=True))
