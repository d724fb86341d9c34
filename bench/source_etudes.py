# SPDX-FileCopyrightText: 2026 drimm contributors
# SPDX-License-Identifier: EUPL-1.2
"""The loads of `./drimm bench source`, made once and kept: A, 300 plain CT; B, 1,300 JPEG-LS CT like the official reference; 4 × A.

4 × A has 32 series: it is read whole to see the memory that a large study takes, and series by series to see many transfers at once.
"""

from __future__ import annotations

import sys
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

from banc.jeux.big_study import big_study

CACHE = Path(__file__).resolve().parent.parent / ".cache" / "bench"
JPEG_LS = "1.2.840.10008.1.2.4.80"


@dataclass(frozen=True)
class Charge:
    """One load: its name, how it is made, where it is."""

    name: str
    images: int
    folder_name: str
    syntax: str = "1.2.840.10008.1.2.1"
    series: int = 1

    @property
    def folder(self) -> Path:
        return CACHE / self.folder_name

    @cached_property
    def study(self) -> str:
        """Make it if needed and return its StudyInstanceUID."""
        print(f"· charge {self.name} : {self.images} coupes", file=sys.stderr)
        return big_study(self.folder, self.images, transfer_syntax=self.syntax, series=self.series).study_instance_uid

    @cached_property
    def files(self) -> list[Path]:
        assert self.study
        return sorted(self.folder.glob("*.dcm"))

    def copy_to(self, path: Path) -> None:
        """Write all its bytes into one file."""
        with path.open("wb") as out:
            for file in self.files:
                out.write(file.read_bytes())


A = Charge("A", 300, "ct300")
B = Charge("B", 1300, "jls1300", JPEG_LS)
A4 = Charge("4×A", 1200, "ct1200x32", series=32)
