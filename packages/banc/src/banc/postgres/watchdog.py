# SPDX-FileCopyrightText: 2026 drimm contributors
# SPDX-License-Identifier: EUPL-1.2
"""Keeps one PostgreSQL and takes it away with the process that asked for it.

Usage: python -m banc.postgres.watchdog RUN_FOLDER postgres -D …
It holds a lifeline: when the launcher dies, even by kill -9, the server is stopped and the private folder removed.
"""

from __future__ import annotations

import contextlib
import os
import shutil
import signal
import subprocess
import sys
import threading
from pathlib import Path

from confiance.exploitation import lifeline


def main(argv: list[str]) -> int:
    """Run the server until the lifeline or the server ends."""
    run, command = Path(argv[0]), argv[1:]
    ended = threading.Event()
    # the lifeline kills this process a grace delay after its end: stay below it
    lifeline.hold(ended.set)
    signal.signal(signal.SIGTERM, lambda *_: ended.set())
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    with (run / "log").open("wb") as output:
        server = subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=output, stderr=output)
        try:
            while not ended.wait(0.1):
                if server.poll() is not None:
                    return server.returncode
            _stop(server)
        finally:
            with contextlib.suppress(OSError):
                shutil.rmtree(run)
    return 0


def _stop(server: subprocess.Popen[bytes]) -> None:
    # fast, then immediate shutdown: postgres gives back its shared memory in both
    for number, seconds in ((signal.SIGINT, 3.0), (signal.SIGQUIT, 3.0)):
        os.kill(server.pid, number)
        with contextlib.suppress(subprocess.TimeoutExpired):
            server.wait(seconds)
            return
    server.kill()
    server.wait()


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
