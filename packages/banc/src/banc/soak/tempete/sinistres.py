# SPDX-FileCopyrightText: 2026 drimm contributors
# SPDX-License-Identifier: EUPL-1.2
"""The breakdowns of a storm, one every few seconds, drawn from a seed; each one ends by itself."""

from __future__ import annotations

import os
import random
import shutil
import threading
import time
from collections import Counter
from collections.abc import Callable
from pathlib import Path

from banc.dmp import Etat
from banc.soak.tempete.terrain import PROCESSES, Terrain

PAUSE = (1.0, 4.0)
MIN_LIFE_SECONDS = 10.0
"""A process that is killed before it has started does nothing: that is no storm, that is a stopped machine."""
SHORT = (0.5, 3.0)
# a professional's assertion is refused by the DMP beyond two minutes of drift: a clock further away than that calls a person, rightly
CLOCKS = ("-90s", "+90s", "")


class Tempete:
    """Breakdowns until it is told to stop.

    Args:
        terrain: what breaks down.
        images: folder of the PACS.
        seed: of the draw.
    """

    def __init__(self, terrain: Terrain, images: Path, seed: int) -> None:
        self._terrain, self._images = terrain, images
        self._draw = random.Random(seed)
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._blow, name="tempete")
        self.count: Counter[str] = Counter()
        self._started = dict.fromkeys(PROCESSES, time.monotonic())
        self.error: BaseException | None = None

    def start(self) -> None:
        """Begin."""
        self._thread.start()

    def calm(self) -> None:
        """End the storm: nothing is broken any more when this returns."""
        self._stop.set()
        self._thread.join()
        assert self._terrain.dmp is not None
        self._terrain.dmp.etat = Etat.NORMAL
        self._terrain.clocks.clear()

    def kinds(self) -> dict[str, Callable[[], object]]:
        """Return what may happen on this machine."""
        kinds: dict[str, Callable[[], object]] = {
            **{f"kill -9 {name}": lambda name=name: self._kill(name) for name in PROCESSES},  # type: ignore[misc]  # default argument
            "base coupée": self._terrain.cut_database,
            "PACS absent": self._pacs_away,
            **{f"DMP : {etat.value}": lambda etat=etat: self._dmp(etat) for etat in Etat if etat is not Etat.NORMAL},  # type: ignore[misc]
        }
        if shutil.which("faketime"):
            kinds["saut d'horloge"] = self._clock
        if os.path.ismount(self._terrain.data.parent):
            kinds["disque plein"] = self._disk
        return kinds

    def _blow(self) -> None:
        kinds = self.kinds()
        try:
            while not self._stop.wait(self._draw.uniform(*PAUSE)):
                name = self._draw.choice(sorted(kinds))
                if kinds[name]() is not False:
                    self.count[name] += 1
        except Exception as error:  # noqa: BLE001 - whatever stops the storm is a fault of the trial, told at its end
            self.error = error

    def _dmp(self, etat: Etat) -> None:
        assert self._terrain.dmp is not None
        self._terrain.dmp.etat = etat
        time.sleep(self._draw.uniform(*SHORT))
        self._terrain.dmp.etat = Etat.NORMAL

    def _pacs_away(self) -> None:
        self._terrain.stop_pacs()
        time.sleep(self._draw.uniform(*SHORT))
        self._terrain.start_pacs(self._images)

    def _clock(self) -> bool:
        name = self._draw.choice(PROCESSES)
        self._terrain.clocks[name] = self._draw.choice(CLOCKS)
        return self._kill(name)

    def _kill(self, name: str) -> bool:
        if time.monotonic() - self._started.get(name, 0.0) < MIN_LIFE_SECONDS:
            return False
        self._terrain.kill(name)
        self._started[name] = time.monotonic()
        return True

    def _disk(self) -> None:
        path = self._terrain.fill_disk()
        time.sleep(self._draw.uniform(*SHORT))
        path.unlink()
        self._terrain.revive_database()
