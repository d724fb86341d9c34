# SPDX-FileCopyrightText: 2026 drimm contributors
# SPDX-License-Identifier: EUPL-1.2
"""The place of a storm: one DRIMbox installed as an operator does, its database, its certificates, a DMP and a PACS beside it."""

from __future__ import annotations

import asyncio
import os
import subprocess
import threading
import time
import tomllib
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import tomli_w

from banc.demo import configuration
from banc.demo.agent import Agent
from banc.demo.igc import build_pki, order_certificates, server_name
from banc.demo.plan import ZONE, Plan
from banc.dmp import DmpConfig, DmpSimule, Etat, served
from banc.ports import free_port
from banc.soak.tempete.bilan import study_of
from banc.soak.tempete.boite import Boite
from banc.soak.tempete.dossiers import Dossiers
from banc.soak.tempete.horloge import Horloge
from banc.soak.tempete.pacs import PacsTempete
from banc.soak.tempete.serveur import Base, BasePerdue
from confiance.errors import OwnError
from confiance.exploitation.supervisor import python
from drimbox import roles

NAMES = (f"db1.1.{ZONE}", f"vi1.1.{ZONE}")
LOOK_SECONDS = 0.5
_QUICK = {"first_seconds": 0.5, "longest_seconds": 15.0}


class TerrainImpossible(OwnError):
    """The place of the storm cannot be built."""

    code = "banc.tempete_impossible"
    message = "Le terrain de la tempête ne peut pas être construit."
    remede = "Lisez les journaux du dossier de travail."


class Terrain:
    """One DRIMbox and what stands around it; every breakdown acts on one of its parts.

    Args:
        work: an empty folder.
        images: folder of the PACS.
        disk_megabytes: size of the disk of the database; 0 for the one that is there.
        hurried: shorten delays and let the clock jump, so that a storm of minutes holds what takes days. Where durations are measured, no:
            each reading of such a clock costs more.
        dossiers: records of the DMP; every patient has one by default.
    """

    def __init__(
        self, work: Path, images: Path, *, disk_megabytes: int = 0, hurried: bool = True, dossiers: Dossiers | None = None
    ) -> None:
        self.plan = Plan.fresh(work)
        self.box = self.plan.a
        self.base = Base(work / "base", self.box.database, disk_megabytes=disk_megabytes)
        self.config = self.plan.folder(self.box) / "drimbox.toml"
        self.clock = Horloge.built(work / "horloge") if hurried else None
        self.boite = Boite(self.config, self.plan.logs / "drimbox.log", self.clock.variables if self.clock else {})
        self.pacs = PacsTempete(work / "pacs", images, f"PACS{self.box.key.upper()}", self.box.pacs_port)
        self.dossiers = dossiers or Dossiers()
        self.iocm_port = free_port()
        self._hurried = hurried
        self._stops = ExitStack()
        self._pki: Any = None
        self._simulator: DmpSimule | None = None

    @property
    def dmp(self) -> DmpSimule:
        """The simulated DMP."""
        assert self._simulator is not None
        return self._simulator

    def start(self) -> None:
        """Build and start everything."""
        self.plan.logs.mkdir(parents=True, exist_ok=True)
        self._stops.callback(self.base.stop)
        self.base.start()
        self._configure()
        self._start_dmp()
        self._stops.callback(self.pacs.stop)
        self.pacs.start()
        self.boite.start()
        self._stops.callback(self.boite.stop)

    def restore(self, seconds: float) -> None:
        """Put right whatever is still broken around the DRIMbox.

        Raises:
            BasePerdue: the database does not come back within so many seconds.
            PacsImpossible: the PACS does not.
        """
        self.dmp.etat = Etat.NORMAL
        if self.clock is not None:
            self.clock.jump(0)
        limit = time.monotonic() + seconds
        while not self.base.revive():
            if time.monotonic() > limit:
                raise BasePerdue(self.base.refusal)
            time.sleep(LOOK_SECONDS)
        self.pacs.start()

    def holds(self, study_uid: str) -> bool:
        """Tell whether the DMP was given a pointer of a study."""
        return any(study_of(entry) == study_uid for entry in list(self.dmp.store.entries.values()))

    def agent(self) -> Agent:
        """Return a person logged in to the console."""
        return Agent(f"{self.box.public_url}/console/", self._password, self._pki.market_ca)

    def stop(self) -> None:
        """Stop all that was started, the last first, and give the disk back, whatever fails on the way."""
        self._stops.close()

    @property
    def _password(self) -> Path:
        return configuration.secret(self.plan.secrets, f"console-{self.box.key}")

    def _configure(self) -> None:
        prefix, server = f"{self.box.database}_", self.base.server
        folder = self.plan.folder(self.box) / "mots-de-passe"
        configuration.passwords(server, folder, [f"{prefix}{role}" for role in roles.ROLES])
        server.create_database(self.box.database, owner=f"{prefix}proprietaire")
        self._pki = build_pki(self.plan)
        configuration.secret(self.plan.secrets, f"psc-{self.box.key}")
        order_certificates(self._pki, self.box, *NAMES)
        path = configuration.write_drimbox(self.plan, self.box, server, self._pki, NAMES)
        settings = tomllib.loads(path.read_text(encoding="utf-8"))
        _hurry(settings) if self._hurried else settings.pop("reprises")
        settings["iocm"] = {"port": self.iocm_port}
        path.write_text(tomli_w.dumps(settings), encoding="utf-8")
        self._drimbox("migrate")
        self._drimbox("compte", "creer", "--login", configuration.ACCOUNT, "--password-file", str(self._password))

    def _drimbox(self, *arguments: str) -> None:
        env = {**os.environ, "DRIMM_CONFIG": str(self.config)}
        result = subprocess.run(python("drimbox", *arguments), env=env, capture_output=True, check=False)
        if result.returncode:
            raise TerrainImpossible(f"« drimbox {arguments[0]} » a échoué : {result.stderr.decode(errors='replace')[-300:]}")

    def _start_dmp(self) -> None:
        ready = threading.Event()

        async def serve() -> None:
            told = asyncio.Event()
            config = DmpConfig(self.plan.work / "dmp", self._pki.anchors_dir, self.dossiers)
            async with served(config, self._pki.market(server_name("dmp")), port=self.plan.dmp_port, name="127.0.0.1") as running:
                self._simulator = running.simulator
                loop = asyncio.get_running_loop()
                self._stops.callback(thread.join, 30)
                self._stops.callback(loop.call_soon_threadsafe, told.set)
                ready.set()
                await told.wait()

        thread = threading.Thread(target=lambda: asyncio.run(serve()), name="dmp", daemon=True)
        thread.start()
        if not ready.wait(30):
            raise TerrainImpossible


def _hurry(settings: dict[str, Any]) -> None:
    settings["reprises"] = {name: dict(_QUICK) for name in ("images", "pacs", "dmp")}
    settings["ouvrier"] = {"poll_seconds": 0.3, "stalled_seconds": 5.0}
    settings["dmp"]["timeout"] = 4.0
    settings["pacs"][0]["timeout"] = 4.0
