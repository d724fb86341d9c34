# SPDX-FileCopyrightText: 2026 drimm contributors
# SPDX-License-Identifier: EUPL-1.2
"""What stands around the DRIMbox under test: a DMP in a thread, PACS of the banc, a sample exam."""

from __future__ import annotations

import asyncio
import contextlib
import socket
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Self

from banc.dmp.config import DmpConfig
from banc.dmp.server import served
from banc.jeux import IDENTITE, make_images, make_message, make_report
from banc.pacs.simulator import PacsSimulator
from drimbox.source.reception.mllp import Framer, frame
from tests.drimbox_env import Environment


@dataclass
class Monde:
    """The outside of one test."""

    drimbox: Environment
    folder: Path
    dmp: Any
    images: Path

    def pacs(self, which: str = "pacs", images: Path | None = None) -> PacsSimulator:
        """Return a PACS, not started: ``pacs`` (local) or ``pacs2`` (second)."""
        folder = images or self.folder / which
        aet = {"pacs": "PACSA", "pacs2": "PACSB"}[which]
        return PacsSimulator(folder, aet, port=self.drimbox.ports[which], known_aets={"DRIMBOX": None})

    @property
    def registered(self) -> list[Path]:
        """KOS that the DMP holds; it refuses one it already has."""
        return sorted((self.folder / "dmp" / "kos").glob("*.dcm"))

    @property
    def deposits(self) -> list[Path]:
        """Bodies that came to the DMP, refused ones included, in order."""
        return sorted((self.folder / "dmp" / "depots").glob("*.mime"))


@contextlib.contextmanager
def dmp_running(drimbox: Environment, folder: Path, patients: frozenset[str] | None = None) -> Iterator[Any]:
    """Run a DMP simulator in its own thread; yields the simulator, whose ``etat`` a test may change.

    Args:
        drimbox: whose DMP it is.
        folder: where it keeps what it takes.
        patients: INS that have a DMP; every one by default.
    """
    ready, told, found = threading.Event(), asyncio.Event(), {}

    async def serve() -> None:
        config = DmpConfig(folder=folder, anchors=drimbox.pki.anchors_dir, patients=patients)
        async with served(config, drimbox.pki.market("dmp.banc.test"), port=drimbox.ports["dmp"]) as running:
            found.update(loop=asyncio.get_running_loop(), simulator=running.simulator)
            ready.set()
            await told.wait()

    thread = threading.Thread(target=asyncio.run, args=(serve(),), name="dmp")
    thread.start()
    assert ready.wait(20)
    try:
        yield found["simulator"]
    finally:
        found["loop"].call_soon_threadsafe(told.set)
        thread.join(20)


def sample_images(folder: Path) -> Path:
    """Write the images of the sample exam."""
    make_images(folder, IDENTITE, slices=3)
    return folder


def sample_message(control_id: str = "000001", **options: Any) -> bytes:
    """Return the message of the sample exam."""
    return make_message(make_report(IDENTITE), IDENTITE, control_id=control_id, **options)


class Mllp:
    """A connection to the door, as a RIS holds it."""

    def __init__(self, port: int) -> None:
        self.socket = socket.create_connection(("127.0.0.1", port), timeout=20)
        self._framer = Framer()

    def exchange(self, message: bytes) -> bytes:
        """Send a message and wait for its acknowledgement."""
        self.send(frame(message))
        return self.receive()

    def send(self, data: bytes) -> None:
        self.socket.sendall(data)

    def receive(self) -> bytes:
        """Return the next acknowledgement, or nothing when the connection ends."""
        with contextlib.suppress(ConnectionResetError):
            while data := self.socket.recv(65536):
                if messages := self._framer.feed(data):
                    return messages[0]
        return b""

    def close(self) -> None:
        self.socket.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_exc: object) -> None:
        self.close()


def until(condition: Callable[[], Any], what: str, seconds: float = 120.0) -> Any:
    """Wait for a condition without asserting any time; the limit only keeps a broken test from hanging."""
    limit = time.monotonic() + seconds
    while time.monotonic() < limit:
        if value := condition():
            return value
        time.sleep(0.05)
    message = f"still waiting for: {what}"
    raise AssertionError(message)
