# SPDX-FileCopyrightText: 2026 drimm contributors
# SPDX-License-Identifier: EUPL-1.2
"""Real handshakes on the loopback, between our contexts and against OpenSSL's defaults."""

from __future__ import annotations

import asyncio
import contextlib
import socket
import ssl
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from pathlib import Path

import pytest

from banc.pki import Issued, OrganisationPlan, Pki, PkiPlan, build
from confiance.distinguished_name import DistinguishedName
from drimbox.config import Certificate, Dmp, Tls
from drimbox.socle.tls import (
    AncresIllisibles,
    CertificatAbsent,
    CertificatIllisible,
    alerts_through,
    client_context,
    client_context_dmp,
    client_context_drimbox,
    peer_certificate,
    peer_dn,
    requested_name,
    server_context_db,
    server_context_vi,
)

DB_A, DB_B, VI_A = "db1.1.mesimagesmedicales.fr", "db1.2.mesimagesmedicales.fr", "vi1.1.mesimagesmedicales.fr"
PLAN = PkiPlan.of_mesh(
    {
        "a": (OrganisationPlan("a", "BANC-DRIMM OPERATEUR A", "300000000300019"), (DB_A,)),
        "b": (OrganisationPlan("b", "BANC-DRIMM OPERATEUR B", "300000000300027"), (DB_B,)),
    },
    servers=("dmp.banc.test",),
)


@pytest.fixture(scope="module")
def pki(tmp_path_factory: pytest.TempPathFactory) -> Pki:
    return build(tmp_path_factory.mktemp("pki"), PLAN, datetime.now(UTC))


def pair(issued: Issued) -> Certificate:
    return Certificate(certificate=issued.certificate, key=issued.key)


def settings(pki: Pki, server: Issued) -> Tls:
    return Tls(server=pair(server), viewer=pair(pki.market(VI_A)), anchors=pki.anchors_dir)


class Seen:
    """What the server saw of its one client."""

    dn: DistinguishedName | None = None
    name: str | None = None
    code: str = ""


@asynccontextmanager
async def server(context: ssl.SSLContext) -> AsyncIterator[tuple[int, Seen]]:
    seen = Seen()

    async def handle(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        seen.name = requested_name(writer.transport)
        try:
            seen.dn = peer_dn(writer.transport)
        except CertificatAbsent as error:
            seen.code = error.code
        writer.write(b"bonjour")
        await writer.drain()
        writer.close()

    running = await asyncio.start_server(handle, "127.0.0.1", 0, ssl=context)
    async with running:
        yield running.sockets[0].getsockname()[1], seen


async def greet(port: int, context: ssl.SSLContext, name: str | None) -> bytes:
    """Connect, read; TLS 1.3 tells the client of a refusal only when it reads."""
    reader, writer = await asyncio.open_connection("127.0.0.1", port, ssl=context, server_hostname=name or "")
    try:
        return await asyncio.wait_for(reader.read(), 10)
    finally:
        writer.close()


def bare_client(pki: Pki, identity: Issued | None) -> ssl.SSLContext:
    context = ssl.create_default_context(cafile=str(pki.root))
    if identity is not None:
        context.load_cert_chain(identity.certificate, identity.key)
    return context


async def test_two_drimboxes_meet_and_the_server_knows_name_and_dn(pki: Pki) -> None:
    async with server(server_context_db(settings(pki, pki.serv_ssl(DB_A)))) as (port, seen):
        assert await greet(port, client_context_drimbox(settings(pki, pki.serv_ssl(DB_B))), DB_A) == b"bonjour"
    assert seen.dn == pki.serv_ssl(DB_B).dn
    assert seen.name == DB_A


async def test_client_knows_the_certificate_of_the_server(pki: Pki) -> None:
    async with server(server_context_db(settings(pki, pki.serv_ssl(DB_A)))) as (port, _):
        context = client_context_drimbox(settings(pki, pki.serv_ssl(DB_B)))
        _, writer = await asyncio.open_connection("127.0.0.1", port, ssl=context, server_hostname=DB_A)
        assert peer_certificate(writer.transport) == pki.serv_ssl(DB_A).load()
        writer.close()


class Arrival(asyncio.Protocol):
    """Starts TLS on a TCP connection, as the listener of the db names does, and keeps the error of the handshake."""

    def __init__(self, context: ssl.SSLContext, failures: list[Exception]) -> None:
        self._context = context
        self._failures = failures
        self._task: asyncio.Task[None] | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)
        transport.pause_reading()
        self._task = asyncio.create_task(self._greet(transport))

    async def _greet(self, transport: asyncio.Transport) -> None:
        loop = asyncio.get_running_loop()
        try:
            with alerts_through(transport):
                secured = await loop.start_tls(transport, asyncio.Protocol(), self._context, server_side=True)
        except OSError as error:
            self._failures.append(error)
            return
        assert secured is not None
        secured.close()


@pytest.mark.parametrize(
    ("misfit", "alert"),
    [
        ("none", "certificate required"),
        ("expired", "certificate expired"),
        ("foreign", "unknown ca"),
        ("market", "unknown ca"),
        ("sign", "unsupported certificate"),
    ],
)
@pytest.mark.parametrize("version", [ssl.TLSVersion.TLSv1_2, ssl.TLSVersion.TLSv1_3])
async def test_db_name_tells_by_an_alert_why_a_certificate_is_refused(pki: Pki, misfit: str, alert: str, version: ssl.TLSVersion) -> None:
    identity = {
        "none": None,
        "expired": pki.expired.serv_ssl,
        "foreign": pki.foreign.serv_ssl,
        "market": pki.market(VI_A),
        "sign": pki.sign("b"),
    }[misfit]
    if misfit == "none" and version is ssl.TLSVersion.TLSv1_2:
        alert = "handshake failure"  # the alert "certificate required" came with TLS 1.3
    client = bare_client(pki, identity)
    client.maximum_version = version
    assert alert in await alert_told(pki, client)


async def test_db_name_refuses_tls_1_1(pki: Pki) -> None:
    client = bare_client(pki, pki.serv_ssl(DB_B))
    client.set_ciphers("DEFAULT@SECLEVEL=0")
    with pytest.warns(DeprecationWarning, match="TLSv1_1"):
        client.minimum_version = client.maximum_version = ssl.TLSVersion.TLSv1_1
    assert "protocol version" in await alert_told(pki, client)


async def alert_told(pki: Pki, client: ssl.SSLContext) -> str:
    """Connect to a db name that refuses; return what the client was told."""
    context, failures = server_context_db(settings(pki, pki.serv_ssl(DB_A))), list[Exception]()
    running = await asyncio.get_running_loop().create_server(lambda: Arrival(context, failures), "127.0.0.1", 0)
    async with running:
        told = await asyncio.to_thread(refusal, running.sockets[0].getsockname()[1], client)
    assert [isinstance(failure, ssl.SSLError) for failure in failures] == [True]
    return told


def refusal(port: int, context: ssl.SSLContext) -> str:
    """Connect with blocking sockets, which show the alert as it came; TLS 1.3 shows it at the first read."""
    with socket.create_connection(("127.0.0.1", port), 10) as raw:
        try:
            with context.wrap_socket(raw, server_hostname=DB_A) as secured:
                secured.recv(1)
        except ssl.SSLError as error:
            return str(error)
    return "accepted"


async def test_handshake_without_a_listener_that_sends_alerts_is_refused_all_the_same(pki: Pki) -> None:
    async with server(server_context_db(settings(pki, pki.serv_ssl(DB_A)))) as (port, seen):
        with contextlib.suppress(OSError):
            assert await greet(port, bare_client(pki, None), DB_A) == b""
    assert seen.dn is None
    assert seen.code == ""


async def test_revoked_certificate_passes_the_handshake_and_is_left_to_admission(pki: Pki) -> None:
    async with server(server_context_db(settings(pki, pki.serv_ssl(DB_A)))) as (port, seen):
        assert await greet(port, bare_client(pki, pki.revoked.serv_ssl), DB_A) == b"bonjour"
    assert seen.dn == pki.revoked.serv_ssl.dn


async def test_db_name_gives_no_ticket_so_every_connection_shows_its_certificate(pki: Pki) -> None:
    context = bare_client(pki, pki.serv_ssl(DB_B))
    context.maximum_version = ssl.TLSVersion.TLSv1_2
    async with server(server_context_db(settings(pki, pki.serv_ssl(DB_A)))) as (port, _):
        reader, writer = await asyncio.open_connection("127.0.0.1", port, ssl=context, server_hostname=DB_A)
        await reader.read()
        session = writer.transport.get_extra_info("ssl_object").session
        writer.close()
    assert session is None or not session.has_ticket


async def test_client_refuses_a_server_of_another_name(pki: Pki) -> None:
    async with server(server_context_db(settings(pki, pki.serv_ssl(DB_A)))) as (port, seen):
        with pytest.raises(ssl.SSLCertVerificationError, match="Hostname mismatch"):
            await greet(port, client_context_drimbox(settings(pki, pki.serv_ssl(DB_B))), DB_B)
    assert seen.dn is None


async def test_client_refuses_a_drimbox_with_a_market_certificate(pki: Pki) -> None:
    async with server(server_context_vi(settings(pki, pki.serv_ssl(DB_A)))) as (port, _):
        with pytest.raises(ssl.SSLCertVerificationError):
            await greet(port, client_context_drimbox(settings(pki, pki.serv_ssl(DB_B))), VI_A)


async def test_vi_name_asks_for_no_certificate_and_ignores_one(pki: Pki) -> None:
    context = client_context(pki.market_ca)
    context.load_cert_chain(pki.serv_ssl(DB_B).certificate, pki.serv_ssl(DB_B).key)
    async with server(server_context_vi(settings(pki, pki.serv_ssl(DB_A)))) as (port, seen):
        assert await greet(port, context, VI_A) == b"bonjour"
    assert seen.code == "tls.certificat_absent"
    assert seen.name == VI_A


async def test_dmp_context_shows_auth_cli_and_trusts_only_the_given_authority(pki: Pki, tmp_path: Path) -> None:
    dmp = Dmp(
        base_url="https://dmp.banc.test",
        auth=pair(pki.auth_cli("a")),
        sign=pair(pki.sign("a")),
        trust=pki.market_ca,
        source_oid="1.2.3",
        lps_id="1",
        lps_homologation="1",
    )
    listener = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    listener.load_cert_chain(pki.market("dmp.banc.test").certificate, pki.market("dmp.banc.test").key)
    listener.load_verify_locations(pki.root)
    listener.verify_mode = ssl.CERT_REQUIRED
    async with server(listener) as (port, seen):
        assert await greet(port, client_context_dmp(dmp), "dmp.banc.test") == b"bonjour"
    assert seen.dn == pki.auth_cli("a").dn


async def test_connection_without_tls_has_no_certificate() -> None:
    for transport in (None, asyncio.Transport()):
        with pytest.raises(CertificatAbsent):
            peer_certificate(transport)
        assert requested_name(transport) is None


def test_key_readable_by_others_is_refused(pki: Pki, tmp_path: Path) -> None:
    key = tmp_path / "key.pem"
    key.write_bytes(pki.serv_ssl(DB_A).key.read_bytes())
    key.chmod(0o644)
    loose = Tls(
        server=Certificate(certificate=pki.serv_ssl(DB_A).certificate, key=key), viewer=pair(pki.market(VI_A)), anchors=pki.anchors_dir
    )
    with pytest.raises(CertificatIllisible, match="lisible par d'autres"):
        server_context_db(loose)


def test_key_of_another_certificate_is_refused_without_its_content(pki: Pki) -> None:
    crossed = Certificate(certificate=pki.serv_ssl(DB_A).certificate, key=pki.serv_ssl(DB_B).key)
    with pytest.raises(CertificatIllisible) as caught:
        server_context_db(Tls(server=crossed, viewer=pair(pki.market(VI_A)), anchors=pki.anchors_dir))
    assert "PRIVATE" not in str(caught.value)


def test_missing_authorities_are_refused(pki: Pki, tmp_path: Path) -> None:
    with pytest.raises(AncresIllisibles):
        client_context(tmp_path / "nowhere.pem")
    with pytest.raises(AncresIllisibles):
        client_context_drimbox(Tls(server=pair(pki.serv_ssl(DB_A)), viewer=pair(pki.market(VI_A)), anchors=tmp_path))
