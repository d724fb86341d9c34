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
from collections import Counter
from pathlib import Path

import aiohttp
import psycopg
import typer

from banc.demo.navigation import PageInattendue
from banc.soak.tempete import bilan, recit
from banc.soak.tempete.avancement import SETTLED, Avancement, clock, left, states
from banc.soak.tempete.bilan import Pointeur
from banc.soak.tempete.charge import SEND_SECONDS, Examen, Ris, make_exams, write_images
from banc.soak.tempete.dossiers import Dossiers
from banc.soak.tempete.manques import DISQUE, Manque, exit_code, missing
from banc.soak.tempete.notes import Rejets
from banc.soak.tempete.personne import Personne
from banc.soak.tempete.serveur import BasePerdue
from banc.soak.tempete.sinistres import Tempete
from banc.soak.tempete.sorts import MELANGE, Sort
from banc.soak.tempete.terrain import Terrain

STORM_SECONDS, CALM_SECONDS = 900.0, 480.0
"""At most: a storm that leaves no result teaches nothing, and what is not done by then will not be."""
DISK_MEGABYTES = 768
BLOWN_SHARE = 0.95
SHOWN_FAULTS = 20

_ASIDE = "SELECT state || ' ' || code, count(*) FROM reception_message WHERE state <> 'lu' GROUP BY 1"


def run(reports: int, seed: int, renonce: frozenset[str] = frozenset()) -> int:
    """Play a storm and tell its result; 0 when the DMP holds exactly what was sent, and everything was broken.

    Args:
        reports: how many exams.
        seed: of the draw of breakdowns.
        renonce: names of the breakdowns to do without (:mod:`.manques`).

    Raises:
        DrimmError: the storm could not be played to its end; its folder stays.
    """
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(1))  # the disk of the database is given back in every case
    work = Path(tempfile.mkdtemp(prefix="drimm-tempete-"))
    typer.echo(f"· dossier de travail : {work}")
    exams = make_exams(reports, MELANGE)
    write_images(work / "images", exams)
    dossiers = Dossiers(exam.ins for exam in exams if exam.sort is Sort.REFUSE)
    disk = DISK_MEGABYTES if _may_mount() and DISQUE not in renonce else 0
    terrain = Terrain(work, work / "images", disk_megabytes=disk, dossiers=dossiers)
    tempete = Tempete(terrain, seed, STORM_SECONDS, renonce)
    manques = missing(tempete.kinds(), renonce)
    _warn(manques)
    try:
        terrain.start()
        found = _play(terrain, exams, tempete, seed)
    except psycopg.Error as error:
        raise BasePerdue(f"La base de la tempête ne répond pas : {type(error).__name__}.") from None
    finally:
        terrain.stop()
    _warn(manques)
    if found:
        typer.echo(f"· journaux gardés dans {work}")
    else:
        shutil.rmtree(work, ignore_errors=True)
    return exit_code(found, manques)


def _play(terrain: Terrain, exams: tuple[Examen, ...], tempete: Tempete, seed: int) -> list[str]:
    longest = STORM_SECONDS + CALM_SECONDS
    ris = Ris(terrain.box.mllp_port, every=SEND_SECONDS, patience=longest)
    personne = Personne(terrain.agent, terrain.dossiers, {exam.study_uid: exam.ins for exam in exams})
    rejets = Rejets(terrain.iocm_port, terrain.pacs.aet, terrain.holds)
    messages = sum(exam.count for exam in exams)
    fates = Counter(str(exam.sort) for exam in exams)
    typer.echo(f"· {len(exams)} examens, {messages} messages : {', '.join(f'{count} {fate}' for fate, count in fates.items())}")
    typer.echo(f"· graine {seed} ; sinistres : {', '.join(sorted(tempete.kinds()))} ; fin à {clock(longest)} au plus tard")
    avancement = Avancement(terrain, ris, tempete, exams=len(exams), messages=messages, longest=longest)
    start = time.monotonic()
    for part in (avancement, tempete, personne):
        part.start()
    try:
        ris.send_all(exams)
        acknowledged = time.monotonic() - start
        rejets.send_all(exams, start + STORM_SECONDS + CALM_SECONDS / 2)
        # most of the way is still to be done by the worker: the storm goes on until nearly all of it is
        _wait(terrain, int(BLOWN_SHARE * len(exams)), start + STORM_SECONDS)
        tempete.calm()
        calm = time.monotonic() - start
        _wait(terrain, len(exams), start + STORM_SECONDS + CALM_SECONDS, whole=True)
    finally:
        tempete.give_up()
        personne.stop()
        avancement.stop()
    typer.echo(f"· {ris.acknowledged} messages acquittés en {acknowledged:.0f} s, {ris.sent_again} renvois ; calme à {calm:.0f} s")
    typer.echo(f"  fini à {time.monotonic() - start:.0f} s ; {_told(tempete)}")
    typer.echo(f"  {rejets.sent} notes de rejet entendues")
    typer.echo(f"  une personne : {personne.done['/reessayer']} dépôts renvoyés, {personne.done['/relire']} messages relus")
    typer.echo(f"  {terrain.boite.starts} démarrages du superviseur, {terrain.base.falls} redémarrages de la base")
    found = _judge(terrain, exams)
    found += [f"la tempête s'est arrêtée d'elle-même : {tempete.error!r}"] if tempete.error is not None else []
    found += [f"{ris.acknowledged} messages acquittés sur {messages}"] if ris.acknowledged != messages else []
    _tell(terrain, found)
    return found


def _wait(terrain: Terrain, count: int, limit: float, *, whole: bool = False) -> None:
    """Wait until that many exams are settled (and, at the end, nothing is left to do)."""
    while time.monotonic() < limit:
        with contextlib.suppress(psycopg.Error):  # the database may be what is broken at that moment
            found = states(terrain)
            if sum(found.get(state, 0) for state in SETTLED) >= count and not (whole and left(terrain)):
                break
        time.sleep(1)


def _judge(terrain: Terrain, exams: tuple[Examen, ...]) -> list[str]:
    pointeurs = tuple(Pointeur(*row) for row in terrain.base.sql(bilan.POINTEURS))
    found = bilan.faults(exams, terrain.dmp.store, pointeurs)
    found += bilan.states_faults(exams, dict(terrain.base.sql(bilan.ETATS)))
    found += bilan.refused_faults(exams, {study for (study,) in terrain.base.sql(bilan.REFUSES)})
    found += [f"{count} messages « {state} »" for state, count in terrain.base.sql(_ASIDE)]
    typer.echo(f"· au DMP : {len(terrain.dmp.store.faits)} opérations pour {len(exams)} examens")
    try:
        return found + recit.faults(terrain, exams, pointeurs)
    except (PageInattendue, aiohttp.ClientError) as error:
        return [*found, f"console : {error or type(error).__name__}"]


def _warn(manques: list[Manque]) -> None:
    for manque in manques:
        typer.echo(f"⚠ sinistre qui n'aura pas lieu — {manque}")


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
