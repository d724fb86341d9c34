# SPDX-FileCopyrightText: 2026 drimm contributors
# SPDX-License-Identifier: EUPL-1.2
"""curl as the client of a comparison of `./drimm bench source`: the same for every side, and it takes little of the processors they share.

A client in Python spends as much on decrypting as the door on encrypting, where two processors carry the PACS, the door and the client.
What is counted begins once the connection is made (and its handshake, over TLS) and ends with the last byte.
"""

from __future__ import annotations

import asyncio
import shutil
import subprocess
from dataclasses import dataclass
from pathlib import Path

from banc.pki import Issued
from bench.source_porte import Adresse, Serie
from bench.source_processus import processor_seconds

_TOLD = "%{http_code} %{size_download} %{time_pretransfer} %{time_total}"


def installed() -> bool:
    """Tell whether this machine has curl."""
    return shutil.which("curl") is not None


@dataclass(frozen=True)
class Acces:
    """How the mesh is reached: where our names are found, under which identity, trusting whom."""

    port: int
    identity: Issued
    authorities: Path

    @property
    def options(self) -> list[str]:
        """Return what curl is told of it."""
        found = f"::127.0.0.1:{self.port}"
        return [
            "--connect-to",
            found,
            "--cacert",
            f"{self.authorities}",
            "--cert",
            f"{self.identity.certificate}",
            "--key",
            f"{self.identity.key}",
        ]


@dataclass(frozen=True)
class Curl:
    """One side, asked by curl; without an access, over plain HTTP."""

    serie: Serie
    adresse: Adresse
    acces: Acces | None = None

    @classmethod
    def of(cls, adresse: Adresse, acces: Acces | None = None) -> Curl:
        """Ask the same thing as a side that is asked in Python."""
        return cls(Serie(adresse.serie.name), adresse, acces)

    async def pass_once(self, *, keep: bool) -> None:
        """Ask once and throw away what comes."""
        pid = self.adresse.pid
        spent = processor_seconds(pid) if pid else 0.0
        status, size, asked, ended = await asyncio.to_thread(self._run)
        if status != "200":
            await self.adresse.pass_once(keep=False)  # says why, if it lasts
            raise SystemExit(f"{self.serie.name} : HTTP {status}, une fois")
        if keep:
            self.serie.seconds.append(float(ended) - float(asked))
            self.serie.bytes = int(size)
            if pid:
                self.serie.processor.append(processor_seconds(pid) - spent)

    def _run(self) -> list[str]:
        command = ["curl", "--silent", "--show-error", "--config", "-", "--output", "/dev/null", "--write-out", _TOLD]
        lines = [f"url = {_quoted(self.adresse.url)}"]  # on its standard input: a token is not for the list of processes
        lines += [f"header = {_quoted(f'{name}: {value}')}" for name, value in self.adresse.headers.items()]
        access = self.acces.options if self.acces else []
        done = subprocess.run([*command, *access], input="\n".join(lines), capture_output=True, text=True, check=False)
        if done.returncode:
            raise SystemExit(f"{self.serie.name} : {done.stderr.strip()}")
        return done.stdout.split()


def _quoted(text: str) -> str:
    escaped = text.replace("\\", "\\\\").replace('"', '\\"')
    return f'"{escaped}"'
