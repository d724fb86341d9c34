# SPDX-FileCopyrightText: 2026 drimm contributors
# SPDX-License-Identifier: EUPL-1.2
"""A real Orthanc as a plain process, where Debian's package is installed: a PACS that nobody here wrote."""

from __future__ import annotations

import http.client
import json
import os
import signal
import socket
import subprocess
import time
from collections.abc import Iterable
from pathlib import Path
from types import TracebackType
from typing import Self

from banc.ports import free_port

PROGRAM = Path("/usr/sbin/Orthanc")
PLUGINS = Path("/usr/share/orthanc/plugins")
START_SECONDS = 20.0
STOP_SECONDS = 15.0


class OrthancPacs:
    """One Orthanc with its DICOM and HTTP ports on loopback, its database under ``folder``.

    Args:
        folder: an empty folder of its own.
        aet: called AE Title.
        port: DICOM port; a free one by default.
        destinations: C-MOVE destinations, name → (AE Title, host, port).
        nagle: leave Nagle's algorithm on, as a PACS that nobody tuned does.
        associations: how many it serves at once; the others wait for their turn. Orthanc's own default.
    """

    def __init__(
        self,
        folder: Path,
        aet: str = "ORTHANC",
        *,
        port: int = 0,
        destinations: dict[str, tuple[str, str, int]] | None = None,
        nagle: bool = False,
        associations: int = 4,
    ) -> None:
        self._nagle = nagle
        self._associations = associations
        self.folder = folder
        self.aet = aet
        self.port = port or free_port()
        self.http_port = free_port()
        self._destinations = destinations or {}
        self._process: subprocess.Popen[bytes] | None = None

    @staticmethod
    def installed() -> bool:
        """Tell whether this machine has Orthanc."""
        return PROGRAM.exists()

    @property
    def runs(self) -> bool:
        """Whether it was started and has not ended."""
        return self._process is not None and self._process.poll() is None

    def start(self) -> Self:
        """Start it and wait until both ports answer.

        Raises:
            RuntimeError: it ended, or does not answer in time.
        """
        self.folder.mkdir(parents=True, exist_ok=True)
        configuration = self.folder / "orthanc.json"
        configuration.write_text(json.dumps(self._configuration()), encoding="utf-8")
        # Debian's DCMTK leaves Nagle on unless told: 40 ms per object otherwise.
        environment = {**os.environ, "TCP_NODELAY": "0" if self._nagle else "1"}
        with (self.folder / "orthanc.log").open("wb") as log:
            self._process = subprocess.Popen([PROGRAM, configuration], env=environment, stdout=log, stderr=log, stdin=subprocess.DEVNULL)
        self._wait_until_ready()
        return self

    def stop(self) -> None:
        """Stop it and wait for its end: its ports stay taken until then."""
        process, self._process = self._process, None
        if process is None:
            return
        process.terminate()
        try:
            process.wait(STOP_SECONDS)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()

    def kill(self) -> None:
        """End it at once, as a power cut does."""
        process, self._process = self._process, None
        if process is not None:
            process.kill()
            process.wait()

    def freeze(self) -> None:
        """Stop the process where it is: connections stay, nobody answers."""
        if self._process is not None:
            self._process.send_signal(signal.SIGSTOP)

    def thaw(self) -> None:
        """Let it go on."""
        if self._process is not None:
            self._process.send_signal(signal.SIGCONT)

    def upload(self, paths: Iterable[Path]) -> int:
        """Put files in it by its own HTTP door, quicker than C-STORE; return how many it took.

        Raises:
            RuntimeError: it refuses one.
        """
        connection = http.client.HTTPConnection("127.0.0.1", self.http_port, timeout=60)
        count = 0
        try:
            for path in paths:
                status = _post(connection, path.read_bytes())
                if status != http.client.OK:
                    message = f"Orthanc refuse {path.name} : HTTP {status}"
                    raise RuntimeError(message)
                count += 1
        finally:
            connection.close()
        return count

    def __enter__(self) -> Self:
        return self.start()

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        self.stop()

    def _wait_until_ready(self) -> None:
        deadline = time.monotonic() + START_SECONDS
        while time.monotonic() < deadline:
            if self._process is None or self._process.poll() is not None:
                break
            if self._answers():
                return
            time.sleep(0.05)
        self.stop()
        message = f"Orthanc ne démarre pas : voir {self.folder / 'orthanc.log'}"
        raise RuntimeError(message)

    def _answers(self) -> bool:
        connection = http.client.HTTPConnection("127.0.0.1", self.http_port, timeout=2)
        try:
            connection.request("GET", "/system")
            ready = connection.getresponse().status == http.client.OK
            socket.create_connection(("127.0.0.1", self.port), timeout=2).close()
        except OSError:
            return False
        finally:
            connection.close()
        return ready

    def _configuration(self) -> dict[str, object]:
        plugins = [str(PLUGINS / name) for name in ("libOrthancDicomWeb.so", "libOrthancGdcm.so") if (PLUGINS / name).exists()]
        always = {f"DicomAlwaysAllow{verb}": True for verb in ("Echo", "Store", "Find", "Get", "Move")}
        return {
            "Name": self.aet,
            "StorageDirectory": str(self.folder / "db"),
            "IndexDirectory": str(self.folder / "db"),
            "Plugins": plugins,
            "HttpPort": self.http_port,
            "RemoteAccessAllowed": False,
            "AuthenticationEnabled": False,
            "HttpCompressionEnabled": False,
            "DicomAet": self.aet,
            "DicomPort": self.port,
            "DicomCheckCalledAet": False,
            "DicomThreadsCount": self._associations,
            **always,
            "UnknownSopClassAccepted": True,
            "DicomModalities": {name: list(target) for name, target in self._destinations.items()},
            "DefaultEncoding": "Utf8",
            "SyncStorageArea": False,
            "OverwriteInstances": True,
            "StableAge": 1,
            "DicomWeb": {"Enable": True, "Root": "/dicom-web/", "StudiesMetadata": "Full", "SeriesMetadata": "Full"},
        }


def _post(connection: http.client.HTTPConnection, content: bytes) -> int:
    """Post one object; a connection that Orthanc closed meanwhile (its keep-alive lasts one second) is opened again, once."""
    for last in (False, True):
        try:
            connection.request("POST", "/instances", content, {"Content-Type": "application/dicom"})
            answer = connection.getresponse()
            answer.read()
        except (ConnectionError, http.client.RemoteDisconnected):
            connection.close()
            if last:
                raise
        else:
            return answer.status
    return 0
