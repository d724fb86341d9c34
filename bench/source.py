# SPDX-FileCopyrightText: 2026 drimm contributors
# SPDX-License-Identifier: EUPL-1.2
"""Images of a source, from its PACS to its peer: `./drimm bench source`.

PACS: a real Orthanc with TCP_NODELAY. Two loads: A, 300 plain CT of 512 KB; B, 1,300 JPEG-LS CT. Two parts, every side of a comparison run
in turn in the same run:

* the data path alone (C-GET, C-MOVE, C-STORE) beside pynetdicom and DCMTK's programs, what is received is thrown away;
* the images door, over mutual TLS with every check on and the INS inserted, beside Orthanc's own WADO-RS in plain HTTP, nginx over mutual
  TLS, and a gateway on pynetdicom without any check.
"""

from __future__ import annotations

import argparse
import asyncio
import logging
import statistics
import sys
import tempfile
import time
from pathlib import Path

from banc.pacs.orthanc import OrthancPacs
from banc.pacs.ports import free_port
from banc.postgres import EmbeddedPostgres
from bench import source_pacs as chemin
from bench.contract import Measure, Reference, print_table, write
from bench.source_etudes import A4, A, B, Charge
from bench.source_nginx import installed as nginx_installed
from bench.source_nginx import nginx
from bench.source_pacs import Cote, Destinations, entrelacer
from bench.source_porte import Adresse, Maquette, Serie, maquette, peak_mebibytes, pynetdicom_gateway
from confiance.exploitation import logs
from drimbox.config import Pacs
from tests.drimbox_env import DB, build
from tests.integration.drimbox.partage.maille import Etude

ROUNDS, FULL_ROUNDS = 5, 9
PARALLEL, SLOW, SLOW_SECONDS = 32, 50, 20
INFORMATIVE = "à titre indicatif"


def ratio(name: str, mine: Serie | Cote, other: Serie | Cote, goal: float | None, *, at_least: bool = False) -> Measure:
    """Compare two durations: ours over theirs, or theirs over ours when speed is what is claimed."""
    ours, theirs = statistics.median(mine.seconds), statistics.median(other.seconds)
    value = theirs / ours if at_least else ours / theirs
    text = INFORMATIVE if goal is None else f"{'≥' if at_least else '≤'} {goal:g} ×"
    holds = goal is None or (value >= goal if at_least else value <= goal)
    name = f"{name} ({value:.2f} ×)"
    return Measure(name, "s", tuple(mine.seconds), text, holds, reference=Reference(other.name, tuple(other.seconds)))


def data_path(orthanc: OrthancPacs, nagle: OrthancPacs, destinations: Destinations, rounds: int) -> list[Measure]:
    """The data path alone."""
    measures: list[Measure] = []
    get = _settings(orthanc)
    move = _settings(orthanc, recuperation="c-move", move={"aet": "OURS", "port": destinations.ours})
    slow = _settings(nagle, recuperation="c-move", move={"aet": "OURS", "port": destinations.ours})
    sink = Pacs(name="puits", host="127.0.0.1", port=destinations.storescp, aet="STORESCP")
    with (
        chemin.storescp("STORESCP", destinations.storescp),
        chemin.pynetdicom_scp("PYNETDICOM", destinations.pynetdicom),
    ):
        for charge in (A, B):
            study, folder = charge.study, charge.folder
            c_get, slower = Cote("C-GET", chemin.ours(get, study)), Cote("pynetdicom, C-GET", chemin.pynetdicom_get(get, study))
            c_move = Cote("C-MOVE", chemin.ours(move, study))
            storescp = Cote("storescp de DCMTK", chemin.movescu(orthanc, study, "STORESCP", folder))
            official = Cote("SCP de pynetdicom", chemin.movescu(orthanc, study, "PYNETDICOM", folder))
            out = Cote("C-STORE", chemin.ours_out(sink, folder))
            dcmsend = Cote("dcmsend", chemin.dcmsend(destinations.storescp, "STORESCP", folder))
            with_nagle = [Cote("C-MOVE, PACS avec Nagle", chemin.ours(slow, study))] if charge is A else []
            entrelacer([c_get, slower, c_move, storescp, official, out, dcmsend, *with_nagle], rounds)
            measures += [
                ratio(f"charge {charge.name}, C-GET contre pynetdicom", c_get, slower, 3, at_least=True),
                ratio(f"charge {charge.name}, réception C-MOVE", c_move, storescp, 1.3),
                ratio(f"charge {charge.name}, envoi C-STORE", out, dcmsend, 1.3),
                *(ratio(f"charge {charge.name}, C-MOVE d'un PACS avec Nagle", side, c_move, 2) for side in with_nagle),
                _speed(charge, c_get, official),
            ]
    return measures


def _speed(charge: Charge, mine: Cote, official: Cote) -> Measure:
    ours, theirs = mine.megabits_per_second, official.megabits_per_second
    holds = statistics.median(ours) >= 5 * statistics.median(theirs)
    return Measure(
        f"charge {charge.name}, speedtest", "Mbit/s", ours, "≥ 5 ×" if charge is B else INFORMATIVE, holds or charge is A,
        reference=Reference(official.name, theirs),
    )  # fmt: skip


def _settings(orthanc: OrthancPacs, **changes: object) -> Pacs:
    return Pacs.model_validate({"name": "pacs", "host": "127.0.0.1", "port": orthanc.port, "aet": orthanc.aet} | changes)


async def through_the_door(mesh: Maquette, rounds: int) -> list[Measure]:
    """The images door beside the others, on A and B; then memory, many at once, and slow peers."""
    measures: list[Measure] = []
    gateway, proxy = free_port(), free_port()
    server, authorities = mesh.maille.pki.serv_ssl(DB), mesh.folder / "authorities.pem"
    with pynetdicom_gateway(mesh.maille, mesh.orthanc, gateway):
        session = await mesh.session_to(gateway)
        mesh.stack.enter_context(nginx(mesh.folder / "nginx", proxy, server, authorities, mesh.orthanc.http_port))
        through = await mesh.session_to(proxy)
        etudes = {charge.name: await mesh.known(charge) for charge in (A, B, A4)}
        for charge in (A, B):
            etude = etudes[charge.name]
            dimse, web = await mesh.ours(etude, "c-get"), await mesh.ours(etude, "dicomweb")
            orthanc = mesh.theirs(etude)
            slower = Adresse(Serie("la même passerelle sur pynetdicom"), session, mesh.maille.url(etude), {})
            before = Adresse(
                Serie("nginx, TLS mutuel, devant Orthanc"), through, f"https://{DB}/dicom-web/studies/{etude.study}", orthanc.headers
            )
            sides = [dimse, web, orthanc, slower, before]
            for rank in range(rounds + 1):
                for side in sides:
                    await side.pass_once(keep=rank > 0)
            measures += _door_measures(charge, [side.serie for side in sides])
            if charge is A:
                measures += await _crowd(mesh, etude, dimse.serie)
    return measures + await _memory(mesh, [etudes[charge.name] for charge in (A, A4)])


def _door_measures(charge: Charge, series: list[Serie]) -> list[Measure]:
    dimse, web, orthanc, slower, before = series
    name = f"porte, charge {charge.name}"
    first, reference = tuple(1000 * s for s in dimse.first), tuple(1000 * s for s in orthanc.first)
    holds = statistics.median(first) <= statistics.median(reference) + 10
    return [
        ratio(f"{name}, PACS DIMSE", dimse, orthanc, 2.5 if charge is A else 3),
        ratio(f"{name}, contre pynetdicom", dimse, slower, 3, at_least=True),
        ratio(f"{name}, PACS DICOMweb", web, before, 1.3),
        Measure(f"{name}, premier octet", "ms", first, "≤ celui d'Orthanc + 10 ms", holds, reference=Reference(orthanc.name, reference)),
    ]


async def _crowd(mesh: Maquette, etude: Etude, alone: Serie) -> list[Measure]:
    """32 transfers at once; then 50 peers that read slowly while one reads fast."""
    process, _session = await mesh.door("c-get")
    many = [await mesh.ours(etude, "c-get") for _ in range(PARALLEL)]
    start = time.perf_counter()
    await asyncio.gather(*(side.pass_once(keep=True) for side in many))
    total = sum(side.serie.bytes for side in many) / 1e6 / (time.perf_counter() - start)
    durations = sorted(side.serie.seconds[0] for side in many)
    spread = durations[int(0.95 * PARALLEL)] / statistics.median(durations)
    best = alone.bytes / 1e6 / min(alone.seconds)
    before = peak_mebibytes(process)
    slow = [asyncio.create_task(_slowly(await mesh.ours(etude, "c-get"))) for _ in range(SLOW)]
    await asyncio.sleep(3)
    fast = await mesh.ours(etude, "c-get")
    for _ in range(3):
        await fast.pass_once(keep=True)
    await asyncio.gather(*slow)
    grown = max(0.0, peak_mebibytes(process) - before) / SLOW
    return [
        Measure(
            "porte, 32 transferts à la fois, débit total",
            "Mo/s",
            (total,),
            f"≥ 80 % du meilleur seul ({best:.0f} Mo/s)",
            total >= 0.8 * best,
        ),
        Measure("porte, 32 transferts à la fois, p95/p50", "×", (spread,), "≤ 2", spread <= 2),
        Measure("porte, 50 pairs lents, mémoire de chacun", "MiB", (grown,), "≤ 1 MiB", grown <= 1),
        ratio("porte, un pair rapide parmi 50 lents", fast.serie, alone, 1.2),
    ]


async def _slowly(side: Adresse) -> None:
    """Read 100 KB each second for a while, then leave."""
    deadline = time.monotonic() + SLOW_SECONDS
    async with side.session.get(side.url, headers=side.headers) as answer:
        if answer.status != 200:
            raise SystemExit(f"pair lent : HTTP {answer.status} : {(await answer.text())[:300]}")
        while time.monotonic() < deadline:
            await answer.content.read(100_000)
            await asyncio.sleep(1)


async def _memory(mesh: Maquette, etudes: list[Etude]) -> list[Measure]:
    """The highest memory of a door of its own after A, then after 4 × A."""
    mesh.doors.pop("c-get")
    process, _session = await mesh.door("c-get")
    peaks = []
    for etude in etudes:
        side = await mesh.ours(etude, "c-get")
        for _ in range(2):
            await side.pass_once(keep=False)
        peaks.append(peak_mebibytes(process))
    small, large = peaks
    goal = f"≤ A + 20 MiB ({small:.0f} MiB) et ≤ 250 MiB"
    return [Measure("porte, charge 4×A, mémoire la plus haute, enfants compris", "MiB", (large,), goal, large <= min(small + 20, 250))]


def measures(rounds: int, part: str) -> list[Measure]:
    """Run the bench."""
    destinations, result = Destinations(), list[Measure]()
    with (
        tempfile.TemporaryDirectory(prefix="drimm-bench-") as name,
        OrthancPacs(Path(name) / "nagle", "PACSN", destinations=destinations.of(), nagle=True) as nagle,
    ):
        folder = Path(name)
        if part in {"tout", "porte"}:
            with EmbeddedPostgres(durable=False) as server:
                environment = build(server)
                port = environment.ports["pacs"]
                with OrthancPacs(folder / "orthanc", "PACSA", port=port) as orthanc:
                    result += asyncio.run(_door_part(environment, folder, orthanc, rounds))
        if part in {"tout", "chemin"}:
            with OrthancPacs(folder / "orthanc2", "PACSA", destinations=destinations.of()) as orthanc:
                for charge in (A, B):
                    orthanc.upload(charge.files)
                nagle.upload(A.files)
                result += data_path(orthanc, nagle, destinations, rounds)
    return result


async def _door_part(environment: object, folder: Path, orthanc: OrthancPacs, rounds: int) -> list[Measure]:
    async with maquette(environment, folder, orthanc) as mesh:  # type: ignore[arg-type]  # built by the tests' own environment
        return await through_the_door(mesh, rounds)


def main() -> int:
    """Run, print the table, write the JSON."""
    parser = argparse.ArgumentParser(prog="drimm bench source", description="Images d'une source, du PACS au pair, à côté d'autres.")
    parser.add_argument("--json", type=Path, help="fichier où écrire les mesures")
    parser.add_argument("--full", action="store_true", help=f"{FULL_ROUNDS} tours au lieu de {ROUNDS}")
    parser.add_argument(
        "--part", choices=("tout", "chemin", "porte"), default="tout", help="chemin des données seul, porte des images, ou tout"
    )
    parser.add_argument("--tours", type=int, default=0, help="nombre de tours")
    options = parser.parse_args()
    missing = [name for name, here in (("orthanc", OrthancPacs.installed()), ("nginx", nginx_installed())) if not here]
    if missing or not Path("/usr/bin/dcmsend").exists():
        print("Il faut orthanc orthanc-dicomweb orthanc-gdcm dcmtk nginx (Debian) : rien à comparer.", file=sys.stderr)
        return 2
    logs.configure("banc", "bench", level=logging.WARNING)
    result = measures(options.tours or (FULL_ROUNDS if options.full else ROUNDS), options.part)
    print_table(result)
    if options.json:
        write(options.json, result)
    return 0 if all(measure.holds for measure in result) else 1


if __name__ == "__main__":
    sys.exit(main())
