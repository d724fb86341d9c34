# SPDX-FileCopyrightText: 2026 drimm contributors
# SPDX-License-Identifier: EUPL-1.2
"""The processes of the demo: started with a lifeline, their logs kept in the work folder, stopped in reverse order."""

from __future__ import annotations

import os
import signal
import subprocess
import time
from collections.abc import Mapping, Sequence
from pathlib import Path

from banc.ports import wait_for_port
from confiance.errors import OwnError
from confiance.exploitation import lifeline

READY_SECONDS = 60.0
STOP_SECONDS = 12.0


class ChildFell(OwnError):
    """A process of the demo ended, or did not answer."""

    code = "banc.processus_tombe"
    message = "Un programme de la démonstration s'est arrêté."
    remede = "Lisez son journal dans le dossier de travail."


class Children:
    """The processes that this one started."""

    def __init__(self, logs: Path) -> None:
        self._logs = logs
        self._running: dict[str, subprocess.Popen[bytes]] = {}

    def start(self, name: str, argv: Sequence[str], env: Mapping[str, str] | None = None) -> None:
        """Start one process; its output goes to ``<logs>/<name>.log``."""
        self._logs.mkdir(parents=True, exist_ok=True)
        with self.log(name).open("ab") as output:
            self._running[name] = lifeline.spawn(argv, env={**os.environ, **(env or {})}, output=output)

    def log(self, name: str) -> Path:
        """Return the log file of one process."""
        return self._logs / f"{name}.log"

    def run(self, name: str, argv: Sequence[str], env: Mapping[str, str] | None = None) -> str:
        """Run a command to its end and return what it printed.

        Raises:
            ChildFell: it failed; its errors are in its log.
        """
        self._logs.mkdir(parents=True, exist_ok=True)
        with self.log(name).open("ab") as errors:
            result = subprocess.run(list(argv), env={**os.environ, **(env or {})}, stdout=subprocess.PIPE, stderr=errors, check=False)
        output = result.stdout.decode(errors="replace")
        if result.returncode:
            raise ChildFell(f"« {name} » a échoué (code {result.returncode}) ; voir {self.log(name)}. {output.strip()[-400:]}")
        return output

    def wait_port(self, name: str, host: str, port: int, seconds: float = READY_SECONDS) -> None:
        """Wait until a process of ours accepts connections.

        Raises:
            ChildFell: it ended, or took too long.
        """
        try:
            wait_for_port(port, seconds, host, check=lambda: self.check(name))
        except TimeoutError:
            raise ChildFell(f"« {name} » n'écoute pas sur {host}:{port} après {seconds:.0f} s ; voir {self.log(name)}.") from None
        self.check(name)  # what listens is this process, not another that had the port

    def check(self, name: str) -> None:
        """Raise ChildFell when that process has ended."""
        code = self._running[name].poll()
        if code is not None:
            raise ChildFell(f"« {name} » s'est arrêté (code {code}) ; voir {self.log(name)}.")

    def stop(self) -> None:
        """Stop every process, the last started first."""
        limit = time.monotonic() + STOP_SECONDS
        for process in reversed(self._running.values()):
            if process.poll() is None:
                process.send_signal(signal.SIGTERM)
        for process in reversed(self._running.values()):
            try:
                process.wait(max(0.1, limit - time.monotonic()))
            except subprocess.TimeoutExpired:
                os.killpg(process.pid, signal.SIGKILL)
                process.wait()
            lifeline.release(process)
        self._running.clear()
