# SPDX-FileCopyrightText: 2026 drimm contributors
# SPDX-License-Identifier: EUPL-1.2
"""The PostgreSQL of a storm: its disk, its connections, its falls. The DRIMbox finds it under one address, whatever becomes of it."""

from __future__ import annotations

import contextlib
import os
import shutil
import signal
import subprocess
import threading
from dataclasses import replace
from pathlib import Path
from typing import Any

import psycopg

from banc.postgres import EmbeddedPostgres, PostgresError
from banc.postgres.launcher import Server
from banc.soak.tempete.processus import end_all, processes
from confiance.errors import OwnError

LEFT_BYTES = 4096
MOST_AHEAD_MEGABYTES = 128
_CUT = "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE pid <> pg_backend_pid() AND datname = current_database()"
_ONE_BACKEND = """
    SELECT pid FROM pg_stat_activity WHERE pid <> pg_backend_pid() AND backend_type = 'client backend' AND datname = current_database()
    ORDER BY random() LIMIT 1
"""


class DisqueImpossible(OwnError):
    """The disk of the database cannot be given or taken back."""

    code = "banc.tempete_disque"
    message = "Le disque de la base ne peut pas être monté."
    remede = "Lancez l'épreuve sur une machine qui permet à root de monter un tmpfs, ou avec --sans-disque."


class BasePerdue(OwnError):
    """The database of the storm does not come back, or does not answer."""

    code = "banc.tempete_base"
    message = "La base de la tempête ne revient pas."
    remede = "Voyez si le disque et la mémoire de la machine suffisent, puis relancez avec la même graine (--graine)."


class Base:
    """One server, which comes back under the same address each time it fell.

    Args:
        folder: an empty folder; the data and the address go there.
        disk_megabytes: size of its own disk (tmpfs); 0 for the disk that is there.
        database: what :meth:`sql` speaks to.
    """

    def __init__(self, folder: Path, database: str, *, disk_megabytes: int = 0) -> None:
        self._folder, self._database, self._disk = folder, database, disk_megabytes
        self._postgres = EmbeddedPostgres(folder / "disque" / "donnees")
        self._lock = threading.Lock()
        self._wanted = False
        self._running: Server | None = None
        self.falls = 0
        self.refusal = ""

    @property
    def server(self) -> Server:
        """How to reach it: the address outlives the server."""
        assert self._running is not None
        return replace(self._running, socket=self._folder / "socket")

    @property
    def has_own_disk(self) -> bool:
        """Whether its disk may be filled without harm to anybody else."""
        return self._disk > 0

    @property
    def log(self) -> Path:
        """What the server says."""
        return self._folder / "socket" / "log"

    def start(self) -> None:
        """Give it its disk and start it."""
        disk = self._folder / "disque"
        disk.mkdir(parents=True, exist_ok=True)
        if self._disk:
            _run("mount", "-t", "tmpfs", "-o", f"size={self._disk}m,mode=0755", "tmpfs", str(disk))
        self._start()
        self._wanted = True
        # what is written ahead must leave room on a small disk: a server that cannot end its recovery for want of room never comes back
        with psycopg.connect(self.server.dsn(), autocommit=True) as connection:
            connection.execute(f"ALTER SYSTEM SET max_wal_size = '{MOST_AHEAD_MEGABYTES}MB'")
            connection.execute("SELECT pg_reload_conf()")

    def stop(self) -> None:
        """Stop it for good and give the disk back."""
        with self._lock:
            self._wanted = False
            self._postgres.stop()
        if self._disk and os.path.ismount(self._folder / "disque"):
            # whoever still holds a file of it does not keep us from giving it back
            _run("umount", "--lazy", str(self._folder / "disque"))

    def revive(self) -> bool:
        """Start it again if it fell for good; a server that recovers by itself is left to it.

        Returns:
            Whether it runs. It may refuse to: its disk is full, what is left of the former one still holds its memory. Ask again.
        """
        with self._lock:
            if not self._wanted or self._postgres.runs:
                return self._wanted
            self.falls += 1
            self._postgres.stop()
            try:
                self._start()
            except PostgresError as error:
                self.refusal = str(error)
                return False
            return True

    def cut(self) -> None:
        """Cut every connection of the DRIMbox."""
        self.sql(_CUT)

    def kill_backend(self) -> bool:
        """End one process of the server by SIGKILL: the server drops every connection and recovers. False when there was none."""
        found = self.sql(_ONE_BACKEND)
        for (pid,) in found:
            os.kill(pid, signal.SIGKILL)
        return bool(found)

    def kill_server(self) -> bool:
        """End the head of the server by SIGKILL: it does not come back by itself. False when it was not there."""
        try:
            told = (self._folder / "disque" / "donnees" / "postmaster.pid").read_text(encoding="ascii")
        except OSError:
            return False
        return end_all(one for one in processes() if told.startswith(f"{one.pid}\n"))

    def fill_disk(self) -> Path:
        """Take all that is left of its disk; the caller removes the file that this returns."""
        path = self._folder / "disque" / "bourrage"
        free = shutil.disk_usage(path.parent).free
        # the database may have taken meanwhile what was free a moment ago
        with path.open("wb") as file, contextlib.suppress(OSError):
            os.posix_fallocate(file.fileno(), 0, max(free - LEFT_BYTES, 1))
        return path

    def sql(self, statement: str) -> list[tuple[Any, ...]]:
        """Run one statement as the administrator.

        Raises:
            psycopg.Error: the server is away, or refuses.
        """
        with psycopg.connect(self.server.dsn(self._database), autocommit=True, connect_timeout=10) as connection:
            cursor = connection.execute(statement)
            return cursor.fetchall() if cursor.description else []

    def _start(self) -> None:
        self._running = self._postgres.start()
        link, fresh = self._folder / "socket", self._folder / "socket.new"
        fresh.unlink(missing_ok=True)
        fresh.symlink_to(self._running.socket)
        fresh.rename(link)


def _run(*argv: str) -> None:
    result = subprocess.run(argv, capture_output=True, check=False)
    if result.returncode:
        raise DisqueImpossible(f"« {' '.join(argv)} » a échoué : {result.stderr.decode(errors='replace')[-300:]}")
