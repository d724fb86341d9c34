# SPDX-FileCopyrightText: 2026 drimm contributors
# SPDX-License-Identifier: EUPL-1.2
"""From the report to its KOS in the DMP, beside the two exchanges that nobody can spare; part of `./drimm bench reception`.

Ours: a DRIMbox as an operator runs it (`drimbox run`, all its processes, settings by default), from the first byte of the message to the
moment when the DMP has taken the KOS; the images are in the PACS already. Reference, in turn, of the same peers in the same run: a bare
C-FIND of the study (its own association), then a bare ITI-41 (its own TLS connection, POST of a request that was written before).
"""

from __future__ import annotations

import http.client
import statistics
import sys
import tempfile
import time
import tomllib
from collections.abc import Callable
from functools import partial
from pathlib import Path
from urllib.parse import urlsplit

from aiohttp import web

from banc.dmp import DmpSimule
from banc.dmp.services import REPOSITORY_ACTIONS
from banc.ports import wait_for_port
from banc.ris.client import send
from banc.soak.tempete.charge import Examen, make_exams, write_images
from banc.soak.tempete.terrain import Terrain
from bench.contract import Measure, Reference, print_table
from drimbox.config import Dmp, Pacs
from drimbox.socle.pacs.questions import find_etude
from drimbox.socle.tls.client import client_context_dmp

GOAL = 3.0
WARM_UP = 3
LONGEST_SECONDS = 60.0
LOOK_SECONDS = 0.001


def measures(folder: Path, rounds: int) -> list[Measure]:
    """Compare."""
    exams = make_exams(rounds + WARM_UP)
    write_images(folder / "images", exams)
    terrain = Terrain(folder / "terrain", folder / "images", hurried=False)
    try:
        terrain.start()
        return _measure(terrain, exams, "Orthanc" if terrain.pacs.is_real else "PACS du banc")
    finally:
        terrain.stop()


def _measure(terrain: Terrain, exams: tuple[Examen, ...], pacs: str) -> list[Measure]:
    settings = tomllib.loads(terrain.config.read_text(encoding="utf-8"))
    question, deposit = Pacs(**settings["pacs"][0]), _Depot(Dmp(**settings["dmp"]), terrain.dmp)
    wait_for_port(terrain.box.mllp_port, LONGEST_SECONDS)
    ways, finds, posts = [], [], []
    for exam in exams:
        ways.append(_timed(partial(_way, terrain, exam)))
        finds.append(_timed(partial(find_etude, question, exam.study_uid)))
        posts.append(deposit.timed())
    ours, bare = ways[WARM_UP:], [find + post for find, post in zip(finds, posts, strict=True)][WARM_UP:]
    ratio = statistics.median(ours) / statistics.median(bare)
    print(f"· C-FIND {statistics.median(finds):.1f} ms, ITI-41 {statistics.median(posts):.1f} ms, nus", file=sys.stderr)
    goal = f"≤ {GOAL:g} × la référence : {ratio:.1f} ×"
    return [
        Measure(
            "du compte rendu au KOS dans le DMP",
            "ms",
            tuple(ours),
            goal,
            ratio <= GOAL,
            Reference(f"C-FIND ({pacs}) et ITI-41 nus", tuple(bare)),
        )
    ]


def _way(terrain: Terrain, exam: Examen) -> None:
    faits = terrain.dmp.store.faits
    taken = len(faits)
    if send("127.0.0.1", terrain.box.mllp_port, next(exam.messages())).code != "AA":
        raise RuntimeError("la DRIMbox refuse un message")
    _until(lambda: len(faits) > taken, "un KOS n'arrive pas au DMP")


class _Depot:
    """Bare deposits: the very request that the DMP just took, which it forgets first.

    Args:
        settings: of the DRIMbox: address and certificates.
        dmp: the simulator, in this process.
    """

    def __init__(self, settings: Dmp, dmp: DmpSimule) -> None:
        self._url, self._context, self._dmp = urlsplit(settings.base_url), client_context_dmp(settings), dmp
        self._last = ("", "", b"")
        self._handle = dmp.handle
        dmp.handle = self._remember  # type: ignore[method-assign]  # what passes is looked at, nothing else changes

    async def _remember(self, request: web.Request, actions: dict[str, str]) -> web.StreamResponse:
        if actions is REPOSITORY_ACTIONS:
            self._last = (request.path, request.headers["Content-Type"], await request.read())
        return await self._handle(request, actions)

    def timed(self) -> float:
        """Deposit again and return how long the exchange took, in milliseconds."""
        self._dmp.store.forget()
        return _timed(partial(self._post, *self._last))

    def _post(self, path: str, content_type: str, body: bytes) -> None:
        connection = http.client.HTTPSConnection(self._url.hostname or "", self._url.port, context=self._context, timeout=LONGEST_SECONDS)
        connection.request("POST", path, body, {"Content-Type": content_type})
        answer = connection.getresponse()
        told = answer.read()
        connection.close()
        if answer.status != http.client.OK or b"ResponseStatusType:Success" not in told:
            raise RuntimeError("le DMP refuse un dépôt nu")


def _timed(action: Callable[[], object]) -> float:
    start = time.perf_counter()
    action()
    return (time.perf_counter() - start) * 1e3


def _until(condition: Callable[[], bool], otherwise: str) -> None:
    deadline = time.monotonic() + LONGEST_SECONDS
    while not condition():
        if time.monotonic() > deadline:
            raise RuntimeError(otherwise)
        time.sleep(LOOK_SECONDS)


if __name__ == "__main__":
    with tempfile.TemporaryDirectory(prefix="drimm-bench-") as work:
        print_table(measures(Path(work), 21))
