# SPDX-FileCopyrightText: 2026 drimm contributors
# SPDX-License-Identifier: EUPL-1.2
"""``./drimm soak tempete``: the storm from its first report to its result."""

from __future__ import annotations

import contextlib
import os
import shutil
import signal
import sys
import tempfile
import time
from pathlib import Path

import aiohttp
import psycopg
import typer

from banc.demo.navigation import PageInattendue
from banc.soak.tempete import bilan, recit
from banc.soak.tempete.avancement import SETTLED, Avancement, left, states
from banc.soak.tempete.bilan import Pointeur
from banc.soak.tempete.charge import SEND_SECONDS, Examen, Ris, make_exams, write_images
from banc.soak.tempete.serveur import BasePerdue
from banc.soak.tempete.sinistres import Tempete
from banc.soak.tempete.terrain import Terrain

STORM_SECONDS, CALM_SECONDS = 900.0, 480.0
"""At most: a storm that leaves no result teaches nothing, and what is not done by then will not be."""
DISK_MEGABYTES = 768
BLOWN_SHARE = 0.95
SHOWN_FAULTS = 20

_ASIDE = "SELECT state || ' ' || code, count(*) FROM reception_message WHERE state <> 'lu' GROUP BY 1"


def run(reports: int, seed: int) -> int:
    """Play a storm and tell its result; 0 when the DMP holds exactly what was sent.

    Raises:
        DrimmError: the storm could not be played to its end; its folder stays.
    """
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(1))  # the disk of the database is given back in every case
    work = Path(tempfile.mkdtemp(prefix="drimm-tempete-"))
    typer.echo(f"· dossier de travail : {work}")
    exams = make_exams(reports)
    write_images(work / "images", exams)
    terrain = Terrain(work, work / "images", disk_megabytes=DISK_MEGABYTES if _may_mount() else 0)
    try:
        terrain.start()
        found = _play(terrain, exams, seed)
    except psycopg.Error as error:
        raise BasePerdue(f"La base de la tempête ne répond pas : {type(error).__name__}.") from None
    finally:
        terrain.stop()
    if found:
        typer.echo(f"· journaux gardés dans {work}")
        return 1
    shutil.rmtree(work, ignore_errors=True)
    return 0


def _play(terrain: Terrain, exams: tuple[Examen, ...], seed: int) -> list[str]:
    ris = Ris(terrain.box.mllp_port, every=SEND_SECONDS, patience=STORM_SECONDS + CALM_SECONDS)
    tempete = Tempete(terrain, seed, STORM_SECONDS)
    messages = sum(exam.versions for exam in exams)
    typer.echo(f"· {len(exams)} examens, {messages} messages, graine {seed} ; sinistres : {', '.join(sorted(tempete.kinds()))}")
    avancement = Avancement(terrain, ris, tempete, exams=len(exams), messages=messages)
    start = time.monotonic()
    avancement.start()
    tempete.start()
    try:
        ris.send_all(exams)
        acknowledged = time.monotonic() - start
        # most of the way is still to be done by the worker: the storm goes on until nearly all of it is
        _wait(terrain, int(BLOWN_SHARE * len(exams)), start + STORM_SECONDS)
        tempete.calm()
        calm = time.monotonic() - start
        settled = _wait(terrain, len(exams), start + STORM_SECONDS + CALM_SECONDS, whole=True)
    finally:
        tempete.give_up()
        avancement.stop()
    typer.echo(f"· {ris.acknowledged} messages acquittés en {acknowledged:.0f} s, {ris.sent_again} renvois ; calme à {calm:.0f} s")
    typer.echo(f"  fini à {time.monotonic() - start:.0f} s ; {_told(tempete)}")
    typer.echo(f"  {terrain.boite.starts} démarrages du superviseur, {terrain.base.falls} redémarrages de la base")
    found = _judge(terrain, exams, settled)
    found += [f"la tempête s'est arrêtée d'elle-même : {tempete.error!r}"] if tempete.error is not None else []
    found += [f"{ris.acknowledged} messages acquittés sur {messages}"] if ris.acknowledged != messages else []
    _tell(terrain, found)
    return found


def _wait(terrain: Terrain, count: int, limit: float, *, whole: bool = False) -> dict[str, int]:
    """Wait until that many exams are settled (and, at the end, nothing is left to do), and return how many are in each state."""
    found: dict[str, int] = {}
    while time.monotonic() < limit:
        with contextlib.suppress(psycopg.Error):  # the database may be what is broken at that moment
            found = states(terrain)
            if sum(found.get(state, 0) for state in SETTLED) >= count and not (whole and left(terrain)):
                break
        time.sleep(1)
    return found


def _judge(terrain: Terrain, exams: tuple[Examen, ...], settled: dict[str, int]) -> list[str]:
    pointeurs = tuple(Pointeur(*row) for row in terrain.base.sql(bilan.POINTEURS))
    found = bilan.faults(exams, terrain.dmp.store, pointeurs)
    found += [f"{count} examens « {state} »" for state, count in settled.items() if state != "depose"]
    found += [f"{count} messages « {state} »" for state, count in terrain.base.sql(_ASIDE)]
    typer.echo(f"· au DMP : {len(terrain.dmp.store.faits)} dépôts et remplacements pour {len(exams)} examens")
    try:
        return found + recit.faults(terrain, exams, pointeurs)
    except (PageInattendue, aiohttp.ClientError) as error:
        return [*found, f"console : {error or type(error).__name__}"]


def _told(tempete: Tempete) -> str:
    return "sinistres : " + ", ".join(f"{name} × {count}" for name, count in sorted(tempete.count.items()))


def _tell(terrain: Terrain, found: list[str]) -> None:
    """Say the result, and what the journal tells of the storm."""
    lines = terrain.base.sql("SELECT event, count(*) FROM journal GROUP BY event ORDER BY 2 DESC LIMIT 12")
    typer.echo("· le journal : " + ", ".join(f"{event} × {count}" for event, count in lines))
    for fault in found[:SHOWN_FAULTS]:
        typer.echo(f"✗ {fault}")
    typer.echo("✓ aucun examen perdu, double, en désordre ni mélangé ; la console le raconte" if not found else f"✗ {len(found)} fautes")


def _may_mount() -> bool:
    return os.geteuid() == 0 and shutil.which("mount") is not None
