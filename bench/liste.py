# SPDX-FileCopyrightText: 2026 drimm contributors
# SPDX-License-Identifier: EUPL-1.2
"""The reader of the Liste Blanche against xmlsec1 and bare lxml, in one run: ``./drimm bench liste``.

Times are processor times, start of processes included.
"""

from __future__ import annotations

import gc
import hashlib
import io
import os
import shutil
import statistics
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from cryptography.hazmat.primitives.serialization import Encoding
from lxml import etree

from banc.attaques.terrain import NOW, SIGNING_TIME, Terrain, make_terrain
from bench import contract
from bench.contract import Measure, Reference, run
from bench.liste_hostile import hostile_files
from confiance.distinguished_name import DistinguishedName
from confiance.liste_blanche import ListeBlancheRefused, Shape, TrustedListeBlanche, sign, verify

SIZES = (1_000, 10_000, 100_000)
ROUNDS = {1_000: 15, 10_000: 9, 100_000: 5}
LOOKUPS = 20_000
SECONDS, MILLISECONDS, MICROSECONDS = 1.0, 1e3, 1e6


interleave = partial(contract.interleave, clock=contract.computing_time)


@dataclass(frozen=True)
class Ground:
    """A list, written where other programs can read it."""

    terrain: Terrain
    folder: Path

    @classmethod
    def make(cls, rows: int, parent: Path) -> Ground:
        """Sign a list of that many rows and write what its readers need."""
        terrain, folder = make_terrain(rows), parent / str(rows)
        anchors = folder / "ancres"
        anchors.mkdir(parents=True)
        (folder / "liste.xml").write_bytes(terrain.data)
        (anchors / "racine.pem").write_bytes(terrain.root.certificate.public_bytes(Encoding.PEM))
        (anchors / "autorite.pem").write_bytes(terrain.ca.certificate.public_bytes(Encoding.PEM))
        for rank, crl in enumerate(terrain.fresh_crls()):
            (anchors / f"{rank}.crl").write_bytes(crl.public_bytes(Encoding.DER))
        signer = DistinguishedName.from_certificate(terrain.key.certificate)
        (folder / "signataire.txt").write_text(f"{signer}\n{NOW.isoformat()}\n", encoding="utf-8")
        return cls(terrain, folder)

    def ours(self, data: bytes | None = None) -> Callable[[], object]:
        """Verify in this process, with chain, CRL and ratchet: an update of a reader that already holds a list."""
        held = sign(make_terrain(12).brouillon, self.terrain.key, signing_time=SIGNING_TIME.replace(hour=9, minute=30))

        def run() -> None:
            reader = TrustedListeBlanche(self.terrain.policy)
            reader.update(held, at=NOW)
            reader.update(self.terrain.data if data is None else data, at=NOW)

        return run

    def bare(self) -> None:
        """Do with lxml the least that any verifier does: parse, exclusive canonical form, SHA-256."""
        sink = io.BytesIO()
        etree.ElementTree(etree.fromstring(self.terrain.data)).write_c14n(sink, exclusive=True, with_comments=False)
        hashlib.sha256(sink.getbuffer()).digest()

    def xmlsec1(self) -> None:
        """Verify with xmlsec1, a process each time; it checks no CRL, no signer and no date of the list."""
        command = ["xmlsec1", "--verify", "--enabled-reference-uris", "empty,same-doc"]
        command += [
            "--trusted-pem",
            str(self.folder / "ancres" / "racine.pem"),
            "--untrusted-pem",
            str(self.folder / "ancres" / "autorite.pem"),
        ]
        command += ["--id-attr:Id", "http://uri.etsi.org/01903/v1.3.2#:SignedProperties"]
        command += ["--verification-time", f"{NOW:%Y-%m-%d %H:%M:%S}", str(self.folder / "liste.xml")]
        subprocess.run(command, check=True, capture_output=True, timeout=600)

    def cli(self) -> None:
        """Verify with our command, a process each time."""
        signer, at = (self.folder / "signataire.txt").read_text(encoding="utf-8").splitlines()
        command = [sys.executable, "-m", "confiance", "verify", str(self.folder / "liste.xml"), "--anchors", str(self.folder / "ancres")]
        # compiled modules are kept, as after an installation, whatever the environment of the bench says
        environment = {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}
        environment["PYTHONPYCACHEPREFIX"] = str(self.folder / "pyc")
        subprocess.run([*command, "--signer", signer, "--at", at], check=True, capture_output=True, timeout=600, env=environment)


def measures(*, full: bool) -> list[Measure]:
    """Run everything; ``full`` takes more samples and hostile files at every size."""
    found: list[Measure] = []
    with tempfile.TemporaryDirectory(prefix="drimm-bench-") as place:
        grounds = {rows: Ground.make(rows, Path(place)) for rows in SIZES}
        for rows, ground in grounds.items():
            found += _verification(rows, ground, ROUNDS[rows] * (3 if full else 1))
        found.append(_growth(found))
        found += [_memory(rows, ground, 3) for rows, ground in grounds.items()]
        found.append(_xpath_shape(grounds[10_000]))
        found.append(_command(grounds[10_000]))
        found += [_hostile(rows, grounds[rows], 3) for rows in (SIZES if full else SIZES[:2])]
        found += [_signing(rows, grounds[rows]) for rows in SIZES[1:]]
        found.append(_lookups(grounds))
    return found


def _verification(rows: int, ground: Ground, rounds: int) -> Iterator[Measure]:
    actions: list[Callable[[], object]] = [ground.ours(), ground.bare]
    if shutil.which("xmlsec1"):
        actions.append(ground.xmlsec1)
    ours, bare, *others = interleave(*actions, rounds=rounds, scale=MILLISECONDS)
    slack = 20.0 if rows == SIZES[0] else 0.0
    limit = 2.5 * statistics.median(bare) + slack
    goal = "≤ 2,5 × lxml nu" + (" + 20 ms" if slack else "")
    yield Measure(f"verifier_{rows}", "ms", ours, goal, statistics.median(ours) <= limit, Reference("lxml : lecture, c14n, SHA-256", bare))
    for other in others:
        holds = statistics.median(ours) <= 0.8 * statistics.median(other)
        yield Measure(f"verifier_{rows}_xmlsec1", "ms", ours, "≤ 0,8 × xmlsec1", holds, Reference("xmlsec1 --verify", other))


def _growth(found: list[Measure]) -> Measure:
    """Ten times the rows: time per row, large over middle, compared with the same ratio of bare lxml in the same run."""
    middle, large = (next(m for m in found if m.name == f"verifier_{rows}") for rows in SIZES[1:])
    assert middle.reference
    assert large.reference
    ratio = large.value / middle.value
    theirs = large.reference.value / middle.reference.value
    return Measure("croissance_10000_a_100000", "×", (ratio,), "≤ 15 pour 10 fois plus", ratio <= 15, Reference("lxml nu", (theirs,)))


def _memory(rows: int, ground: Ground, rounds: int) -> Measure:
    def peak(mode: str) -> float:
        done = subprocess.run(
            [sys.executable, "-m", "bench.liste_child", mode, str(ground.folder)], check=True, capture_output=True, text=True, timeout=600
        )
        return float(done.stdout)

    bare, ours = zip(*((peak("lxml"), peak("confiance")) for _ in range(rounds)), strict=True)
    allowed = 200.0 if rows == SIZES[-1] else 60.0
    holds = statistics.median(ours) <= statistics.median(bare) + allowed
    return Measure(f"memoire_{rows}", "MiB", ours, f"≤ lxml nu + {allowed:.0f} MiB", holds, Reference("lxml : lecture seule", bare))


def _xpath_shape(ground: Ground) -> Measure:
    """The XPath 1999 shape, for which xmlsec1 needs minutes at this size."""
    data = sign(ground.terrain.brouillon, ground.terrain.key, signing_time=SIGNING_TIME, shape=Shape.XPATH)
    xpath, filter2 = interleave(ground.ours(data), ground.ours(), rounds=9, scale=MILLISECONDS)
    holds = statistics.median(xpath) <= 1.5 * statistics.median(filter2)
    return Measure("forme_xpath_10000", "ms", xpath, "≤ 1,5 × forme Filter 2.0", holds, Reference("forme Filter 2.0", filter2))


def _command(ground: Ground) -> Measure:
    if not shutil.which("xmlsec1"):
        (ours,) = interleave(ground.cli, rounds=5, scale=MILLISECONDS)
        return Measure("commande_10000", "ms", ours, "≤ 3 × xmlsec1 (absent de cette machine)", holds=False)
    ours, theirs = interleave(ground.cli, ground.xmlsec1, rounds=7, scale=MILLISECONDS)
    holds = statistics.median(ours) <= 3 * statistics.median(theirs)
    return Measure("commande_10000", "ms", ours, "≤ 3 × xmlsec1, démarrage compris", holds, Reference("xmlsec1 --verify", theirs))


def _hostile(rows: int, ground: Ground, rounds: int) -> Measure:
    """The worst of all hostile files, against the genuine one."""
    worst: tuple[float, Measure] | None = None
    for name, data in hostile_files(ground.terrain).items():
        gc.collect()
        refused, genuine = interleave(
            lambda data=data: _refuse(data, ground),
            lambda: verify(ground.terrain.data, ground.terrain.policy, at=NOW),
            rounds=rounds,
            scale=MILLISECONDS,
        )
        ratio = min(refused) / min(genuine)
        if worst is None or ratio > worst[0]:
            goal = f"≤ 2 × une liste authentique (pire cas : {name})"
            worst = ratio, Measure(f"hostile_{rows}", "ms", refused, goal, ratio <= 2, Reference("liste authentique", genuine))
    assert worst
    return worst[1]


def _refuse(data: bytes, ground: Ground) -> None:
    try:
        verify(data, ground.terrain.policy, at=NOW)
    except ListeBlancheRefused:
        return
    sys.exit("a hostile file was accepted")


def _signing(rows: int, ground: Ground) -> Measure:
    terrain = ground.terrain
    signing, reading = interleave(
        lambda: sign(terrain.brouillon, terrain.key, signing_time=SIGNING_TIME), ground.ours(), rounds=5, scale=MILLISECONDS
    )
    holds = statistics.median(signing) <= 2 * statistics.median(reading)
    return Measure(f"signer_{rows}", "ms", signing, "≤ 2 × vérifier", holds, Reference("vérifier", reading))


def _lookups(grounds: dict[int, Ground]) -> Measure:
    """Ask which DNs may answer under a name, for names spread over the whole list; the round that fills the index is not kept."""
    small, large = (grounds[rows] for rows in (SIZES[0], SIZES[-1]))

    def searcher(ground: Ground, rows: int) -> Callable[[], object]:
        liste = verify(ground.terrain.data, ground.terrain.policy, at=NOW)
        names = [f"db1.{1 + rank * rows // SIZES[0]}.mesimagesmedicales.fr" for rank in range(SIZES[0])]

        def run() -> None:
            for _ in range(LOOKUPS // len(names)):
                for name in names:
                    if not liste.dns(name):
                        sys.exit(f"{name} not found")

        return run

    fast, slow = interleave(searcher(small, SIZES[0]), searcher(large, SIZES[-1]), rounds=9, scale=MICROSECONDS / LOOKUPS)
    holds = statistics.median(slow) <= 1.3 * statistics.median(fast) and statistics.median(slow) <= 5
    return Measure("chercher_100000", "µs", slow, "≤ 1,3 × à 1 000 lignes, ≤ 5 µs", holds, Reference("à 1 000 lignes", fast))


if __name__ == "__main__":
    sys.exit(run("liste", measures))
