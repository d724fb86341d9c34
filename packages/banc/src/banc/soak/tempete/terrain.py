# SPDX-FileCopyrightText: 2026 drimm contributors
# SPDX-License-Identifier: EUPL-1.2
"""The place of a storm: one DRIMbox installed as an operator does, its database, its certificates, a DMP and a PACS beside it."""

from __future__ import annotations

import asyncio
import os
import shutil
import signal
import subprocess
import threading
import time
import tomllib
from pathlib import Path
from typing import Any

import psycopg
import tomli_w

from banc.demo import configuration
from banc.demo.igc import build_pki, order_certificates, server_name
from banc.demo.plan import ZONE, Plan
from banc.dmp import DmpConfig, DmpSimule, served
from banc.pacs import PacsSimulator
from banc.postgres import EmbeddedPostgres
from confiance.errors import OwnError
from confiance.exploitation import lifeline
from confiance.exploitation.supervisor import python
from drimbox import roles

PROCESSES = ("reception", "ouvrier")
NAMES = (f"db1.1.{ZONE}", f"vi1.1.{ZONE}")
PORT_TRIES, PORT_PAUSE = 100, 0.1
_QUICK = {"first_seconds": 0.5, "longest_seconds": 3.0}


class TerrainImpossible(OwnError):
    """The place of the storm cannot be built."""

    code = "banc.tempete_impossible"
    message = "Le terrain de la tempête ne peut pas être construit."
    remede = "Lisez les journaux du dossier de travail."


class Terrain:
    """One DRIMbox and what stands around it; every breakdown acts on one of its parts.

    Args:
        work: an empty folder.
        disk_megabytes: size of the disk of the database; 0 for the one that is there.
    """

    def __init__(self, work: Path, *, disk_megabytes: int = 0) -> None:
        self.plan = Plan.fresh(work)
        self.box = self.plan.a
        self.data = work / "base" / "donnees"
        self._disk = disk_megabytes
        self._postgres = EmbeddedPostgres(self.data)
        self._children: dict[str, subprocess.Popen[bytes]] = {}
        self._dmp: tuple[asyncio.AbstractEventLoop, asyncio.Event, threading.Thread] | None = None
        self._pacs: PacsSimulator | None = None
        self.server: Any = None
        self.dmp: DmpSimule | None = None
        self.clocks: dict[str, str] = {}

    def start(self) -> None:
        """Build and start everything but the PACS."""
        if self._disk:
            self.data.parent.mkdir(parents=True, exist_ok=True)
            _run("mount", "-t", "tmpfs", "-o", f"size={self._disk}m,mode=0755", "tmpfs", str(self.data.parent))
        self.server = self._postgres.start()
        prefix = f"{self.box.database}_"
        folder = self.plan.folder(self.box) / "mots-de-passe"
        configuration.passwords(self.server, folder, [f"{prefix}{role}" for role in roles.ROLES])
        self.server.create_database(self.box.database, owner=f"{prefix}proprietaire")
        pki = build_pki(self.plan)
        configuration.secret(self.plan.secrets, f"psc-{self.box.key}")
        order_certificates(pki, self.box, *NAMES)
        self._hurry(configuration.write_drimbox(self.plan, self.box, self.server, pki, NAMES))
        self.plan.logs.mkdir(parents=True, exist_ok=True)
        _run(*python("drimbox", "migrate"), env=self._env)
        self._start_dmp(pki)
        for name in PROCESSES:
            self.start_process(name)

    def start_process(self, name: str) -> None:
        """Start a process of the DRIMbox, under the clock that it was given."""
        shift = self.clocks.get(name)
        argv = (*(("faketime", "-f", shift) if shift else ()), *python("drimbox", "process", name))
        with (self.plan.logs / f"{name}.log").open("ab") as output:
            self._children[name] = lifeline.spawn(argv, env=self._env, output=output)

    def kill(self, name: str) -> None:
        """End a process at once, with all that it started, and start it again."""
        child = self._children[name]
        os.killpg(child.pid, signal.SIGKILL)
        child.wait()
        lifeline.release(child)
        self.start_process(name)

    def cut_database(self) -> None:
        """Cut every connection to the database."""
        self.sql("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE pid <> pg_backend_pid() AND datname = current_database()")

    def start_pacs(self, images: Path) -> None:
        """Start the PACS over a folder; its port may still be in the hands of the former one for a moment."""
        aet = f"PACS{self.box.key.upper()}"
        for _ in range(PORT_TRIES):
            try:
                self._pacs = PacsSimulator(images, aet, port=self.box.pacs_port, known_aets={"DRIMBOX": None}).start()
            except OSError:
                time.sleep(PORT_PAUSE)
            else:
                return
        raise TerrainImpossible(f"Le port {self.box.pacs_port} du PACS reste pris.")

    def stop_pacs(self) -> None:
        """Stop the PACS."""
        if self._pacs is not None:
            self._pacs.stop()
            self._pacs = None

    def fill_disk(self) -> Path:
        """Take all that is left of the disk of the database; the caller removes the file that this returns."""
        path = self.data.parent / "bourrage"
        free = shutil.disk_usage(self.data.parent).free
        with path.open("wb") as file:
            os.posix_fallocate(file.fileno(), 0, max(free - 4096, 1))
        return path

    def revive_database(self) -> None:
        """Start the database again if it fell."""
        try:
            self.sql("SELECT 1")
        except psycopg.OperationalError:
            self._postgres.stop()
            self.server = self._postgres.start()

    def sql(self, statement: str) -> list[tuple[Any, ...]]:
        """Run one statement as the administrator of the database."""
        with psycopg.connect(self.server.dsn(self.box.database), autocommit=True, connect_timeout=10) as connection:
            cursor = connection.execute(statement)
            return cursor.fetchall() if cursor.description else []

    def stop(self) -> None:
        """Stop everything and give the disk back."""
        for child in self._children.values():
            if child.poll() is None:
                os.killpg(child.pid, signal.SIGKILL)
                child.wait()
            lifeline.release(child)
        self.stop_pacs()
        if self._dmp is not None:
            loop, told, thread = self._dmp
            loop.call_soon_threadsafe(told.set)
            thread.join(30)
        self._postgres.stop()
        if self._disk:
            _run("umount", str(self.data.parent))

    @property
    def _config(self) -> Path:
        return self.plan.folder(self.box) / "drimbox.toml"

    @property
    def _env(self) -> dict[str, str]:
        return {**os.environ, "DRIMM_CONFIG": str(self._config)}

    def _hurry(self, path: Path) -> None:
        """Shorten delays, so that a storm of minutes holds what takes days."""
        settings = tomllib.loads(path.read_text(encoding="utf-8"))
        settings["reprises"] = {name: dict(_QUICK) for name in ("images", "pacs", "dmp")}
        settings["ouvrier"] = {"poll_seconds": 0.3, "stalled_seconds": 5.0}
        settings["dmp"]["timeout"] = 4.0
        settings["pacs"][0]["timeout"] = 4.0
        path.write_text(tomli_w.dumps(settings), encoding="utf-8")

    def _start_dmp(self, pki: Any) -> None:
        ready = threading.Event()

        async def serve() -> None:
            told = asyncio.Event()
            config = DmpConfig(self.plan.work / "dmp", pki.anchors_dir)
            async with served(config, pki.market(server_name("dmp")), port=self.plan.dmp_port, name="127.0.0.1") as running:
                self.dmp = running.simulator
                self._dmp = (asyncio.get_running_loop(), told, thread)
                ready.set()
                await told.wait()

        thread = threading.Thread(target=lambda: asyncio.run(serve()), name="dmp", daemon=True)
        thread.start()
        if not ready.wait(30):
            raise TerrainImpossible


def _run(*argv: str, env: dict[str, str] | None = None) -> None:
    result = subprocess.run(argv, env=env, capture_output=True, check=False)
    if result.returncode:
        raise TerrainImpossible(f"« {' '.join(argv[:4])} » a échoué : {result.stderr.decode(errors='replace')[-300:]}")
