# SPDX-FileCopyrightText: 2026 drimm contributors
# SPDX-License-Identifier: EUPL-1.2
"""``./drimm soak tempete``: the storm from its first report to its result."""

from __future__ import annotations

import contextlib
import os
import shutil
import tempfile
import time
from pathlib import Path

import psycopg
import typer

from banc.soak.tempete.bilan import Pointeur, faults
from banc.soak.tempete.charge import Examen, Ris, make_exams, write_images
from banc.soak.tempete.sinistres import Tempete
from banc.soak.tempete.terrain import Terrain

LONGEST_CALM_SECONDS = 1800.0
DISK_MEGABYTES = 768
_SETTLED = ("depose", "a_verifier", "refuse", "incomplet", "retire", "sans_depot")

_LEFT = """
    SELECT (SELECT count(*) FROM reception_message WHERE state = 'recu')
         + (SELECT count(*) FROM depot_dmp_envoi WHERE state IN ('a_envoyer', 'attente_dmp'))
"""

_ASIDE = "SELECT state || ' ' || code, count(*) FROM reception_message WHERE state <> 'lu' GROUP BY 1"


def run(reports: int, seed: int) -> int:
    """Play a storm and tell its result; 0 when the DMP holds exactly what was sent."""
    work = Path(tempfile.mkdtemp(prefix="drimm-tempete-"))
    terrain = Terrain(work, disk_megabytes=DISK_MEGABYTES if _may_mount() else 0)
    exams = make_exams(reports)
    images = work / "images"
    write_images(images, exams)
    try:
        terrain.start()
        terrain.start_pacs(images)
        found = _play(terrain, exams, images, seed)
    finally:
        terrain.stop()
    if found:
        typer.echo(f"· journaux gardés dans {work}", err=True)
        return 1
    shutil.rmtree(work, ignore_errors=True)
    return 0


def _play(terrain: Terrain, exams: tuple[Examen, ...], images: Path, seed: int) -> list[str]:
    ris, tempete = Ris(terrain.box.mllp_port), Tempete(terrain, images, seed)
    typer.echo(f"· {len(exams)} examens, graine {seed}, sinistres : {', '.join(sorted(tempete.kinds()))}")
    start = time.monotonic()
    tempete.start()
    ris.send_all(exams)
    acknowledged = time.monotonic() - start
    # half of the way is still to be done by the worker: the storm goes on until most of it is
    _wait(terrain, len(exams) // 2)
    tempete.calm()
    terrain.revive_database()
    settled = _wait(terrain, len(exams), whole=True)
    assert terrain.dmp is not None
    found = faults(exams, terrain.dmp.store, _pointeurs(terrain))
    found += [f"{count} examens « {state} »" for state, count in settled.items() if state != "depose"]
    found += [f"{count} messages « {state} »" for state, count in terrain.sql(_ASIDE)]
    if tempete.error is not None:
        found.append(f"la tempête s'est arrêtée d'elle-même : {tempete.error!r}")
    typer.echo(f"· {ris.acknowledged} messages acquittés en {acknowledged:.0f} s, {ris.sent_again} renvois ; tout est calme après")
    told = ", ".join(f"{name} × {count}" for name, count in sorted(tempete.count.items()))
    typer.echo(f"  {time.monotonic() - start:.0f} s ; sinistres : {told}")
    typer.echo(f"· au DMP : {sum(settled.values())} examens, {len(terrain.dmp.store.faits)} dépôts et remplacements")
    _tell(terrain, found)
    return found


def _wait(terrain: Terrain, count: int, *, whole: bool = False) -> dict[str, int]:
    """Wait until that many exams are settled (and, at the end, nothing is left to do), and return how many are in each state."""
    limit = time.monotonic() + LONGEST_CALM_SECONDS
    states: dict[str, int] = {}
    while time.monotonic() < limit:
        with contextlib.suppress(psycopg.Error):  # the database may be what is broken at that moment
            states = dict(terrain.sql("SELECT state, count(*) FROM pointeur_examen GROUP BY state"))
            if sum(states.get(state, 0) for state in _SETTLED) >= count and not (whole and terrain.sql(_LEFT) != [(0,)]):
                break
        time.sleep(1)
    return states


def _pointeurs(terrain: Terrain) -> tuple[Pointeur, ...]:
    rows = terrain.sql("SELECT study_instance_uid, sop_instance_uid, version, state FROM pointeur_kos")
    return tuple(Pointeur(*row) for row in rows)


def _tell(terrain: Terrain, found: list[str]) -> None:
    """Say the result, and what the journal tells of the storm."""
    lines = terrain.sql("SELECT event, count(*) FROM journal GROUP BY event ORDER BY 2 DESC LIMIT 12")
    typer.echo("· le journal : " + ", ".join(f"{event} × {count}" for event, count in lines))
    for fault in found[:20]:
        typer.echo(f"✗ {fault}")
    typer.echo("✓ aucun examen perdu, double, en désordre ni mélangé" if not found else f"✗ {len(found)} fautes")


def _may_mount() -> bool:
    return os.geteuid() == 0 and shutil.which("mount") is not None
