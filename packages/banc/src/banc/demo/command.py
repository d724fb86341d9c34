# SPDX-FileCopyrightText: 2026 drimm contributors
# SPDX-License-Identifier: EUPL-1.2
"""``banc demo``: play the scenario, show it, report it, and leave nothing behind."""

from __future__ import annotations

import shutil
import signal
import subprocess
import tempfile
import threading
from dataclasses import dataclass
from pathlib import Path

from banc.demo.display import Display
from banc.demo.examen import Given
from banc.demo.mesh import Mesh
from banc.demo.navigateur import open_pages
from banc.demo.plan import Plan
from banc.demo.report import Report
from banc.demo.scenario import STEPS, Play
from confiance.errors import DrimmError, OwnError

CACHE = Path(".cache")


@dataclass(frozen=True, slots=True)
class Options:
    """What the command line says."""

    given: Given
    once: bool
    report: Path | None
    work: Path | None
    open_browser: bool


def run(options: Options) -> int:
    """Run the demo; return its exit code."""
    work = _work_folder(options.work)
    display, report = Display(len(STEPS)), Report()
    mesh = Mesh(Plan.fresh(work))
    signal.signal(signal.SIGTERM, _interrupt)
    complete = False
    try:
        mesh.plan.save()
        complete = _play(Play(mesh, options.given, report), display, options.report)
        if complete and not options.once:
            _stay(mesh, display, open_browser=options.open_browser)
    except KeyboardInterrupt:
        display.console.print("\nArrêt demandé.")
    finally:
        mesh.stop()
    display.console.print(f"[dim]Tout est arrêté ; les fichiers sont dans {work}[/]")
    return 0 if complete else 1


def _play(play: Play, display: Display, path: Path | None) -> bool:
    """Play every step; return whether all succeeded. The report is written either way."""
    complete = False
    try:
        with play:
            for step in STEPS:
                with play.report.step(step.name), display.step(step.title) as result:
                    result.append(step.play(play))
        complete = True
    except DrimmError as error:
        display.error(error)
    finally:
        if path is not None:
            play.report.write(path.absolute(), complete=complete)
    return complete


def _stay(mesh: Mesh, display: Display, *, open_browser: bool) -> None:
    pages = mesh.addresses()
    display.addresses(pages)
    browser: subprocess.Popen[bytes] | None = None
    try:
        if open_browser:
            browser = open_pages(list(pages.values())[:3], mesh.plan.work)
        threading.Event().wait()
    finally:
        if browser is not None:
            browser.terminate()


def _work_folder(work: Path | None) -> Path:
    """Return an empty work folder; one given by the person must be empty, or hold an earlier demo, which is then replaced."""
    if work is None:
        CACHE.mkdir(exist_ok=True)
        return Path(tempfile.mkdtemp(prefix="demo-", dir=CACHE)).absolute()
    work = work.absolute()
    if work.is_dir() and any(work.iterdir()):
        if not (work / "maillage.json").exists():
            raise DossierOccupe(f"Le dossier {work} n'est pas vide et n'est pas celui d'une démonstration.")
        shutil.rmtree(work)
    work.mkdir(parents=True, exist_ok=True)
    return work


class DossierOccupe(OwnError):
    """The work folder holds something else."""

    code = "banc.dossier_occupe"
    message = "Le dossier de travail contient déjà autre chose."
    remede = "Donnez un dossier vide ou neuf à --work."


def _interrupt(_number: int, _frame: object) -> None:
    raise KeyboardInterrupt
