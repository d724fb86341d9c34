# SPDX-FileCopyrightText: 2026 drimm contributors
# SPDX-License-Identifier: EUPL-1.2
"""Images of a source, from its PACS to its peer: `./drimm bench source`.

PACS: a real Orthanc with TCP_NODELAY. Two loads: A, 300 plain CT of 512 KB; B, 1,300 JPEG-LS CT. Two parts, every side of a comparison run
in turn in the same run:

* the data path alone (C-GET, C-MOVE, C-STORE) beside pynetdicom and DCMTK's programs, what is received is thrown away;
* the images door, over mutual TLS with every check on and the INS inserted, beside Orthanc's own WADO-RS in plain HTTP, nginx over mutual
  TLS, and a gateway on pynetdicom without any check. The client of all is curl.

Two floors say what is left to win: a loop in Python that receives a C-GET without reading it, and nginx over mutual TLS on a file. The
PACS, the receiver and the client share the machine: beside durations, the seconds of processor of the receivers alone are compared.
"""

from __future__ import annotations

import argparse
import asyncio
import logging
import os
import statistics
import sys
import tempfile
import time
from functools import partial
from pathlib import Path

from banc.pacs.orthanc import OrthancPacs
from banc.ports import free_port
from banc.postgres import EmbeddedPostgres
from bench import source_pacs as chemin
from bench.contract import Measure, Reference, print_table, write
from bench.source_comparaison import INFORMATIVE, processor, ratio
from bench.source_curl import Acces, Curl
from bench.source_curl import installed as curl_installed
from bench.source_etudes import A4, A, B, Charge
from bench.source_foule import many_series, memory, slow_peers
from bench.source_nginx import installed as nginx_installed
from bench.source_nginx import nginx
from bench.source_pacs import Cote, Destinations, entrelacer
from bench.source_plancher import bare_get
from bench.source_porte import MOST_ASSOCIATIONS, Adresse, Maquette, Serie, maquette, pynetdicom_gateway
from bench.source_processus import processor_seconds
from confiance.exploitation import logs
from drimbox.config import Pacs
from tests.drimbox_env import DB, DB2, build

ROUNDS, FULL_ROUNDS = 5, 9
CROWD_ROUNDS = 5


def data_path(orthanc: OrthancPacs, nagle: OrthancPacs, destinations: Destinations, rounds: int) -> list[Measure]:
    """The data path alone."""
    measures: list[Measure] = []
    get = _settings(orthanc)
    move = _settings(orthanc, recuperation="c-move", move={"aet": "OURS", "port": destinations.ours})
    slow = _settings(nagle, recuperation="c-move", move={"aet": "OURS", "port": destinations.ours})
    sink = Pacs(name="puits", host="127.0.0.1", port=destinations.storescp, aet="STORESCP")
    with (
        chemin.storescp("STORESCP", destinations.storescp) as dcmtk,
        chemin.pynetdicom_scp("PYNETDICOM", destinations.pynetdicom),
    ):
        for charge in (A, B):
            study, folder = charge.study, charge.folder
            c_get = Cote("C-GET", chemin.ours(get, study), clock=time.process_time)
            floor = Cote("plancher : reçu sans être lu", bare_get(get, study), clock=time.process_time)
            slower = Cote("pynetdicom, C-GET", chemin.pynetdicom_get(get, study))
            c_move = Cote("C-MOVE", chemin.ours(move, study), clock=time.process_time)
            storescp = Cote("storescp de DCMTK", chemin.movescu(orthanc, study, "STORESCP", folder), clock=lambda: processor_seconds(dcmtk))
            official = Cote("SCP de pynetdicom", chemin.movescu(orthanc, study, "PYNETDICOM", folder))
            out = Cote("C-STORE", chemin.ours_out(sink, folder))
            dcmsend = Cote("dcmsend", chemin.dcmsend(destinations.storescp, "STORESCP", folder))
            with_nagle = [Cote("C-MOVE, PACS avec Nagle", chemin.ours(slow, study))] if charge is A else []
            entrelacer([c_get, floor, slower, c_move, storescp, official, out, dcmsend, *with_nagle], rounds)
            measures += [
                ratio(f"charge {charge.name}, C-GET contre pynetdicom", c_get, slower, 3, at_least=True),
                ratio(f"charge {charge.name}, C-GET contre son plancher", c_get, floor, None),
                processor(f"charge {charge.name}, C-GET", c_get, floor),
                ratio(f"charge {charge.name}, réception C-MOVE", c_move, storescp, 1.3),
                processor(f"charge {charge.name}, réception C-MOVE", c_move, storescp),
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
    acces = partial(Acces, identity=mesh.maille.pki.serv_ssl(DB2), authorities=authorities)
    with pynetdicom_gateway(mesh.maille, mesh.orthanc, gateway) as pid:
        session = await mesh.session_to(gateway)
        www = mesh.stack.enter_context(nginx(mesh.folder / "nginx", proxy, server, authorities, mesh.orthanc.http_port))
        through = await mesh.session_to(proxy)
        etudes = {charge.name: await mesh.known(charge) for charge in (A, B, A4)}
        for charge in (A, B):
            etude = etudes[charge.name]
            dimse, web = await mesh.ours(etude, "c-get"), await mesh.ours(etude, "dicomweb")
            orthanc = mesh.theirs(etude)
            slower = Adresse(Serie("la même passerelle sur pynetdicom"), session, mesh.maille.url(etude), {}, pid)
            before = Adresse(
                Serie("nginx, TLS mutuel, devant Orthanc"), through, f"https://{DB}/dicom-web/studies/{etude.study}", orthanc.headers
            )
            charge.copy_to(www / charge.name)
            floor = Adresse(Serie("plancher : nginx, TLS mutuel, un fichier"), through, f"https://{DB}/{charge.name}", {})
            ports = {"c-get": mesh.doors["c-get"][1], "dicomweb": mesh.doors["dicomweb"][1]}
            sides = [
                Curl.of(dimse, acces(ports["c-get"])),
                Curl.of(web, acces(ports["dicomweb"])),
                Curl.of(orthanc),
                Curl.of(slower, acces(gateway)),
                Curl.of(before, acces(proxy)),
                Curl.of(floor, acces(proxy)),
            ]
            for rank in range(rounds + 1):
                await mesh.renew()
                for side in (*sides, dimse, orthanc):  # these two again, in Python, for their first byte: curl tells of headers only
                    await side.pass_once(keep=rank > 0)
            measures += _door_measures(charge, [side.serie for side in sides], dimse.serie.first, orthanc.serie.first)
            if charge is A:
                measures += await many_series(mesh, etudes[A4.name], dimse, CROWD_ROUNDS)
                measures += await slow_peers(mesh, [etude, etudes[A4.name]], CROWD_ROUNDS)
    return measures + await memory(mesh, [etudes[charge.name] for charge in (A, A4)])


def _door_measures(charge: Charge, series: list[Serie], first_bytes: list[float], theirs: list[float]) -> list[Measure]:
    dimse, web, orthanc, slower, before, floor = series
    name = f"porte, charge {charge.name}"
    first, reference = tuple(1000 * s for s in first_bytes), tuple(1000 * s for s in theirs)
    holds = statistics.median(first) <= statistics.median(reference) + 10
    return [
        ratio(f"{name}, PACS DIMSE", dimse, orthanc, 2.5 if charge is A else 3),
        ratio(f"{name}, contre pynetdicom", dimse, slower, 3, at_least=True),
        processor(f"{name}, contre pynetdicom", dimse, slower),
        ratio(f"{name}, PACS DICOMweb", web, before, 1.3),
        ratio(f"{name}, PACS DIMSE, contre son plancher", dimse, floor, None),
        Measure(f"{name}, premier octet", "ms", first, "≤ celui d'Orthanc + 10 ms", holds, reference=Reference(orthanc.name, reference)),
    ]


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
                with OrthancPacs(folder / "orthanc", "PACSA", port=port, associations=MOST_ASSOCIATIONS + 16) as orthanc:
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
    needed = (("orthanc", OrthancPacs.installed()), ("nginx", nginx_installed()), ("curl", curl_installed()))
    missing = [name for name, here in needed if not here]
    if missing or not Path("/usr/bin/dcmsend").exists():
        print("Il faut curl orthanc orthanc-dicomweb orthanc-gdcm dcmtk nginx (Debian) : rien à comparer.", file=sys.stderr)
        return 2
    logs.configure("banc", "bench", level=logging.WARNING)
    result = measures(options.tours or (FULL_ROUNDS if options.full else ROUNDS), options.part)
    print_table(result)
    print(f"charge de la machine à la fin : {os.getloadavg()[0]:.1f} pour {os.cpu_count()} processeurs")
    if options.json:
        write(options.json, result)
    return 0 if all(measure.holds for measure in result) else 1


if __name__ == "__main__":
    sys.exit(main())
