# SPDX-FileCopyrightText: 2026 drimm contributors
# SPDX-License-Identifier: EUPL-1.2
"""Fuzzing what a DRIMbox source reads of the outside: ``./drimm soak fuzz-reception --minutes N``, N minutes per door.

Doors: MLLP framing, HL7 messages, CDA reports, rejection notes. Seeds are what the banc makes, and the corpus. A door refuses with one of
its own errors, within its time, or gives what its oracle allows; the memory of the process does not grow. Anything else is kept in
``plantages``, under the corpus.
"""

from __future__ import annotations

import base64
import random
import re
import resource
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from functools import partial
from pathlib import Path
from typing import Final

from banc.jeux import IDENTITE, ExamenJeu, make_message, make_report
from banc.pacs.notes import make_note
from banc.soak.choix import chosen
from banc.soak.fuzz import MAX_SEED, Essais, Surprise, change, drawn, judge
from banc.soak.portes_reception import PORTES, Porte
from drimbox.source.reception.mllp import frame

MAX_SECONDS: Final = 2.0
WARM_UP: Final = 2_000
MAX_GROWTH_KIB: Final = 96 * 1024
MAX_STEP_KIB: Final = 48 * 1024
"""What one input may take, at most, beyond what any one before it took."""
OMI: Final = (
    b"MSH|^~\\&|RIS|C|D|C|20240912||OMI^O23^OMI_O23|001|P|2.5.1\rPID|||IPP101^^^AUT&1.2.3&ISO^PI||PAT^DOM^^^^^L||19790328|F\r"
    b"ORC|CA|\rTQ1|||||||20240912||\rOBR|1|984375862^N|\rOBX|1|ST|Modification Examen Imagerie||||||||||||||\r"
    b"IPC|ACN124|PACS|1.2.250.1.213.4.5.2.1.124|123|\r"
)


@dataclass(kw_only=True)
class Fuzzer(Essais):
    """One run through one door.

    Attributes:
        porte: the door.
        honest: the seeds of the start.
    """

    porte: Porte
    honest: tuple[bytes, ...] = field(init=False)

    def __post_init__(self) -> None:
        self.honest = tuple(self.seeds)

    def step(self, crashes: Path) -> None:
        """Try one mutation."""
        self.give(self.mutate(), lambda data: check(self.porte, data), crashes, self.porte.nom)

    def mutate(self) -> bytes:
        """Return a seed with one to four mutations, sometimes inside the report that a message carries."""
        # half of the time from what is honest: else the many refused seeds soon leave nothing that a reader accepts
        data = self.chance.choice(self.honest if self.chance.random() < 0.5 else self.seeds)
        carried = re.search(rb"\^Base64\^([A-Za-z0-9+/]{200,})", data) if self.porte.nom == "hl7" else None
        if carried is None or self.chance.random() < 0.5:
            return self._mutated(data)
        whole = carried[1][: len(carried[1]) // 4 * 4]
        inside = self._mutated(base64.b64decode(whole))
        return data[: carried.start(1)] + base64.b64encode(inside) + data[carried.end(1) :]

    def _mutated(self, data: bytes) -> bytes:
        for _ in range(self.chance.randint(1, 4)):
            data = self._repeat(data) if self.chance.random() < 0.15 else change(self.chance, data, self.seeds, self.porte.tokens)
        return data[: 4 * MAX_SEED]

    def _repeat(self, data: bytes) -> bytes:
        """Repeat or move a part."""
        start = self.chance.randint(0, len(data))
        part = data[start : start + self.chance.choice((4, 40, 400))]
        place = self.chance.randint(0, len(data))
        return data[:place] + part * self.chance.choice((1, 1, 2, 40)) + data[place:]


def check(porte: Porte, data: bytes) -> str:
    """Give bytes to a door and return its verdict.

    Raises:
        Surprise: it took too long or too much memory, let another error out, or gave what its oracle forbids.
    """
    before = _memory()
    code = judge(lambda: porte.check(data), (), MAX_SECONDS)
    if _memory() - before > MAX_STEP_KIB:
        raise Surprise("a few bytes took a lot of memory")
    return code


def seeds_of(porte: Porte) -> list[bytes]:
    """Return what the banc makes for this door."""
    two = IDENTITE.with_examens(ExamenJeu.numbered(1), ExamenJeu.numbered(2))
    reports = [make_report(identite) for identite in (IDENTITE, two, replace(IDENTITE, version=2))]
    messages = [make_message(report, event=event) for report in reports for event in ("T02", "T10", "T04")]
    if porte.nom == "cda":
        return reports
    if porte.nom == "note":
        return [make_note(title) for title in ("113001", "113037", "113000")]
    if porte.nom == "mllp":
        return [
            frame(b"MSH|^~\\&|A"),
            frame(OMI),
            frame(OMI) * 3,
            b"\x0bcut" + frame(OMI),
            frame(b"x" * 4090),
            b"\r\n" + frame(OMI) + b"\n",
        ]
    return [*messages, OMI]


def run(minutes: float, corpus: Path, porte: str = "", *, seed: int | None = None) -> int:
    """Fuzz each door for that long, print what was met, and return 1 when one of them surprised.

    Args:
        minutes: how long per door.
        corpus: folder under which ``reception/graines/<door>`` is read and ``reception/plantages`` is written.
        porte: the only door to fuzz, or the beginning of its name; all of them by default.
        seed: to play a run again.

    Raises:
        PorteInconnue: there is no such door.
    """
    names = chosen([one.nom for one in PORTES], porte)
    folder = corpus / "reception"
    seed = drawn(seed)
    surprises = sum(_run_one(one, minutes, folder, seed) for one in PORTES if one.nom in names)
    return 1 if surprises else 0


def _run_one(porte: Porte, minutes: float, folder: Path, seed: int) -> int:
    seeds = seeds_of(porte) + [path.read_bytes() for path in sorted((folder / "graines" / porte.nom).glob("*"))]
    fuzzer = Fuzzer(random.Random(seed), seeds, porte=porte)
    sys.stdout.write(f"porte {porte.nom}, graine {seed}, {len(seeds)} départs, {minutes:g} minutes\n")
    step = partial(fuzzer.step, folder / "plantages")
    grown = _grown(minutes, step)
    if grown > MAX_GROWTH_KIB:
        fuzzer.surprises += 1
    fuzzer.tell(porte.nom, f", mémoire +{grown} Kio")
    return fuzzer.surprises


def _grown(minutes: float, step: Callable[[], None]) -> int:
    """Fuzz for that long and return by how much the memory of this process grew after its first inputs, in KiB."""
    end, done, before = time.monotonic() + 60 * minutes, 0, 0
    while time.monotonic() < end:
        step()
        done += 1
        if done == WARM_UP:
            before = _memory()
    return _memory() - before if before else 0


def _memory() -> int:
    """Return the highest memory of this process so far, in KiB."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
