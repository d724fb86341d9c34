# SPDX-FileCopyrightText: 2026 drimm contributors
# SPDX-License-Identifier: EUPL-1.2
"""The breakdowns of a storm, drawn from a seed, several at a time; each one ends by itself.

The storm blows in gusts. After each there is a lull, long enough for what was killed to come back and for the DMP to take a few exams:
a machine on which everything is always down shows nothing.
"""

from __future__ import annotations

import random
import threading
import time
from collections import Counter
from collections.abc import Callable
from functools import partial

import psycopg

from banc.dmp import Etat
from banc.soak.tempete.boite import PROCESSES
from banc.soak.tempete.horloge import Horloge
from banc.soak.tempete.manques import DISQUE, HORLOGE, PACS_MUET
from banc.soak.tempete.terrain import Terrain

HANDS = 2
PAUSE = (1.0, 5.0)
GUST_SECONDS, LULL_SECONDS, LONGEST_LULL_SECONDS = 40.0, 8.0, 45.0
TAKEN_IN_A_LULL = 5
RESTORE_SECONDS = 120.0
SHORT = (0.5, 3.0)
CLOCK_SECONDS = (5.0, 15.0)
# Behind: a professional's assertion is refused by the DMP beyond two minutes of drift, and a clock further away calls a person, rightly.
# Ahead: what is put off meanwhile waits as much longer once the clock is right. Delays that are a quarter of an hour in a hospital are
# fifteen seconds here (terrain), and the jump is in proportion.
CLOCKS = (-90, 20)
Sinistre = Callable[[random.Random], bool]


class Tempete:
    """Breakdowns until it is told to stop. Two at a time may last; never two of one kind.

    Args:
        terrain: what breaks down.
        seed: of the draw.
        longest: seconds after which it ends by itself.
        without: names of the breakdowns to leave out.
    """

    def __init__(self, terrain: Terrain, seed: int, longest: float, without: frozenset[str] = frozenset()) -> None:
        self._terrain, self._without = terrain, without
        self._stop = threading.Event()
        self._longest, self._start = longest, time.monotonic()
        self._rhythm = threading.Lock()
        self._gust, self._until, self._taken = True, self._start + GUST_SECONDS, 0
        self._threads = [threading.Thread(target=self._blow, args=(seed + hand,), name=f"rafale-{hand}") for hand in range(HANDS)]
        self._under_way = {name: threading.Lock() for name in self.kinds()}
        self.count: Counter[str] = Counter()
        self.last = ""
        self.error: BaseException | None = None

    def start(self) -> None:
        """Begin."""
        self._start = time.monotonic()
        self._until = self._start + GUST_SECONDS
        for thread in self._threads:
            thread.start()

    def calm(self) -> None:
        """End the storm: nothing is broken any more when this returns.

        Raises:
            BasePerdue: the database does not come back.
            PacsImpossible: neither does the PACS.
        """
        self.give_up()
        self._terrain.restore(RESTORE_SECONDS)

    def give_up(self) -> None:
        """Break nothing any more, whatever is broken."""
        self._stop.set()
        for thread in self._threads:
            if thread.ident is not None:
                thread.join()

    @property
    def sky(self) -> str:
        """What the weather is."""
        if self._stop.is_set() or self._elapsed() >= self._longest:
            return "calme"
        return "rafale" if self._gust else "accalmie"

    def kinds(self) -> dict[str, Sinistre]:
        """Return what may happen here."""
        boite, base = self._terrain.boite, self._terrain.base
        kinds: dict[str, Sinistre] = {
            **{f"kill -9 {name}": partial(self._kill, name) for name in PROCESSES},
            "kill -9 superviseur": lambda _draw: boite.kill_supervisor(),
            "coupure de courant": lambda _draw: boite.cut_power(),
            "kill -9 d'une connexion de postgres": lambda _draw: base.kill_backend(),
            "kill -9 postgres": lambda _draw: base.kill_server(),
            "base coupée": self._cut,
            "PACS absent": self._pacs_away,
            **{f"DMP : {etat.value}": partial(self._dmp, etat) for etat in Etat if etat is not Etat.NORMAL},
        }
        if self._terrain.clock is not None:
            kinds[HORLOGE] = partial(self._jump, self._terrain.clock)
        if base.has_own_disk:
            kinds[DISQUE] = self._disk
        if self._terrain.pacs.is_real:
            kinds[PACS_MUET] = self._pacs_mute
        return {name: sinistre for name, sinistre in kinds.items() if name not in self._without}

    def _blow(self, seed: int) -> None:
        draw, kinds = random.Random(seed), self.kinds()
        try:
            while not self._stop.wait(draw.uniform(*PAUSE)) and self._elapsed() < self._longest:
                self._terrain.base.revive()
                if self._blows():
                    self._one(draw.choice(sorted(kinds)), kinds, draw)
        except Exception as error:  # noqa: BLE001 - whatever stops the storm is a fault of the trial, told at its end
            self.error = error
            self._stop.set()

    def _elapsed(self) -> float:
        return time.monotonic() - self._start

    def _blows(self) -> bool:
        """Tell whether it is time to break something: a gust lasts so long, a lull until the DMP has taken something."""
        with self._rhythm:
            now, taken = time.monotonic(), len(self._terrain.dmp.store.faits)
            if self._gust and now >= self._until:
                self._gust, self._until, self._taken = False, now + LULL_SECONDS, taken
            elif not self._gust and now >= self._until:
                longest = self._until - LULL_SECONDS + LONGEST_LULL_SECONDS
                if taken - self._taken >= TAKEN_IN_A_LULL or now >= longest:
                    self._gust, self._until = True, now + GUST_SECONDS
            return self._gust

    def _one(self, name: str, kinds: dict[str, Sinistre], draw: random.Random) -> None:
        # the breakdowns of the DMP exclude one another, and so do those of the PACS
        family = name.split(maxsplit=1)[0]
        lock = self._under_way[next(kind for kind in sorted(kinds) if kind.startswith(family)) if family in {"DMP", "PACS"} else name]
        if not lock.acquire(blocking=False):
            return
        try:
            if kinds[name](draw):
                self.count[name] += 1
                self.last = name
        except psycopg.Error:
            pass  # the other hand has broken the database already
        finally:
            lock.release()

    def _cut(self, _draw: random.Random) -> bool:
        self._terrain.base.cut()
        return True

    def _kill(self, name: str, _draw: random.Random) -> bool:
        return self._terrain.boite.kill(name)

    def _dmp(self, etat: Etat, draw: random.Random) -> bool:
        self._terrain.dmp.etat = etat
        time.sleep(draw.uniform(*SHORT))
        self._terrain.dmp.etat = Etat.NORMAL
        return True

    def _pacs_away(self, draw: random.Random) -> bool:
        self._terrain.pacs.kill()
        time.sleep(draw.uniform(*SHORT))
        self._terrain.pacs.start()
        return True

    def _pacs_mute(self, draw: random.Random) -> bool:
        with self._terrain.pacs.frozen():
            time.sleep(draw.uniform(*SHORT))
        return True

    def _jump(self, clock: Horloge, draw: random.Random) -> bool:
        clock.jump(draw.choice(CLOCKS))
        self._stop.wait(draw.uniform(*CLOCK_SECONDS))
        clock.jump(0)
        return True

    def _disk(self, draw: random.Random) -> bool:
        path = self._terrain.base.fill_disk()
        time.sleep(draw.uniform(*SHORT))
        path.unlink()
        return True
