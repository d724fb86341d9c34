# SPDX-FileCopyrightText: 2026 drimm contributors
# SPDX-License-Identifier: EUPL-1.2
"""Fuzzing what a DRIMbox source reads of the outside: ``./drimm soak fuzz-reception --minutes N``, N minutes per door.

Doors: MLLP framing, HL7 messages, CDA reports, rejection notes. Seeds are what the banc makes, and the corpus. A door refuses with one of
its own errors, within its time, or gives what its oracle allows; the memory of the process does not grow. Anything else is kept in
``plantages``, under the corpus.
"""

from __future__ import annotations

import base64
import hashlib
import random
import re
import resource
import sys
import time
import traceback
from collections import Counter
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Final

from banc.jeux import IDENTITE, ExamenJeu, make_message, make_report
from banc.pacs.notes import make_note
from banc.soak.portes_reception import PORTES, Porte, Surprise
from drimbox.source.reception.mllp import frame

MAX_SEED: Final = 48 << 10
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


@dataclass
class Fuzzer:
    """One run through one door.

    Attributes:
        porte: the door.
        chance: source of mutations, seeded so that a run can be played again.
        seeds: bytes to mutate.
        verdicts: how often each verdict was met.
        surprises: faults found.
        honest: the seeds of the start.
    """

    porte: Porte
    chance: random.Random
    seeds: list[bytes]
    verdicts: Counter[str] = field(default_factory=Counter)
    surprises: int = 0
    honest: tuple[bytes, ...] = field(init=False)

    def __post_init__(self) -> None:
        self.honest = tuple(self.seeds)

    def step(self, crashes: Path) -> None:
        """Try one mutation; keep as a new seed what met a verdict for the first times, keep on disk what surprised."""
        data = self.mutate()
        try:
            code = check(self.porte, data)
        except Surprise:
            self.surprises += 1
            crashes.mkdir(parents=True, exist_ok=True)
            name = f"{self.porte.nom}-{hashlib.sha256(data).hexdigest()[:16]}"
            (crashes / f"{name}.bin").write_bytes(data)
            (crashes / f"{name}.txt").write_text(traceback.format_exc(), encoding="utf-8")
            return
        self.verdicts[code] += 1
        if self.verdicts[code] < 50 and len(data) <= MAX_SEED:
            self.seeds.append(data)

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
            data = self.chance.choice((self._flip, self._insert, self._insert, self._delete, self._truncate, self._splice, self._repeat))(
                data
            )
        return data[: 4 * MAX_SEED]

    def _flip(self, data: bytes) -> bytes:
        if not data:
            return b"\0"
        changed = bytearray(data)
        changed[self.chance.randrange(len(changed))] ^= 1 << self.chance.randrange(8)
        return bytes(changed)

    def _insert(self, data: bytes) -> bytes:
        place = self.chance.randint(0, len(data))
        return data[:place] + self.chance.choice(self.porte.tokens) * self.chance.choice((1, 1, 1, 2, 300)) + data[place:]

    def _delete(self, data: bytes) -> bytes:
        start = self.chance.randint(0, len(data))
        return data[:start] + data[start + self.chance.choice((1, 2, 8, 64, 512)) :]

    def _truncate(self, data: bytes) -> bytes:
        return data[: self.chance.randint(0, len(data))]

    def _splice(self, data: bytes) -> bytes:
        other = self.chance.choice(self.seeds)
        return data[: self.chance.randint(0, len(data))] + other[self.chance.randint(0, len(other)) :]

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
    start, before = time.process_time(), _memory()
    try:
        code = porte.check(data)
    except Surprise:
        raise
    except Exception as error:  # the oracle is there to catch whatever gets out
        raise Surprise(f"{type(error).__name__} got out") from error
    if time.process_time() - start > MAX_SECONDS:
        raise Surprise("the door took too long")
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


def run(minutes: float, corpus: Path, *, seed: int | None = None) -> int:
    """Fuzz each door for that long, print what was met, and return 1 when one of them surprised.

    Args:
        minutes: how long per door.
        corpus: folder under which ``reception/graines/<door>`` is read and ``reception/plantages`` is written.
        seed: to play a run again.
    """
    folder = corpus / "reception"
    seed = random.SystemRandom().getrandbits(32) if seed is None else seed
    surprises = sum(_run_one(porte, minutes, folder, seed) for porte in PORTES)
    return 1 if surprises else 0


def _run_one(porte: Porte, minutes: float, folder: Path, seed: int) -> int:
    seeds = seeds_of(porte) + [path.read_bytes() for path in sorted((folder / "graines" / porte.nom).glob("*"))]
    fuzzer = Fuzzer(porte, random.Random(seed), seeds)
    sys.stdout.write(f"porte {porte.nom}, graine {seed}, {len(seeds)} départs, {minutes:g} minutes\n")
    end, done, before = time.monotonic() + 60 * minutes, 0, 0
    while time.monotonic() < end:
        fuzzer.step(folder / "plantages")
        done += 1
        if done == WARM_UP:
            before = _memory()
    grown = _memory() - before if before else 0
    if grown > MAX_GROWTH_KIB:
        fuzzer.surprises += 1
    for code, count in fuzzer.verdicts.most_common():
        sys.stdout.write(f"{count:>10}  {code}\n")
    sys.stdout.write(f"{done:>10}  essais, {fuzzer.surprises} surprises, mémoire +{grown} Kio\n")
    return fuzzer.surprises


def _memory() -> int:
    """Return the highest memory of this process so far, in KiB."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss


if __name__ == "__main__":
    sys.exit(run(float(sys.argv[1]), Path(sys.argv[2])))
