# SPDX-FileCopyrightText: 2026 drimm contributors
# SPDX-License-Identifier: EUPL-1.2
"""The sides of `./drimm bench source` that answer over HTTP: our door with every check on, Orthanc, nginx, a gateway on pynetdicom."""

from __future__ import annotations

import asyncio
import json
import subprocess
import sys
import time
from collections.abc import AsyncIterator, Iterator
from contextlib import AsyncExitStack, asynccontextmanager, contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path

import aiohttp

from banc.pacs import PacsSimulator
from banc.pacs.orthanc import OrthancPacs
from banc.ports import free_port
from banc.psc import served
from bench.source_etudes import Charge
from bench.source_processus import processor_seconds
from drimbox.config import current
from drimbox.socle.pacs.questions import find_etude
from tests.drimbox_env import DB, DB2, Environment
from tests.integration.drimbox.partage.maille import Etude, Maille, psc_of, token

ACCEPT = 'multipart/related; type="application/dicom";transfer-syntax=*'
START_SECONDS = 60.0
MOST_ASSOCIATIONS = 64
"""How many our door may open; the PACS of the bench serves more at once, so that nobody waits for a turn at the PACS."""
PRODUCTION = "c-get, réglages d'origine"
TOKEN_SECONDS = 30.0
"""How long a token of the bench is used: those of the PSC live two minutes."""


@dataclass
class Serie:
    """What one side gave, round after round: whole duration, first byte of the body, processor of its process, size."""

    name: str
    seconds: list[float] = field(default_factory=list)
    first: list[float] = field(default_factory=list)
    processor: list[float] = field(default_factory=list)
    bytes: int = 0


@dataclass(frozen=True)
class Adresse:
    """One side: where a study is asked, by which session, with which headers."""

    serie: Serie
    session: aiohttp.ClientSession
    url: str
    headers: dict[str, str]
    pid: int | None = None

    async def pass_once(self, *, keep: bool) -> None:
        spent = processor_seconds(self.pid) if self.pid else 0.0
        start, first, size = time.perf_counter(), 0.0, 0
        async with self.session.get(self.url, headers=self.headers) as answer:
            if answer.status != 200:
                raise SystemExit(f"{self.serie.name} : HTTP {answer.status} : {(await answer.text())[:500]}")
            async for piece in answer.content.iter_any():
                first = first or time.perf_counter() - start
                size += len(piece)
        if keep:
            self.serie.seconds.append(time.perf_counter() - start)
            self.serie.first.append(first)
            if self.pid:
                self.serie.processor.append(processor_seconds(self.pid) - spent)
            self.serie.bytes = size


@dataclass
class Maquette:
    """The mesh of the bench: the list in force, a PSC, two images doors (DIMSE and DICOMweb) before one Orthanc."""

    maille: Maille
    orthanc: OrthancPacs
    folder: Path
    stack: AsyncExitStack
    plain: aiohttp.ClientSession
    doors: dict[str, tuple[subprocess.Popen[bytes], int, aiohttp.ClientSession]] = field(default_factory=dict)
    bearers: list[dict[str, str]] = field(default_factory=list)
    token: tuple[float, str] = (0.0, "")

    async def door(self, way: str) -> tuple[subprocess.Popen[bytes], int, aiohttp.ClientSession]:
        """Start the process ``images`` with a PACS fetched this way, or as in PRODUCTION, once; return it, its port, and a peer."""
        if way not in self.doors:
            port = free_port()
            process = self.stack.enter_context(_process(self.maille, self.orthanc, way, port))
            self.doors[way] = (process, port, await self.session_to(port))
        return self.doors[way]

    async def session_to(self, port: int, db: str = DB2) -> aiohttp.ClientSession:
        """A peer of the mesh, under one of its names, that finds the name of this DRIMbox on that port."""
        peer = replace(self.maille, port=port).client(self.maille.pki.serv_ssl(db))
        session: aiohttp.ClientSession = await self.stack.enter_async_context(peer)
        return session

    async def ours(self, etude: Etude, way: str, *, series: str | None = None, session: aiohttp.ClientSession | None = None) -> Adresse:
        process, _port, usual = await self.door(way)
        headers = {"Accept": ACCEPT, "KOS-SOPInstanceUID": etude.kos}
        self.bearers.append(headers)
        await self.renew()
        url = self.maille.url(etude, series=series)
        return Adresse(Serie(f"DRIMbox, PACS en {way}"), session or usual, url, headers, process.pid)

    async def renew(self) -> None:
        """Have every request of ours bear a token that will live through the next ones."""
        if not self.token[1] or time.monotonic() - self.token[0] > TOKEN_SECONDS:
            self.token = time.monotonic(), "Bearer " + await token(self.maille.settings)
        for headers in self.bearers:
            headers["Authorization"] = self.token[1]

    def theirs(self, etude: Etude) -> Adresse:
        url = f"http://127.0.0.1:{self.orthanc.http_port}/dicom-web/studies/{etude.study}"
        return Adresse(Serie("WADO-RS d'Orthanc, HTTP"), self.plain, url, {"Accept": ACCEPT})

    async def known(self, charge: Charge) -> Etude:
        """Put a load in the PACS and its KOS in force."""
        await asyncio.to_thread(self.orthanc.upload, charge.files)
        found = await asyncio.to_thread(find_etude, self.maille.settings.pacs_named("local"), charge.study)
        assert found is not None
        etude = Etude(study=charge.study, series=[serie.series_instance_uid for serie in found.series])
        for serie in found.series:
            etude.instances[serie.series_instance_uid] = [instance.sop_instance_uid for instance in serie.instances]
            etude.datasets |= dict.fromkeys(etude.instances[serie.series_instance_uid], b"")
        await asyncio.to_thread(self.maille.add_kos, etude)
        return etude


@asynccontextmanager
async def maquette(environment: Environment, folder: Path, orthanc: OrthancPacs) -> AsyncIterator[Maquette]:
    """Make the mesh; everything is stopped at the end."""
    unused = PacsSimulator(folder / "unused", "UNUSED", known_aets={})
    maille = Maille(environment, current(), unused, folder, port=environment.ports["images"])
    await asyncio.to_thread(_publish, maille)
    async with AsyncExitStack() as stack:
        identity = maille.pki.market("psc.banc.test")
        psc = await stack.enter_async_context(served(psc_of(environment), identity, port=environment.ports["psc"]))
        mine = maille.settings.psc.model_copy(update={"discovery_url": psc.discovery_url, "issuer": psc.issuer})
        maille.settings = maille.settings.model_copy(update={"psc": mine})
        plain = await stack.enter_async_context(aiohttp.ClientSession())
        yield Maquette(maille, orthanc, folder, stack, plain)


def _publish(maille: Maille) -> None:
    with maille.environment.role("proprietaire"):
        maille.publish(DB, DB2)


@contextmanager
def _process(maille: Maille, orthanc: OrthancPacs, way: str, port: int) -> Iterator[subprocess.Popen[bytes]]:
    """The real process, started and stopped."""
    psc = maille.settings.psc
    pacs = [one.model_dump(mode="json", exclude_none=True) for one in maille.settings.pacs]
    pacs[0] |= {"aet": orthanc.aet, "port": orthanc.port}
    web = {"url": f"http://127.0.0.1:{orthanc.http_port}/dicom-web"}
    if way != PRODUCTION:
        pacs[0] |= {"recuperation": way, "dicomweb": web, "max_associations": MOST_ASSOCIATIONS}
    many = {"DRIMM_IMAGES__MAX_TRANSFERS": "128", "DRIMM_IMAGES__MAX_TRANSFERS_PER_PEER": "128"}
    variables = {
        "DRIMM_PSC__DISCOVERY_URL": psc.discovery_url,
        "DRIMM_PSC__ISSUER": psc.issuer,
        "DRIMM_PACS": json.dumps(pacs),
        "DRIMM_IMAGES__PORT": str(port),
        **({} if way == PRODUCTION else many),
    }
    log = maille.environment.folder / "images.log"
    before = log.read_text(encoding="utf-8").count("images:process:ready") if log.exists() else 0
    process = maille.environment.start("images", **variables)
    try:
        deadline = time.monotonic() + START_SECONDS
        while log.read_text(encoding="utf-8").count("images:process:ready") == before:
            if time.monotonic() > deadline or process.poll() is not None:
                raise SystemExit(f"le processus images ne démarre pas :\n{log.read_text(encoding='utf-8')[-2000:]}")
            time.sleep(0.1)
        yield process
    finally:
        process.terminate()
        process.wait(30)


@contextmanager
def pynetdicom_gateway(maille: Maille, orthanc: OrthancPacs, port: int) -> Iterator[int]:
    """The same gateway on pynetdicom, another process: the block receives its identifier."""
    server = maille.pki.serv_ssl(DB)
    authorities = maille.folder / "authorities.pem"
    authorities.write_bytes(maille.pki.root.read_bytes() + maille.pki.intermediate.read_bytes())
    arguments = (server.certificate, server.key, authorities, port, orthanc.port, orthanc.aet)
    process = subprocess.Popen([sys.executable, "-m", "bench.source_pynetdicom", *map(str, arguments)])
    try:
        time.sleep(3)
        yield process.pid
    finally:
        process.terminate()
        process.wait(10)
