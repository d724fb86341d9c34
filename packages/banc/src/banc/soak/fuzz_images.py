# SPDX-FileCopyrightText: 2026 drimm contributors
# SPDX-License-Identifier: EUPL-1.2
"""Fuzzing every door of the images for as long as one likes: ``./drimm soak fuzz-images --minutes N``.

The time is shared between the doors of the peers (:mod:`.fuzz_images_http`) and those of the PACS (:mod:`.fuzz_images_pdu`).
"""

from __future__ import annotations

import asyncio
import random
import sys
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path
from typing import Final

from banc.soak import fuzz_images_http as http
from banc.soak import fuzz_images_pdu as pdu
from banc.soak.choix import chosen
from banc.soak.fuzz import Essais, Surprise, drawn, during, mutate

HTTP: Final = "http"
"""The door of a whole server: not a reader of its own."""
Door = tuple[str, Callable[[bytes], str], tuple[bytes, ...], tuple[bytes, ...]]


def doors(chance: random.Random) -> Iterator[Door]:
    """Yield the name of each reader, its judge, its seeds and what is worth inserting."""
    for name, (_read, kind) in http.DOORS.items():
        yield name, partial(http.check, name), http.SEEDS[kind], http.TOKENS
    for name, (_look, seeds) in pdu.DOORS.items():
        yield name, partial(pdu.check, name, chance=chance), seeds, pdu.TOKENS


def run(minutes: float, corpus: Path, porte: str = "") -> int:
    """Fuzz for that long, print what was met, and return 1 when a door surprised.

    Args:
        minutes: how long, all doors together.
        corpus: folder where ``plantages`` is written.
        porte: the only door to fuzz, or the beginning of its name; all of them by default.

    Raises:
        PorteInconnue: there is no such door.
    """
    names = chosen([*http.DOORS, *pdu.DOORS, HTTP], porte)
    seed = drawn(None)
    chance, each = random.Random(seed), 60 * minutes / len(names)
    sys.stdout.write(f"graine {seed}, {each:.0f} s par porte\n")
    total = sum(_one_door(door, each, chance, corpus / "plantages") for door in doors(chance) if door[0] in names)
    total += _server(each, chance) if HTTP in names else 0
    return 1 if total else 0


def _server(seconds: float, chance: random.Random) -> int:
    """Fuzz a whole server."""
    try:
        Essais(chance, verdicts=asyncio.run(http.http(seconds, chance))).tell(HTTP)
    except Surprise as surprise:
        sys.stdout.write(f"{HTTP} : {surprise}\n")
        return 1
    return 0


def _one_door(door: Door, seconds: float, chance: random.Random, crashes: Path) -> int:
    name, check, seeds, tokens = door
    essais = Essais(chance, list(seeds))
    during(seconds, lambda: essais.give(mutate(chance, essais.seeds, tokens), check, crashes, name))
    essais.tell(name)
    return essais.surprises
