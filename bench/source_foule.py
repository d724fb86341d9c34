# SPDX-FileCopyrightText: 2026 drimm contributors
# SPDX-License-Identifier: EUPL-1.2
"""Many at once at the images door: 32 series together, 50 slow peers beside a fast one; and the memory that a large study takes."""

from __future__ import annotations

import asyncio
import itertools
import statistics
import time
from dataclasses import replace

from bench.contract import Measure, Reference
from bench.source_comparaison import ratio
from bench.source_porte import PRODUCTION, Adresse, Maquette, Serie
from bench.source_processus import held_mebibytes, peak_mebibytes
from tests.drimbox_env import DB, DB2
from tests.integration.drimbox.partage.maille import Etude

SLOW, SLOW_SECONDS, SLOW_BYTES = 50, 20, 100_000
LOOK_SECONDS = 0.25


async def many_series(mesh: Maquette, etude: Etude, single: Adresse, rounds: int) -> list[Measure]:
    """Every series of a study at once, each one its own retrieval from the PACS; before each time, one stream alone."""
    totals, spreads = [], []
    single = replace(single, serie=Serie("un seul flux"))
    for rank in range(rounds + 1):
        await mesh.renew()
        await single.pass_once(keep=rank > 0)
        sides = [await mesh.ours(etude, "c-get", series=series) for series in etude.series]
        start = time.perf_counter()
        await asyncio.gather(*(side.pass_once(keep=True) for side in sides))
        durations = sorted(side.serie.seconds[0] for side in sides)
        if rank:
            totals.append(sum(side.serie.bytes for side in sides) / 1e6 / (time.perf_counter() - start))
            spreads.append(durations[int(0.95 * len(durations))] / statistics.median(durations))
    rates = tuple(single.serie.bytes / 1e6 / seconds for seconds in single.serie.seconds)
    ratio_of = {"médiane": statistics.median(totals) / statistics.median(rates), "meilleurs": max(totals) / max(rates)}
    name, goal = f"porte, {len(etude.series)} séries à la fois", "≥ 80 % d'un flux seul"
    holds, seen = min(ratio_of.values()) >= 0.8, ", ".join(f"{word} {value:.0%}" for word, value in ratio_of.items())
    return [
        Measure(f"{name}, débit total ({seen})", "Mo/s", tuple(totals), goal, holds, reference=Reference(single.serie.name, rates)),
        Measure(f"{name}, p95/p50", "×", tuple(spreads), "≤ 2", statistics.median(spreads) <= 2),
    ]


async def slow_peers(mesh: Maquette, etudes: list[Etude], rounds: int) -> list[Measure]:
    """Peers that read a hundred kilobytes each second, and what they cost: to the memory of a door of their own, to a fast peer.

    The fast peer reads among them, then alone, at the same door.

    The door has the settings of production and has served one study, once: nothing before made it larger than that. The peers come under
    two names (one may not have so many transfers) and read two studies.
    """
    process, port, _session = await mesh.door(PRODUCTION)
    fast = await mesh.ours(etudes[0], PRODUCTION)
    await fast.pass_once(keep=False)
    sessions = [await mesh.session_to(port, db) for db in (DB, DB2)]
    before = held_mebibytes(process.pid)
    places = itertools.islice(itertools.product(range(SLOW), etudes, sessions), SLOW)
    slow = [asyncio.create_task(_slowly(await mesh.ours(etude, PRODUCTION, session=one))) for _, etude, one in places]
    highest = asyncio.create_task(_highest(process.pid, slow))
    await asyncio.sleep(SLOW_SECONDS / 2)
    for _ in range(rounds):
        await fast.pass_once(keep=True)
    await asyncio.gather(*slow)
    among, fast.serie.seconds = Serie("parmi les lents", fast.serie.seconds), []
    for _ in range(rounds):
        await fast.pass_once(keep=True)
    grown = (await highest - before) / SLOW
    return [
        Measure(f"porte, {SLOW} pairs lents, mémoire de chacun", "MiB", (grown,), f"≤ 1 MiB ({before:.0f} MiB avant eux)", grown <= 1),
        ratio(f"porte, un pair rapide parmi {SLOW} lents", among, fast.serie, 1.2),
    ]


async def _highest(pid: int, readers: list[asyncio.Task[None]]) -> float:
    """Return the most that a process and its children held while somebody was reading."""
    found = 0.0
    while not all(reader.done() for reader in readers):
        found = max(found, await asyncio.to_thread(held_mebibytes, pid))
        await asyncio.sleep(LOOK_SECONDS)
    return found


async def _slowly(side: Adresse) -> None:
    """Read a little each second for a while, then leave."""
    deadline = time.monotonic() + SLOW_SECONDS
    async with side.session.get(side.url, headers=side.headers) as answer:
        if answer.status != 200:
            raise SystemExit(f"pair lent : HTTP {answer.status} : {(await answer.text())[:300]}")
        while time.monotonic() < deadline:
            await answer.content.read(SLOW_BYTES)
            await asyncio.sleep(1)


async def memory(mesh: Maquette, etudes: list[Etude]) -> list[Measure]:
    """The highest memory of a door of its own after A, then after 4 × A."""
    mesh.doors.pop("c-get")
    process, _port, _session = await mesh.door("c-get")
    peaks = []
    for etude in etudes:
        side = await mesh.ours(etude, "c-get")
        for _ in range(2):
            await side.pass_once(keep=False)
        peaks.append(peak_mebibytes(process.pid))
    small, large = peaks
    goal = f"≤ A + 20 MiB ({small:.0f} MiB) et ≤ 250 MiB"
    return [Measure("porte, charge 4×A, mémoire la plus haute, enfants compris", "MiB", (large,), goal, large <= min(small + 20, 250))]
