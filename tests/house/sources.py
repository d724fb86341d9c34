# SPDX-FileCopyrightText: 2026 drimm contributors
# SPDX-License-Identifier: EUPL-1.2
"""The files of the project, as git knows them: kept ones and new ones, never what is ignored."""

from __future__ import annotations

import subprocess
from functools import cache
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
_LARGEST = 2_000_000


@cache
def files(*patterns: str) -> tuple[Path, ...]:
    """Return the project's files that match git's patterns, sorted; all of them without pattern."""
    command = ["git", "ls-files", "-co", "--exclude-standard", "--deduplicate", *patterns]
    listed = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True).stdout
    return tuple(ROOT / name for name in sorted(listed.splitlines()) if (ROOT / name).is_file())


def text_of(path: Path) -> str:
    """Return the text of a file; empty for a large or binary one."""
    if path.stat().st_size > _LARGEST:
        return ""
    return path.read_text(encoding="utf-8", errors="ignore")


def where(path: Path) -> str:
    """Return the path as the project writes it."""
    return str(path.relative_to(ROOT))
