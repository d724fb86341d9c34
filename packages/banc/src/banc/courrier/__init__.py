# SPDX-FileCopyrightText: 2026 drimm contributors
# SPDX-License-Identifier: EUPL-1.2
"""A mail server that delivers to a folder: one file per mail, to be read by whoever plays the demo. Loopback only, nothing leaves."""

from __future__ import annotations

import asyncio
import itertools
import re
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

from aiosmtpd.smtp import SMTP

MAX_BYTES = 1 << 20
_NOT_A_NAME = re.compile(r"[^A-Za-z0-9@._-]")


class Boite:
    """Writes each mail that comes as ``NNNN-destinataire.eml``."""

    def __init__(self, folder: Path) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        self._folder = folder
        self._numbers = itertools.count(len(list(folder.glob("*.eml"))) + 1)

    async def handle_DATA(self, _server: Any, _session: Any, envelope: Any) -> str:  # noqa: N802 - aiosmtpd's own name
        """Keep one mail."""
        name = _NOT_A_NAME.sub("_", str(envelope.rcpt_tos[0]))[:80]
        (self._folder / f"{next(self._numbers):04}-{name}.eml").write_bytes(envelope.content)
        return "250 2.0.0 OK"


@asynccontextmanager
async def served(folder: Path, port: int) -> AsyncIterator[None]:
    """Serve SMTP on the loopback for the time of a block.

    Args:
        folder: where mails are written.
        port: port to listen to.
    """
    loop, boite = asyncio.get_running_loop(), Boite(folder)
    server = await loop.create_server(
        lambda: SMTP(boite, hostname="smtp.banc.test", data_size_limit=MAX_BYTES, loop=loop), "127.0.0.1", port
    )
    try:
        yield
    finally:
        server.close()
