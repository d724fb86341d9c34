# SPDX-FileCopyrightText: 2026 drimm contributors
# SPDX-License-Identifier: EUPL-1.2
"""Images given by a source DRIMbox next to what its PACS gives itself: `./drimm bench source`.

Study A: 300 CT of 512 KB, uncompressed, in a real Orthanc. Ours: the process ``images`` of a DRIMbox, over mutual TLS, every check of the
admission on, fed by C-GET. Reference: the WADO-RS of that Orthanc, plain HTTP, the same study asked as it is stored. Both are asked in turn
by the same client, in one run. No goal yet: the data phase is still that of pynetdicom.
"""

from __future__ import annotations

import argparse
import asyncio
import logging
import re
import subprocess
import sys
import tempfile
import time
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path

import aiohttp

from banc.jeux import big_study
from banc.pacs import PacsSimulator
from banc.pacs.orthanc import OrthancPacs
from banc.postgres import EmbeddedPostgres
from banc.psc import served
from bench.contract import Measure, Reference, print_table, write
from confiance.exploitation import logs
from drimbox.config import current
from drimbox.socle.pacs.questions import find_etude
from tests.drimbox_env import DB, DB2, Environment, build
from tests.integration.drimbox.partage.maille import Etude, Maille, psc_of, token

CACHE = Path(__file__).resolve().parent.parent / ".cache" / "bench"
IMAGES, ROUNDS, FULL_ROUNDS = 300, 5, 9
ACCEPT = 'multipart/related; type="application/dicom";transfer-syntax=1.2.840.10008.1.2.1;q=0.9;boundary=**'
ORTHANC_ACCEPT = 'multipart/related; type="application/dicom"; transfer-syntax=*'
NO_GOAL = "aucun pour l'instant"
ORTHANC = "WADO-RS d'Orthanc, HTTP"
START_SECONDS = 30.0


@dataclass
class Serie:
    """What one side gave, round after round: whole duration, first byte of the body, size."""

    seconds: list[float] = field(default_factory=list)
    first: list[float] = field(default_factory=list)
    bytes: int = 0

    @property
    def megabytes_per_second(self) -> tuple[float, ...]:
        return tuple(self.bytes / 1e6 / seconds for seconds in self.seconds)


def measures(full: bool) -> list[Measure]:
    """Run the bench."""
    with tempfile.TemporaryDirectory(prefix="drimm-bench-") as folder, EmbeddedPostgres(durable=False) as server:
        environment = build(server)
        images = CACHE / f"ct{IMAGES}"
        print(f"· étude de {IMAGES} coupes", file=sys.stderr)
        study = big_study(images, IMAGES)
        with OrthancPacs(Path(folder) / "orthanc", "PACSA", port=environment.ports["pacs"]) as orthanc:
            orthanc.upload(sorted(images.glob("*.dcm")))
            return asyncio.run(_run(environment, Path(folder), orthanc, study.study_instance_uid, FULL_ROUNDS if full else ROUNDS))


async def _run(environment: Environment, folder: Path, orthanc: OrthancPacs, study: str, rounds: int) -> list[Measure]:
    async with AsyncExitStack() as stack:
        maille = await stack.enter_async_context(_mesh(environment, folder))
        etude = Etude(study=study, datasets={str(n): b"" for n in range(IMAGES)})
        await asyncio.to_thread(maille.add_kos, etude)
        process = stack.enter_context(_ImagesProcess(maille))
        session = await stack.enter_async_context(maille.client())
        plain = await stack.enter_async_context(aiohttp.ClientSession())
        headers = {"Accept": ACCEPT, "KOS-SOPInstanceUID": etude.kos}
        reference = f"http://127.0.0.1:{orthanc.http_port}/dicom-web/studies/{study}"
        ours, theirs = Serie(), Serie()
        print(f"· {rounds} tours", file=sys.stderr)
        for rank in range(rounds + 1):
            headers["Authorization"] = "Bearer " + await token(maille.settings)
            await _get(session, maille.url(etude), headers, ours, keep=rank > 0)
            await _get(plain, reference, {"Accept": ORTHANC_ACCEPT}, theirs, keep=rank > 0)
        peak = _peak_mebibytes(process)
        found = await asyncio.to_thread(_c_find_seconds, maille, study)
    return _report(ours, theirs, peak, found)


@asynccontextmanager
async def _mesh(environment: Environment, folder: Path) -> AsyncIterator[Maille]:
    """The list in force and a PSC on the port of the settings; the PACS is Orthanc."""
    unused = PacsSimulator(folder / "unused", "UNUSED", known_aets={})
    maille = Maille(environment, current(), unused, folder, port=environment.ports["images"])
    await asyncio.to_thread(_publish, maille)
    identity = maille.pki.market("psc.banc.test")
    async with served(psc_of(environment), identity, port=environment.ports["psc"]) as psc:
        mine = maille.settings.psc.model_copy(update={"discovery_url": psc.discovery_url, "issuer": psc.issuer})
        maille.settings = maille.settings.model_copy(update={"psc": mine})
        yield maille


def _publish(maille: Maille) -> None:
    with maille.environment.role("proprietaire"):
        maille.publish(DB, DB2)


class _ImagesProcess:
    """The real process, started and stopped."""

    def __init__(self, maille: Maille) -> None:
        self._environment = maille.environment
        psc = maille.settings.psc
        self._variables = {"DRIMM_PSC__DISCOVERY_URL": psc.discovery_url, "DRIMM_PSC__ISSUER": psc.issuer}

    def __enter__(self) -> subprocess.Popen[bytes]:
        self._process = self._environment.start("images", **self._variables)
        log = self._environment.folder / "images.log"
        deadline = time.monotonic() + START_SECONDS
        while "images:process:ready" not in log.read_text(encoding="utf-8"):
            if time.monotonic() > deadline or self._process.poll() is not None:
                self.__exit__()
                raise SystemExit(f"le processus images ne démarre pas :\n{log.read_text(encoding='utf-8')[-2000:]}")
            time.sleep(0.1)
        return self._process

    def __exit__(self, *_error: object) -> None:
        self._process.terminate()
        self._process.wait(20)


async def _get(session: aiohttp.ClientSession, url: str, headers: dict[str, str], serie: Serie, *, keep: bool) -> None:
    start = time.perf_counter()
    first, size = 0.0, 0
    async with session.get(url, headers=headers) as answer:
        if answer.status != 200:
            raise SystemExit(f"HTTP {answer.status} : {(await answer.text())[:500]}")
        async for piece in answer.content.iter_any():
            first = first or time.perf_counter() - start
            size += len(piece)
    if keep:
        serie.seconds.append(time.perf_counter() - start)
        serie.first.append(first)
        serie.bytes = size


def _c_find_seconds(maille: Maille, study: str) -> tuple[float, ...]:
    pacs = maille.settings.pacs_named("local")
    samples = []
    for _round in range(ROUNDS):
        start = time.perf_counter()
        etude = find_etude(pacs, study)
        samples.append(time.perf_counter() - start)
        assert etude is not None
        assert sum(len(serie.instances) for serie in etude.series) == IMAGES
    return tuple(samples)


def _peak_mebibytes(process: subprocess.Popen[bytes]) -> float:
    status = Path(f"/proc/{process.pid}/status").read_text(encoding="ascii")
    match = re.search(r"VmHWM:\s+(\d+) kB", status)
    assert match is not None
    return int(match.group(1)) / 1024


def _report(ours: Serie, theirs: Serie, peak: float, found: tuple[float, ...]) -> list[Measure]:
    def against(name: str, unit: str, mine: tuple[float, ...], other: tuple[float, ...]) -> Measure:
        return Measure(name, unit, mine, NO_GOAL, holds=True, reference=Reference(ORTHANC, other))

    return [
        against("étude A, durée", "s", tuple(ours.seconds), tuple(theirs.seconds)),
        against("étude A, premier octet", "s", tuple(ours.first), tuple(theirs.first)),
        against("étude A, débit", "Mo/s", ours.megabytes_per_second, theirs.megabytes_per_second),
        Measure("étude A, mémoire la plus haute du processus images", "MiB", (peak,), NO_GOAL, holds=True),
        Measure("étude A, description par C-FIND", "s", found, NO_GOAL, holds=True),
    ]


def main() -> int:
    """Run, print the table, write the JSON."""
    parser = argparse.ArgumentParser(prog="drimm bench source", description="Images servies par une DRIMbox, à côté d'Orthanc.")
    parser.add_argument("--json", type=Path, help="fichier où écrire les mesures")
    parser.add_argument("--full", action="store_true", help=f"{FULL_ROUNDS} tours au lieu de {ROUNDS}")
    options = parser.parse_args()
    if not OrthancPacs.installed():
        print("Orthanc n'est pas installé (Debian : orthanc orthanc-dicomweb orthanc-gdcm) : rien à comparer.", file=sys.stderr)
        return 2
    logs.configure("banc", "bench", level=logging.WARNING)
    result = measures(options.full)
    print_table(result)
    if options.json:
        write(options.json, result)
    return 0


if __name__ == "__main__":
    sys.exit(main())
