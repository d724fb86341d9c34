# SPDX-FileCopyrightText: 2026 drimm contributors
# SPDX-License-Identifier: EUPL-1.2
"""What the fuzzers share: changes of bytes, the judgement of a reader, and the account of a run."""

from __future__ import annotations

import hashlib
import random
import sys
import time
import traceback
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import ClassVar, Final

MAX_SEED: Final = 64 << 10
_NEW: Final = 50
"""A verdict met less often than this makes a seed of what met it."""


class Surprise(AssertionError):
    """A reader did something it must never do."""


def judge(read: Callable[[], str], refusals: type[Exception] | tuple[type[Exception], ...], max_seconds: float) -> str:
    """Return the verdict of a reader, or the code of its refusal.

    Args:
        read: gives bytes to the reader, and raises :class:`Surprise` where its oracle forbids what it gave.
        refusals: its own errors, with a ``code``.
        max_seconds: processor time that it may take.

    Raises:
        Surprise: another error got out, it took too long, or as said by ``read``.
    """
    start = time.process_time()
    try:
        verdict = read()
    except Surprise:
        raise
    except refusals as refusal:
        verdict = str(getattr(refusal, "code", ""))
    except Exception as error:  # the oracle is there to catch whatever gets out
        raise Surprise(f"{type(error).__name__} got out") from error
    if time.process_time() - start > max_seconds:
        raise Surprise("the reader took too long")
    return verdict


def mutate(chance: random.Random, seeds: Sequence[bytes], tokens: Sequence[bytes]) -> bytes:
    """Return a seed with one to four changes."""
    data = chance.choice(seeds)
    for _ in range(chance.randint(1, 4)):
        data = change(chance, data, seeds, tokens)
    return data[:MAX_SEED]


def change(chance: random.Random, data: bytes, seeds: Sequence[bytes], tokens: Sequence[bytes]) -> bytes:
    """Flip one bit, insert a token, delete a part, cut the end, or go on with another seed."""
    place = chance.randint(0, len(data))
    match chance.randrange(5):
        case 0 if place < len(data):
            return data[:place] + bytes([data[place] ^ 1 << chance.randrange(8)]) + data[place + 1 :]
        case 1:
            return data[:place] + data[place + chance.choice((1, 2, 8, 64, 512)) :]
        case 2:
            return data[:place]
        case 3:
            other = chance.choice(seeds)
            return data[:place] + other[chance.randint(0, len(other)) :]
        case _:
            return data[:place] + chance.choice(tokens) * chance.choice((1, 1, 1, 2, 300)) + data[place:]


@dataclass
class Essais:
    """What a run tried and met.

    Attributes:
        chance: source of mutations, seeded so that a run can be played again.
        seeds: bytes to mutate; what meets a new verdict joins them.
        verdicts: how often each verdict was met.
        surprises: faults found.
    """

    chance: random.Random
    seeds: list[bytes] = field(default_factory=list)
    verdicts: Counter[str] = field(default_factory=Counter)
    surprises: int = 0
    suffix: ClassVar[str] = ".bin"

    def give(self, data: bytes, check: Callable[[bytes], str], crashes: Path, door: str = "") -> None:
        """Give bytes to a reader and count what it said; keep on disk what surprised.

        Args:
            data: the bytes.
            check: returns a verdict, or raises :class:`Surprise`.
            crashes: folder of what surprised; made when it is needed.
            door: name of the reader, when there are several.
        """
        try:
            verdict = check(data)
        except Surprise:
            self.surprises += 1
            name = "-".join(filter(None, (door.replace(" ", "-"), hashlib.sha256(data).hexdigest()[:16])))
            crashes.mkdir(parents=True, exist_ok=True)
            (crashes / f"{name}{self.suffix}").write_bytes(data)
            (crashes / f"{name}.txt").write_text(traceback.format_exc(), encoding="utf-8")
            return
        self.verdicts[verdict] += 1
        if self.verdicts[verdict] < _NEW and len(data) <= MAX_SEED:
            self.seeds.append(data)

    def tell(self, door: str = "", more: str = "") -> None:
        """Print what was met."""
        for code, count in self.verdicts.most_common():
            sys.stdout.write(f"{count:>10}  {code}\n")
        before, total = (f"{door} : " if door else ""), self.verdicts.total() + self.surprises
        sys.stdout.write(f"{before}{total} essais, {self.surprises} surprises{more}\n")


def drawn(seed: int | None) -> int:
    """Return the seed of a run to play again, or a new one."""
    return random.SystemRandom().getrandbits(32) if seed is None else seed


def during(seconds: float, step: Callable[[], object]) -> None:
    """Do it again and again for that long."""
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        step()
