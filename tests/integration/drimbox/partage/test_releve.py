# SPDX-FileCopyrightText: 2026 drimm contributors
# SPDX-License-Identifier: EUPL-1.2
"""The process ``images`` is replaced under ``drimbox run``: what runs ends where it began, what comes goes to the new one."""

from __future__ import annotations

import asyncio
import re
import signal
import subprocess
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import aiohttp

from banc.ports import free_port
from banc.psc import served
from tests.drimbox_env import DB
from tests.integration.drimbox.partage.maille import MEGABYTE, Etude, Maille, psc_of
from tests.integration.drimbox.partage.requests import begun, get, headers, parts, until


def run(config: Path, logs: Path) -> subprocess.Popen[bytes]:
    """Start the whole program."""
    command = [sys.executable, "-m", "drimbox", "run", "--config", str(config)]
    with logs.open("wb") as output:
        return subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=output, stderr=output)


@asynccontextmanager
async def running(maille: Maille, folder: Path) -> AsyncIterator[tuple[subprocess.Popen[bytes], Path, Path]]:
    """Run the whole program on the mesh; gives its parent process, the certificate it shows and its logs."""
    config, logs = maille.environment.folder / "releve.toml", folder / "run.log"
    shown, certificate = maille.pki.serv_ssl(DB).certificate, folder / "server.pem"
    certificate.write_bytes(shown.read_bytes())
    async with served(psc_of(maille.environment), maille.pki.market("psc.banc.test")) as psc:
        mine = maille.settings.psc.model_copy(update={"discovery_url": psc.discovery_url, "issuer": psc.issuer})
        maille.settings = maille.settings.model_copy(update={"psc": mine})
        text = re.sub(r'discovery_url = ".*"', f'discovery_url = "{psc.discovery_url}"', maille.environment.config.read_text())
        text = text.replace(str(shown), str(certificate))
        config.write_text(re.sub(r'issuer = ".*"', f'issuer = "{psc.issuer}"', text))
        maille.port = maille.environment.ports["images"]
        parent = run(config, logs)
        try:
            await until(lambda: "images:process:ready" in logs.read_text())
            yield parent, certificate, logs
        finally:
            parent.terminate()
            code = await asyncio.to_thread(parent.wait, 150)
            config.unlink()
    assert code == 0


def change(maille: Maille, before: str, after: str) -> None:
    """Change the settings of the whole program."""
    config = maille.environment.folder / "releve.toml"
    text = config.read_text()
    assert text.count(before) == 1
    config.write_text(text.replace(before, after))


async def test_a_rolling_restart_loses_no_running_transfer(maille: Maille, heavy: Etude, tmp_path: Path) -> None:
    async with running(maille, tmp_path) as (parent, certificate, logs), maille.client() as first, maille.client() as second:
        answer = await begun(first, maille, heavy)
        figures = free_port()
        change(maille, "[images]", f"[images]\nmetrics_port = {figures}")
        parent.send_signal(signal.SIGHUP)
        await until(lambda: "supervisor:process:renewed" in logs.read_text())
        await _all_is_served(second, maille, heavy)
        async with second.get(f"http://127.0.0.1:{figures}/metrics") as shown:  # the new one reads the settings as they are now
            assert "drimbox_images_octets_total" in await shown.text()
        assert len(await answer.read()) > 30 * MEGABYTE - 2000  # and whole: its last chunk came
        certificate.write_text("renewed by mistake")
        parent.send_signal(signal.SIGHUP)
        await until(lambda: "supervisor:process:unrenewed" in logs.read_text())
        await _all_is_served(second, maille, heavy)  # one that cannot start replaces nobody
        change(maille, "[images]", "[images]\nunknown = 1")
        parent.send_signal(signal.SIGHUP)
        await until(lambda: logs.read_text().count("supervisor:process:unrenewed") == 2)
        await _all_is_served(second, maille, heavy)  # nor one that cannot read its settings


async def _all_is_served(session: aiohttp.ClientSession, maille: Maille, etude: Etude) -> None:
    status, kind, body = await get(session, maille.url(etude), await headers(maille, etude))
    assert (status, len(parts(kind, body))) == (200, 30)
