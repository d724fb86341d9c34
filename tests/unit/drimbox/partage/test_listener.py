# SPDX-FileCopyrightText: 2026 drimm contributors
# SPDX-License-Identifier: EUPL-1.2
"""The listener in front of HTTP: failed handshakes are told, silent and surplus connections are dropped."""

from __future__ import annotations

import asyncio
import contextlib
import ssl
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from aiohttp import web
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec

from drimbox.source.partage.listener import TOO_MANY, Listener, ListenerLimits, handshake_code


def server_context(folder: Path) -> ssl.SSLContext:
    key, now = ec.generate_private_key(ec.SECP256R1()), datetime.now(UTC)
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "localhost")])
    builder = x509.CertificateBuilder().subject_name(name).issuer_name(name).public_key(key.public_key()).serial_number(1)
    certificate = builder.not_valid_before(now - timedelta(1)).not_valid_after(now + timedelta(1)).sign(key, hashes.SHA256())
    file = folder / "server.pem"
    pem = serialization.Encoding.PEM
    private = key.private_bytes(pem, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    file.write_bytes(certificate.public_bytes(pem) + private)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(file)
    return context


def client_context() -> ssl.SSLContext:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
    return context


@asynccontextmanager
async def listening(folder: Path, limits: ListenerLimits) -> AsyncIterator[tuple[int, list[tuple[str, str]]]]:
    """Serve a page that says hello; yield the port and the failed handshakes."""

    async def hello(_request: web.BaseRequest) -> web.Response:
        return web.Response(text="hello")

    told: list[tuple[str, str]] = []
    runner = web.ServerRunner(web.Server(hello))
    await runner.setup()
    assert runner.server is not None
    listener = Listener(server_context(folder), runner.server, lambda *line: told.append(line), limits)
    server = await listener.start("127.0.0.1", 0)
    try:
        yield server.sockets[0].getsockname()[1], told
    finally:
        server.close()
        await listener.close()
        await runner.cleanup()


async def say(port: int, data: bytes) -> bytes:
    reader, writer = await asyncio.open_connection("127.0.0.1", port, ssl=client_context())
    writer.write(data)
    answer = await reader.read()
    writer.transport.abort()
    return answer


async def test_a_request_sent_with_the_handshake_is_answered(tmp_path: Path) -> None:
    async with listening(tmp_path, ListenerLimits()) as (port, told):
        assert (await say(port, b"GET / HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n")).endswith(b"hello")
        assert told == []


async def test_what_is_not_tls_is_told_with_its_peer(tmp_path: Path) -> None:
    async with listening(tmp_path, ListenerLimits()) as (port, told):
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
        writer.write(b"GET / HTTP/1.1\r\n\r\n")
        with contextlib.suppress(ConnectionError):
            await reader.read()
        writer.transport.abort()
        assert told == [("tls.poignee_de_main", "127.0.0.1")]


async def test_a_connection_that_says_nothing_is_dropped(tmp_path: Path) -> None:
    async with listening(tmp_path, ListenerLimits(first_byte_seconds=0.1)) as (port, _):
        reader, writer = await asyncio.open_connection("127.0.0.1", port, ssl=client_context())
        with pytest.raises((ConnectionError, asyncio.IncompleteReadError)):
            await reader.readexactly(1)
        writer.transport.abort()


async def test_beyond_the_cap_connections_are_dropped_before_tls(tmp_path: Path) -> None:
    async with listening(tmp_path, ListenerLimits(max_connections=1)) as (port, told):
        _, held = await asyncio.open_connection("127.0.0.1", port, ssl=client_context())
        with pytest.raises(ConnectionError):
            await say(port, b"GET / HTTP/1.1\r\n\r\n")
        held.transport.abort()
        assert told == [(TOO_MANY, "127.0.0.1")]


async def test_one_address_leaves_connections_to_the_others(tmp_path: Path) -> None:
    async with listening(tmp_path, ListenerLimits(max_per_address=2)) as (port, told):
        kept = [await asyncio.open_connection("127.0.0.1", port, ssl=client_context()) for _ in range(2)]
        kept[0][1].write(b"GET / HTTP/1.1\r\nHost: x\r\n\r\n")
        assert (await kept[0][0].readuntil(b"hello")).startswith(b"HTTP/1.1 200")  # handed over, and kept: it counts still
        with pytest.raises(ConnectionError):
            await say(port, b"GET / HTTP/1.1\r\n\r\n")
        assert told == [(TOO_MANY, "127.0.0.1")]
        other, writer = await asyncio.open_connection("127.0.0.1", port, ssl=client_context(), local_addr=("127.0.0.2", 0))
        writer.write(b"GET / HTTP/1.1\r\nHost: x\r\n\r\n")
        assert (await other.readuntil(b"hello")).startswith(b"HTTP/1.1 200")
        for _, one in (*kept, (None, writer)):
            one.transport.abort()


@pytest.mark.parametrize(
    ("number", "code"),
    [(20, "tls.certificat_etranger"), (18, "tls.certificat_etranger"), (10, "tls.certificat_expire"), (26, "tls.refuse")],
)
def test_a_verification_error_has_the_code_of_its_cause(number: int, code: str) -> None:
    error = ssl.SSLCertVerificationError(1, "x")
    error.verify_code = number
    assert handshake_code(error) == code


def test_other_failures_have_a_code_too() -> None:
    assert handshake_code(ConnectionResetError()) == "tls.poignee_de_main"
