# SPDX-FileCopyrightText: 2026 drimm contributors
# SPDX-License-Identifier: EUPL-1.2
"""The sides of `./drimm bench source` that speak to the PACS: ours, DCMTK's programs, pynetdicom. Each returns what it carried."""

from __future__ import annotations

import asyncio
import os
import subprocess
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from banc.pacs.index import Index
from banc.pacs.orthanc import OrthancPacs
from banc.ports import free_port, wait_for_port
from drimbox.config import Pacs
from drimbox.socle.pacs.flux import DemandeImages, recuperer
from drimbox.socle.pacs.storage import store

CT = "1.2.840.10008.5.1.4.1.1.2"
STUDY_ROOT_GET, STUDY_ROOT_MOVE = "1.2.840.10008.5.1.4.1.2.2.3", "1.2.840.10008.5.1.4.1.2.2.2"
NODELAY = {**os.environ, "TCP_NODELAY": "1"}


@dataclass
class Cote:
    """One side of a comparison: what it is, how it runs, what it gave."""

    name: str
    run: Callable[[], tuple[float, int]]  # runs once; seconds until the first image or 0, bytes carried
    seconds: list[float] = field(default_factory=list)
    clock: Callable[[], float] | None = None  # seconds of processor spent so far by who receives
    first: list[float] = field(default_factory=list)
    processor: list[float] = field(default_factory=list)
    bytes: int = 0

    def pass_once(self, *, keep: bool) -> None:
        spent = self.clock() if self.clock else 0.0
        start = time.perf_counter()
        first, size = self.run()
        if keep:
            if self.clock:
                self.processor.append(self.clock() - spent)
            self.seconds.append(time.perf_counter() - start)
            self.first.append(first)
            self.bytes = size

    @property
    def megabits_per_second(self) -> tuple[float, ...]:
        return tuple(8 * self.bytes / 1e6 / seconds for seconds in self.seconds)


def entrelacer(cotes: list[Cote], rounds: int) -> None:
    """Run every side in turn, round after round; the first round is not kept."""
    for rank in range(rounds + 1):
        for cote in cotes:
            cote.pass_once(keep=rank > 0)


def ours(pacs: Pacs, study: str) -> Callable[[], tuple[float, int]]:
    """Our data path alone: fetched and thrown away."""

    async def fetch() -> tuple[float, int]:
        start, first, size = time.perf_counter(), 0.0, 0
        async with recuperer(pacs, DemandeImages(study, sop_classes=(CT,))) as flux:
            async for objet in flux:
                first = first or time.perf_counter() - start
                await objet.finish()
                size += objet.recus
        return first, size

    return lambda: asyncio.run(fetch())


def ours_out(pacs: Pacs, folder: Path) -> Callable[[], tuple[float, int]]:
    """Our C-STORE: files of a folder, read as they are sent."""
    index = Index(folder)
    index.scan()
    entries = sorted(index.entries(), key=lambda entry: int(entry.header.InstanceNumber))

    def send() -> tuple[float, int]:
        results = list(store(pacs, (entry.load() for entry in entries)))
        assert all(result.stored for result in results)
        return 0.0, sum(result.bytes for result in results)

    return send


def dcmsend(port: int, aet: str, folder: Path) -> Callable[[], tuple[float, int]]:
    """DCMTK's sender, which is told not to decompress."""
    command = [
        "/usr/bin/dcmsend",
        "--decompress-never",
        "--no-halt",
        "-aec",
        aet,
        "127.0.0.1",
        str(port),
        "--scan-directories",
        str(folder),
    ]

    def send() -> tuple[float, int]:
        subprocess.run(command, env=NODELAY, check=True, capture_output=True)
        return 0.0, sum(path.stat().st_size for path in folder.glob("*.dcm"))

    return send


def movescu(orthanc: OrthancPacs, study: str, destination: str, folder: Path) -> Callable[[], tuple[float, int]]:
    """Have the PACS send a study to another program by C-MOVE; that program throws it away."""
    keys = ("QueryRetrieveLevel=STUDY", f"StudyInstanceUID={study}")
    command = ["/usr/bin/movescu", "-aet", "DRIMBOX", "-aec", orthanc.aet, "-aem", destination, "127.0.0.1", str(orthanc.port), "-S"]
    size = sum(path.stat().st_size for path in folder.glob("*.dcm"))

    def move() -> tuple[float, int]:
        subprocess.run([*command, *(part for key in keys for part in ("-k", key))], env=NODELAY, check=True, capture_output=True)
        return 0.0, size

    return move


@contextmanager
def storescp(aet: str, port: int) -> Iterator[int]:
    """DCMTK's receiver, which ignores what it receives; JPEG-LS proposed first so that it accepts it. Its process is given to the block."""
    command = ["/usr/bin/storescp", "--ignore", "+xa", "-pdu", "131072", "-aet", aet, str(port)]
    process = subprocess.Popen(command, env=NODELAY, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        wait_for_port(port, 10)
        yield process.pid
    finally:
        process.terminate()
        process.wait(10)


def pynetdicom_get(pacs: Pacs, study: str) -> Callable[[], tuple[float, int]]:
    """The same retrieval with the data phase of pynetdicom."""
    from pydicom.dataset import Dataset
    from pynetdicom import AE, build_role, evt

    from drimbox.socle.pacs.syntaxes import SYNTAXES

    def fetch() -> tuple[float, int]:
        start, seen = time.perf_counter(), [0.0, 0]

        def on_store(event: Any) -> int:
            seen[0] = seen[0] or time.perf_counter() - start
            seen[1] += len(event.request.DataSet.getbuffer())
            return 0

        ae = AE(pacs.calling_aet)
        ae.add_requested_context(STUDY_ROOT_GET)
        for syntax in SYNTAXES[:3]:
            ae.add_requested_context(CT, syntax)
        association = ae.associate(
            pacs.host, pacs.port, ae_title=pacs.aet, max_pdu=131_072, ext_neg=[build_role(CT, scp_role=True)],
            evt_handlers=[(evt.EVT_C_STORE, on_store)],
        )  # fmt: skip
        identifier = Dataset()
        identifier.QueryRetrieveLevel, identifier.StudyInstanceUID = "STUDY", study
        for _answer in association.send_c_get(identifier, STUDY_ROOT_GET):
            pass
        association.release()
        return seen[0], int(seen[1])

    return fetch


@contextmanager
def pynetdicom_scp(aet: str, port: int) -> Iterator[None]:
    """A Storage SCP of pynetdicom that throws away what it receives: the tool of the official measure."""
    from pynetdicom import AE, evt

    from drimbox.socle.pacs.syntaxes import SYNTAXES

    ae = AE(aet)
    ae.maximum_pdu_size = 131_072
    ae.add_supported_context(CT, list(SYNTAXES))
    server = ae.start_server(("127.0.0.1", port), block=False, evt_handlers=[(evt.EVT_C_STORE, lambda _event: 0)])
    try:
        yield
    finally:
        server.shutdown()


@dataclass(frozen=True)
class Destinations:
    """Where the PACS of the bench may send by C-MOVE: us, DCMTK, pynetdicom."""

    ours: int = field(default_factory=free_port)
    storescp: int = field(default_factory=free_port)
    pynetdicom: int = field(default_factory=free_port)

    def of(self) -> dict[str, tuple[str, str, int]]:
        return {name: (name.upper(), "127.0.0.1", port) for name, port in vars(self).items()}
