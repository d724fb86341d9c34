# SPDX-FileCopyrightText: 2026 drimm contributors
# SPDX-License-Identifier: EUPL-1.2
"""A bare git repository of our own, written by plumbing: objects first, then the branch, moved at once.

There is no work tree and no index, so a kill leaves the old branch or the new one. Nothing is ever forced, here nor on the remote.
"""

from __future__ import annotations

import os
import re
import shlex
import shutil
import signal
import subprocess
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from espace.config import Git
from espace.liste_blanche.errors import DepotEtranger, DepotGitError, DistantInjoignable, GitAbsent, PousseeRefusee

_PUSHED = "refs/drimm/pushed"
_TRAILER = re.compile(r"^(Sequence|Tete): ([0-9]{1,9})$", re.MULTILINE)
_OBJECT = re.compile(r"[0-9a-f]{40,64}")
_SAFE = ("core.hooksPath=/dev/null", "gc.auto=512", "gc.autoDetach=false", "protocol.ext.allow=never", "core.fsync=all")


@dataclass(frozen=True, slots=True)
class Envoi:
    """One commit to make.

    Attributes:
        title: first line of its message.
        sequence: number of the list that it holds.
        tete: number of the head that it holds; 0 for none.
        at: instant of the publication.
        files: what changes, by path.
        details: other lines of its message.
    """

    title: str
    sequence: int
    tete: int
    at: datetime
    files: Mapping[str, bytes]
    details: tuple[str, ...] = ()


class DepotGit:
    """The repository of published lists.

    Args:
        settings: the table ``[liste_blanche.git]``.

    Raises:
        GitAbsent: no git on this machine.
    """

    def __init__(self, settings: Git) -> None:
        program = shutil.which("git")
        if program is None:
            raise GitAbsent
        self._program = program
        self._settings = settings
        self._branch = f"refs/heads/{settings.branch}"

    def prepare(self) -> None:
        """Make the repository when there is none, and remove the locks of killed processes; only one process may do it.

        Raises:
            DepotGitError: the folder cannot be used.
        """
        folder = self._settings.folder
        if not (folder / "HEAD").exists():
            self._git("init", "--quiet", "--bare", f"--initial-branch={self._settings.branch}", str(folder))
        try:
            for lock in (*folder.glob("*.lock"), *folder.glob("refs/**/*.lock"), folder / "gc.pid"):
                lock.unlink(missing_ok=True)
        except OSError as error:
            raise DepotGitError from error

    def last(self) -> tuple[int, int]:
        """Return the numbers of the last list and of the last head committed; 0 before the first.

        Raises:
            DepotEtranger: the last commit of the branch is not ours.
        """
        tip = self._tip()
        if tip is None:
            return 0, 0
        found = dict(_TRAILER.findall(self._git("log", "-1", "--format=%B", tip)))
        if "Sequence" not in found:
            raise DepotEtranger
        return int(found["Sequence"]), int(found.get("Tete", 0))

    def commit(self, envoi: Envoi) -> str:
        """Add one commit to the branch and return its name.

        Raises:
            DepotGitError: it could not be written; the branch did not move.
        """
        tip = self._tip()
        tree = self._tree(tip, envoi.files)
        lines = [envoi.title, "", *envoi.details, f"Sequence: {envoi.sequence}", f"Tete: {envoi.tete}"]
        parents = ("-p", tip) if tip else ()
        date = f"{int(envoi.at.timestamp())} +0000"
        commit = self._git("commit-tree", tree, *parents, stdin="\n".join(lines).encode(), date=date).strip()
        self._git("update-ref", "-m", "publication", self._branch, commit, tip or "0" * len(commit))
        return commit

    def to_push(self) -> bool:
        """Tell whether a remote is set and lacks our last commit, as far as we know."""
        tip = self._tip()
        return self._settings.remote is not None and tip is not None and self._resolve(_PUSHED) != tip

    def push(self) -> None:
        """Push the branch to the remote, which must be able to take it as it is.

        Raises:
            PousseeRefusee: the remote refuses.
            DistantInjoignable: it does not answer.
        """
        tip, remote = self._tip(), self._settings.remote
        if tip is None or remote is None:
            return
        code, output = self._run("push", "--porcelain", "--no-verify", "--", remote, f"{tip}:{self._branch}")
        if code:
            raise PousseeRefusee if any(line.startswith("!") for line in output.splitlines()) else DistantInjoignable
        self._git("update-ref", _PUSHED, tip)
        self._git("gc", "--auto", "--quiet")

    def _tip(self) -> str | None:
        return self._resolve(self._branch)

    def _resolve(self, reference: str) -> str | None:
        code, output = self._run("rev-parse", "--verify", "--quiet", f"{reference}^{{commit}}")
        return output.strip() if code == 0 else None

    def _tree(self, tip: str | None, files: Mapping[str, bytes]) -> str:
        """Write a tree: the former one, with these files in it; a folder named here is replaced whole."""
        top: dict[str, str] = {}
        for line in self._git("ls-tree", tip).splitlines() if tip else ():
            top[line.partition("\t")[2]] = line
        folders: dict[str, list[str]] = {}
        for path, data in sorted(files.items()):
            folder, _, name = path.rpartition("/")
            line = f"100644 blob {self._object(data)}\t{name}"
            if folder:
                folders.setdefault(folder, []).append(line)
            else:
                top[name] = line
        for folder, lines in folders.items():
            top[folder] = f"040000 tree {self._mktree(lines)}\t{folder}"
        return self._mktree(list(top.values()))

    def _mktree(self, lines: list[str]) -> str:
        return self._git("mktree", stdin=("\n".join(lines) + "\n").encode()).strip()

    def _object(self, data: bytes) -> str:
        name = self._git("hash-object", "-w", "--stdin", stdin=data).strip()
        if not _OBJECT.fullmatch(name):
            raise DepotGitError
        return name

    def _git(self, *arguments: str, stdin: bytes = b"", date: str = "") -> str:
        code, output = self._run(*arguments, stdin=stdin, date=date)
        if code:
            raise DepotGitError
        return output

    def _run(self, *arguments: str, stdin: bytes = b"", date: str = "") -> tuple[int, str]:
        """Run git to its end or to the limit, without the configuration, the prompts nor the words of anybody."""
        argv = [self._program, *(word for setting in _SAFE for word in ("-c", setting)), *arguments]
        try:
            started = subprocess.Popen(
                argv,
                env=self._environ(date),
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=subprocess.DEVNULL,
                start_new_session=True,
            )
        except OSError as error:
            raise DepotGitError from error
        try:
            output, _ = started.communicate(stdin, timeout=self._settings.timeout_seconds)
        except subprocess.TimeoutExpired:
            os.killpg(started.pid, signal.SIGKILL)  # ssh and helpers too
            started.communicate()
            return -signal.SIGKILL, ""
        return started.returncode, output.decode(errors="replace")

    def _environ(self, date: str) -> dict[str, str]:
        settings = self._settings
        environ = {
            "PATH": os.environ.get("PATH", os.defpath),
            "HOME": str(settings.folder),
            "LC_ALL": "C",
            "GIT_DIR": str(settings.folder),
            "GIT_CONFIG_NOSYSTEM": "1",
            "GIT_CONFIG_GLOBAL": os.devnull,
            "GIT_TERMINAL_PROMPT": "0",
            "GIT_ASKPASS": "true",
            "GIT_ALLOW_PROTOCOL": "file:https:ssh",
            "GIT_SSH_COMMAND": _ssh(settings.ssh_key, settings.known_hosts),
        }
        for who in ("AUTHOR", "COMMITTER"):
            environ |= {f"GIT_{who}_NAME": settings.author_name, f"GIT_{who}_EMAIL": settings.author_mail}
            environ |= {f"GIT_{who}_DATE": date} if date else {}
        return environ


def _ssh(key: Path | None, known_hosts: Path | None) -> str:
    words = ["ssh", "-F", "none", "-o", "BatchMode=yes", "-o", "StrictHostKeyChecking=yes", "-o", "ConnectTimeout=15"]
    words += ["-i", str(key), "-o", "IdentitiesOnly=yes"] if key else []
    words += ["-o", f"UserKnownHostsFile={known_hosts}"] if known_hosts else []
    return shlex.join(words)
