# SPDX-FileCopyrightText: 2026 drimm contributors
# SPDX-License-Identifier: EUPL-1.2
"""The DRIMbox of a storm: ``drimbox run`` with all its processes, each of which may be killed, and the service that starts it again."""

from __future__ import annotations

import contextlib
import os
import signal
import subprocess
import threading
from collections.abc import Mapping
from pathlib import Path

from banc.soak.tempete.processus import Processus, descendants, end_all
from confiance.exploitation import lifeline
from confiance.exploitation.supervisor import python
from drimbox.roles import PROCESSES

RESTART_SECONDS = 1.0
STOP_SECONDS = 40.0
MIN_LIFE_SECONDS = 6.0
"""A process that is killed before it has started does nothing: that is no storm, that is a stopped machine."""


class Boite:
    """One DRIMbox under a service that starts it again a second after it ends, as systemd does with ``Restart=always``.

    Args:
        config: its drimbox.toml.
        log: where everything it says goes.
        variables: added to its environment.
    """

    def __init__(self, config: Path, log: Path, variables: Mapping[str, str]) -> None:
        self._log = log
        self._env = {**os.environ, **variables, "DRIMM_CONFIG": str(config)}
        self._stopping = threading.Event()
        self._supervisor: subprocess.Popen[bytes] | None = None
        self._service = threading.Thread(target=self._serve, name="service", daemon=True)
        self.starts = 0

    def start(self) -> None:
        """Start it, and keep it running."""
        self._start()
        self._service.start()

    def stop(self) -> None:
        """Stop it for good."""
        self._stopping.set()
        self._service.join()
        child = self._child
        child.send_signal(signal.SIGTERM)
        with contextlib.suppress(subprocess.TimeoutExpired):
            child.wait(STOP_SECONDS)
        self.cut_power()
        child.wait()
        lifeline.release(child)

    def kill(self, name: str) -> bool:
        """End one of its processes by SIGKILL; False when it is not there or has hardly started."""
        title = f"drimbox process {name}"
        return end_all(one for one in self._children() if one.title == title and one.age >= MIN_LIFE_SECONDS)

    def kill_supervisor(self) -> bool:
        """End the supervisor by SIGKILL; its children, orphans, must leave by themselves."""
        child = self._child
        if child.poll() is not None:  # its number may be somebody else's by now
            return False
        child.kill()
        return True

    def cut_power(self) -> bool:
        """End everything at once."""
        children = self._children()
        headless = self.kill_supervisor()
        return end_all(children) or headless

    def _children(self) -> list[Processus]:
        child = self._child
        return descendants(child.pid) if child.poll() is None else []

    @property
    def _child(self) -> subprocess.Popen[bytes]:
        assert self._supervisor is not None
        return self._supervisor

    def _serve(self) -> None:
        while not self._stopping.wait(RESTART_SECONDS):
            if self._child.poll() is not None:
                lifeline.release(self._child)
                self._start()

    def _start(self) -> None:
        with self._log.open("ab") as output:
            self._supervisor = lifeline.spawn(python("drimbox", "run"), env=self._env, output=output)
        self.starts += 1


__all__ = ["PROCESSES", "Boite"]
