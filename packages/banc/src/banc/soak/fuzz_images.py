# SPDX-FileCopyrightText: 2026 drimm contributors
# SPDX-License-Identifier: EUPL-1.2
"""Fuzzing every door of the images for as long as one likes: ``./drimm soak fuzz-images --minutes N``.

The time is shared between the doors of the peers (:mod:`.fuzz_images_http`) and those of the PACS (``fuzz_images_pdu``, where it is there).
"""

from __future__ import annotations

import asyncio
import hashlib
import random
import sys
import time
import traceback
from collections import Counter
from importlib import import_module
from importlib.util import find_spec
from pathlib import Path

from banc.soak import fuzz_images_http as http

PDU = "banc.soak.fuzz_images_pdu"


def one_door(door: str, seconds: float, chance: random.Random, crashes: Path) -> tuple[Counter[str], int]:
    """Fuzz one reader; return what it said and how often it surprised. What surprised is kept on disk."""
    verdicts, surprises, seeds = Counter[str](), 0, http.SEEDS[http.DOORS[door][1]]
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        data = http.mutate(chance, seeds)
        try:
            verdicts[http.check(door, data)] += 1
        except http.Surprise:
            surprises += 1
            name = f"{door}-{hashlib.sha256(data).hexdigest()[:16]}"
            (crashes / f"{name}.bin").write_bytes(data)
            (crashes / f"{name}.txt").write_text(traceback.format_exc(), encoding="utf-8")
    return verdicts, surprises


def run(minutes: float, corpus: Path) -> int:
    """Fuzz for that long, print what was met, and return 1 when a door surprised.

    Args:
        minutes: how long, all doors together.
        corpus: folder where ``plantages`` is written.
    """
    crashes = corpus / "plantages"
    crashes.mkdir(parents=True, exist_ok=True)
    seed = random.SystemRandom().getrandbits(32)
    chance, total = random.Random(seed), 0
    others = import_module(PDU) if find_spec(PDU) else None
    each = 60 * minutes / (len(http.DOORS) + 1) / (2 if others else 1)
    sys.stdout.write(f"graine {seed}, {each:.0f} s par porte\n")
    for door in http.DOORS:
        verdicts, surprises = one_door(door, each, chance, crashes)
        total += surprises
        _print(door, verdicts, surprises)
    try:
        _print("http", asyncio.run(http.http(each, chance)), 0)
    except http.Surprise as surprise:
        total += 1
        sys.stdout.write(f"http : {surprise}\n")
    if others is not None:
        total += others.run(minutes / 2, corpus)
    return 1 if total else 0


def _print(door: str, verdicts: Counter[str], surprises: int) -> None:
    sys.stdout.write(f"{door} : {sum(verdicts.values()) + surprises} essais, {surprises} surprises\n")
    for code, count in verdicts.most_common():
        sys.stdout.write(f"{count:>10}  {code}\n")
