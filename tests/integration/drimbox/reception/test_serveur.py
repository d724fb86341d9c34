# SPDX-FileCopyrightText: 2026 drimm contributors
# SPDX-License-Identifier: EUPL-1.2
"""The MLLP server over real sockets and the real database, under the role of ``reception``."""

from __future__ import annotations

import asyncio
import contextlib
import re
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from typing import Any

import pytest

from banc.jeux import IDENTITE, make_message, make_report
from banc.ports import free_port
from drimbox.config import Reception
from drimbox.socle.coffre.fields import unseal
from drimbox.source.reception import actions
from drimbox.source.reception.mllp import Framer, frame
from drimbox.source.reception.models import MessageRecu
from drimbox.source.reception.server import Serveur
from tests.drimbox_env import PREFIX, Environment

REPORT = make_report(IDENTITE)


def message(number: int) -> bytes:
    return make_message(REPORT, IDENTITE, control_id=f"{number:06}")


def bodies(environment: Environment) -> list[bytes]:
    """Return the messages kept, opened: the process under test may not read them again."""
    return [unseal(MessageRecu(pk=pk), sealed) for pk, sealed in environment.sql("SELECT id, corps FROM reception_message")]


class Ris:
    """A connection held by a RIS."""

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.reader, self.writer, self._framer = reader, writer, Framer()
        self._ready: list[bytes] = []

    async def send(self, data: bytes) -> None:
        self.writer.write(data)
        await self.writer.drain()

    async def receive(self) -> str:
        """Return MSA of the next acknowledgement; nothing at the end of the connection."""
        return next((line for line in (await self.answer()).split("\r") if line.startswith("MSA")), "")

    async def answer(self) -> str:
        """Return the next acknowledgement; nothing at the end of the connection."""
        while not self._ready:
            try:
                data = await asyncio.wait_for(self.reader.read(65536), 20)
            except ConnectionResetError:
                return ""
            if not data:
                return ""
            self._ready += self._framer.feed(data)
        return self._ready.pop(0).decode()

    async def close(self) -> None:
        self.writer.close()
        with contextlib.suppress(ConnectionResetError):
            await self.writer.wait_closed()


@asynccontextmanager
async def server(**changes: Any) -> AsyncIterator[Callable[[], Any]]:
    """Serve; yields what opens a connection."""
    reglages = Reception(host="127.0.0.1", port=free_port(), **changes)
    serveur = Serveur(reglages)
    await serveur.start()
    opened: list[Ris] = []

    async def connect() -> Ris:
        ris = Ris(*await asyncio.open_connection("127.0.0.1", reglages.port))
        opened.append(ris)
        return ris

    try:
        yield connect
    finally:
        await serveur.stop()
        for ris in opened:
            await ris.close()


@pytest.fixture
def reception(drimbox: Environment) -> Any:
    with drimbox.role("reception"):
        yield drimbox


async def test_a_message_cut_anywhere_is_kept_then_acknowledged(reception: Environment) -> None:
    body = message(1)
    data = frame(body)
    async with server() as connect:
        ris = await connect()
        for start in range(0, len(data), 1000):
            await ris.send(data[start : start + 1000])
            await asyncio.sleep(0)
        assert await ris.receive() == "MSA|AA|000001"
        assert reception.sql("SELECT control_id, trigger, state, host(peer) FROM reception_message") == [
            ("000001", "MDM^T02", "recu", "127.0.0.1")
        ]
        kept = await asyncio.to_thread(bodies, reception)
        assert kept == [body]
        ((sealed, clear),) = reception.sql("SELECT corps, body FROM reception_message")
        assert clear is None
        assert not any(text in sealed for text in (b"MSH|", b"PAT-BANC", REPORT[:40]))


async def test_messages_sent_without_waiting_are_answered_in_order(reception: Environment) -> None:
    async with server() as connect:
        ris = await connect()
        await ris.send(b"".join(frame(message(number)) for number in range(5)))
        assert [await ris.receive() for _ in range(5)] == [f"MSA|AA|{number:06}" for number in range(5)]


async def test_many_connections_never_mix_their_messages(reception: Environment) -> None:
    async def one(connect: Any, number: int) -> str:
        ris = await connect()
        data = frame(message(number))
        for start in range(0, len(data), 3000):
            await ris.send(data[start : start + 3000])
            await asyncio.sleep(0.001)
        return await ris.receive()

    async with server() as connect:
        answers = await asyncio.gather(*(one(connect, number) for number in range(16)))
    assert answers == [f"MSA|AA|{number:06}" for number in range(16)]
    assert reception.sql("SELECT count(*) FROM reception_message") == [(16,)]


async def test_the_same_message_again_is_acknowledged_with_one_effect(reception: Environment) -> None:
    async with server() as connect:
        first, second = await connect(), await connect()
        same = frame(message(1))
        await asyncio.gather(first.send(same), second.send(same))
        assert {await first.receive(), await second.receive()} == {"MSA|AA|000001"}
        await first.send(same)
        assert await first.receive() == "MSA|AA|000001"
    assert reception.sql("SELECT count(*) FROM reception_message") == [(1,)]
    assert reception.sql("SELECT count(*) FROM procrastinate_jobs") == [(1,)]


async def test_the_same_number_with_another_content_is_another_message(reception: Environment) -> None:
    async with server() as connect:
        ris = await connect()
        for body in (message(1), message(1).replace(b"RIS-BANC", b"RIS-BANC", 1) + b"NTE|1||autre\r"):
            await ris.send(frame(body))
            assert await ris.receive() == "MSA|AA|000001"
    assert reception.sql("SELECT count(*) FROM reception_message") == [(2,)]


async def test_what_cannot_be_read_is_refused_and_the_connection_goes_on(reception: Environment) -> None:
    async with server() as connect:
        ris = await connect()
        await ris.send(frame(b"bonjour") + frame(message(2)))
        assert (await ris.receive()).startswith("MSA|AE|")
        assert await ris.receive() == "MSA|AA|000002"


@pytest.mark.parametrize(
    ("written", "instead"),
    [
        (b"PAT-BANC", b"PAT\\.spx\\"),
        (b"PAT-BANC", b"PAT\\.in+x\\"),
        (b"MDM^T02", b"MDM^T02\\.spx\\"),
    ],
)
async def test_a_malformed_escape_is_refused_and_the_connection_goes_on(reception: Environment, written: bytes, instead: bytes) -> None:
    async with server() as connect:
        ris = await connect()
        await ris.send(frame(message(1).replace(written, instead, 1)) + frame(message(2)))
        assert await ris.receive() in {"MSA|AE|000001", "MSA|AR|000001"}
        assert await ris.receive() == "MSA|AA|000002"


@pytest.mark.parametrize("date", [b"00010101", b"99991231235959-0100"])
async def test_a_date_at_the_edge_of_the_calendar_is_answered_and_the_connection_goes_on(reception: Environment, date: bytes) -> None:
    report = re.sub(rb'(<(?:effectiveTime|low|high|time) value=")[^"]*', rb"\g<1>" + date, REPORT)
    assert date in report
    async with server() as connect:
        ris = await connect()
        await ris.send(frame(make_message(report, IDENTITE, control_id="000001")) + frame(message(2)))
        assert (await ris.receive()).startswith(("MSA|AA|000001", "MSA|AE|000001"))
        assert await ris.receive() == "MSA|AA|000002"
    assert reception.sql("SELECT count(*) FROM journal WHERE code = 'reception.defaut_interne'") == [(0,)]


async def test_what_no_reader_foresaw_is_refused_told_by_its_type_and_the_connection_goes_on(
    reception: Environment, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(_document: bytes, _jumeau: bytes | None) -> None:
        raise OverflowError("PAT-BANC")

    async with server() as connect:
        ris = await connect()
        with monkeypatch.context() as patch:
            patch.setattr(actions, "read_paire", fail)
            await ris.send(frame(message(1)))
            lines = (await ris.answer()).split("\r")
        assert lines[1] == "MSA|AE|000001"
        err = lines[2].split("|")
        ((trace, fields),) = reception.sql("SELECT trace, fields FROM journal WHERE code = 'reception.defaut_interne'")
        assert (err[3], err[7]) == ("207^Application internal error^HL70357", f"reception.defaut_interne {trace}")
        assert "défaut de ce programme" in err[8]
        assert fields["error_type"] == "OverflowError"
        assert "PAT-BANC" not in str(fields)
        await ris.send(frame(message(1)))
        assert await ris.receive() == "MSA|AA|000001"
    assert reception.sql("SELECT count(*) FROM reception_message") == [(1,)]


async def test_a_message_too_long_is_refused_under_its_number_and_the_connection_ends(reception: Environment) -> None:
    async with server(max_message_bytes=5000) as connect:
        ris = await connect()
        await ris.send(frame(message(7)))
        assert await ris.receive() == "MSA|AE|000007"
        assert await ris.receive() == ""
    assert reception.sql("SELECT code FROM journal") == [("reception.trame_trop_longue",)]


async def test_a_peer_that_speaks_no_mllp_is_let_go(reception: Environment) -> None:
    async with server() as connect:
        ris = await connect()
        await ris.send(message(1) * 10)
        assert await ris.receive() == ""


async def test_unfinished_messages_cannot_fill_the_memory(reception: Environment) -> None:
    async with server(max_buffered_bytes=100_000) as connect:
        greedy = [await connect() for _ in range(3)]
        for ris in greedy[:2]:
            await ris.send(b"\x0b" + b"x" * 40_000)
        await greedy[2].send(b"\x0b" + b"x" * 60_000)
        assert await greedy[2].receive() == ""
        await greedy[0].send(b"\x1c\r" + frame(message(1)))
        assert (await greedy[0].receive()).startswith("MSA|AE|")
        assert await greedy[0].receive() == "MSA|AA|000001"


async def test_an_unknown_source_is_not_served(reception: Environment) -> None:
    async with server(sources=("192.0.2.0/24",)) as connect:
        ris = await connect()
        await ris.send(frame(message(1)))
        assert await ris.receive() == ""
    assert reception.sql("SELECT count(*) FROM reception_message") == [(0,)]


async def test_one_connection_too_many_is_closed(reception: Environment) -> None:
    async with server(max_connections=1) as connect:
        first = await connect()
        await first.send(frame(message(1)))
        assert await first.receive() == "MSA|AA|000001"
        second = await connect()
        assert await second.receive() == ""


async def test_a_silent_connection_is_closed(reception: Environment) -> None:
    async with server(idle_seconds=0.2) as connect:
        ris = await connect()
        await ris.send(b"\x0bMSH|")
        assert await ris.receive() == ""


async def test_without_database_the_answer_is_never_aa_and_the_connection_stays(reception: Environment) -> None:
    role = PREFIX + "reception"
    async with server() as connect:
        ris = await connect()
        await ris.send(frame(message(1)))
        assert await ris.receive() == "MSA|AA|000001"
        reception.sql(f"ALTER ROLE {role} NOLOGIN")
        try:
            reception.sql("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE usename = %s", role)
            await ris.send(frame(message(2)))
            assert await ris.receive() == "MSA|AE|000002"
        finally:
            reception.sql(f"ALTER ROLE {role} LOGIN")
        await ris.send(frame(message(2)))
        assert await ris.receive() == "MSA|AA|000002"
    assert reception.sql("SELECT control_id FROM reception_message ORDER BY control_id") == [("000001",), ("000002",)]


async def test_a_stop_acknowledges_exactly_what_it_kept(reception: Environment) -> None:
    reglages = Reception(host="127.0.0.1", port=free_port())
    serveur = Serveur(reglages)
    await serveur.start()
    ris = Ris(*await asyncio.open_connection("127.0.0.1", reglages.port))
    await ris.send(b"".join(frame(message(number)) for number in range(12)))
    answers = [await ris.receive()]
    await serveur.stop()
    while answer := await ris.receive():
        answers.append(answer)
    kept = [number for (number,) in reception.sql("SELECT control_id FROM reception_message ORDER BY control_id")]
    assert answers == [f"MSA|AA|{number}" for number in kept]
    with pytest.raises(ConnectionRefusedError):
        await asyncio.open_connection("127.0.0.1", reglages.port)
    await ris.close()
