# SPDX-FileCopyrightText: 2026 drimm contributors
# SPDX-License-Identifier: EUPL-1.2
"""The mail server of the demo: what it takes can be read in its folder, and nothing leaves it."""

from __future__ import annotations

import asyncio
import smtplib
from pathlib import Path

from banc import courrier
from banc.ports import free_port


def kept(folder: Path) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in sorted(folder.glob("*.eml"))}


async def test_a_mail_becomes_a_file_named_after_its_reader(tmp_path: Path) -> None:
    port = free_port()
    async with courrier.served(tmp_path / "courriers", port):
        await asyncio.to_thread(_send, port, "../../agents@administrateur.test")
        await asyncio.to_thread(_send, port, "support@operateur.test")
    files = kept(tmp_path / "courriers")
    assert list(files) == ["0001-.._.._agents@administrateur.test.eml", "0002-support@operateur.test.eml"]
    assert all(b"Subject: essai" in octets for octets in files.values())


async def test_numbers_go_on_after_a_restart(tmp_path: Path) -> None:
    for _ in range(2):
        port = free_port()
        async with courrier.served(tmp_path, port):
            await asyncio.to_thread(_send, port, "a@b.test")
    assert list(kept(tmp_path)) == ["0001-a@b.test.eml", "0002-a@b.test.eml"]


def _send(port: int, to: str) -> None:
    with smtplib.SMTP("127.0.0.1", port, timeout=30) as client:
        client.sendmail("espace@administrateur.test", [to], b"Subject: essai\r\n\r\nBonjour\r\n")
