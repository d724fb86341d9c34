# SPDX-FileCopyrightText: 2026 drimm contributors
# SPDX-License-Identifier: EUPL-1.2
"""The PACS of a storm: a real Orthanc where it is installed, which may be killed or fall silent; else the one of the banc."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from banc.pacs import PacsSimulator
from banc.pacs.orthanc import OrthancPacs
from confiance.errors import OwnError

PORT_TRIES, PORT_PAUSE = 100, 0.1


class PacsImpossible(OwnError):
    """The PACS does not come back."""

    code = "banc.tempete_pacs"
    message = "Le PACS de la tempête ne revient pas."
    remede = "Lisez son journal dans le dossier de travail."


class PacsTempete:
    """One PACS that comes back on the same port, with the same images.

    Args:
        folder: what an Orthanc keeps.
        images: Part-10 files that it holds.
        aet: called AE Title.
        port: DICOM port.
    """

    def __init__(self, folder: Path, images: Path, aet: str, port: int) -> None:
        self._images, self._aet, self._port = images, aet, port
        self._orthanc = OrthancPacs(folder, aet, port=port) if OrthancPacs.installed() else None
        self._simulator: PacsSimulator | None = None
        self._filled = False

    @property
    def aet(self) -> str:
        """Its AE Title."""
        return self._aet

    @property
    def is_real(self) -> bool:
        """Whether it is an Orthanc."""
        return self._orthanc is not None

    def start(self) -> None:
        """Start it, unless it runs; its port may still be in the hands of the former one for a moment.

        Raises:
            PacsImpossible: it does not start.
        """
        if self._orthanc is None:
            self._start_simulator()
            return
        if self._orthanc.runs:
            return
        try:
            self._orthanc.start()
        except RuntimeError as error:
            raise PacsImpossible(str(error)) from None
        if not self._filled:
            self._orthanc.upload(sorted(self._images.glob("*.dcm")))
            self._filled = True

    def kill(self) -> None:
        """End it at once."""
        if self._orthanc is not None:
            self._orthanc.kill()
        self._stop_simulator()

    def stop(self) -> None:
        """Stop it."""
        if self._orthanc is not None:
            self._orthanc.stop()
        self._stop_simulator()

    @contextmanager
    def frozen(self) -> Iterator[None]:
        """Leave its connections open and answer nobody, for the time of a block."""
        assert self._orthanc is not None
        self._orthanc.freeze()
        try:
            yield
        finally:
            self._orthanc.thaw()

    def _start_simulator(self) -> None:
        if self._simulator is not None:
            return
        for _ in range(PORT_TRIES):
            try:
                self._simulator = PacsSimulator(self._images, self._aet, port=self._port, known_aets={"DRIMBOX": None}).start()
            except OSError:
                time.sleep(PORT_PAUSE)
            else:
                return
        raise PacsImpossible(f"Le port {self._port} du PACS reste pris.")

    def _stop_simulator(self) -> None:
        if self._simulator is not None:
            self._simulator.stop()
            self._simulator = None
