# SPDX-FileCopyrightText: 2026 drimm contributors
# SPDX-License-Identifier: EUPL-1.2
"""OCSP of peers: only a proven answer of this moment counts, only responders of the settings are asked, silence is soft or hard."""

from __future__ import annotations

import asyncio
import contextlib
import threading
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from aiohttp import web
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509 import ocsp
from cryptography.x509.oid import AuthorityInformationAccessOID, ExtendedKeyUsageOID, NameOID
from hypothesis import given
from hypothesis import strategies as st

from drimbox.config import Ocsp
from drimbox.socle import tls
from drimbox.source.admission.ocsp import ReponseOcspRefusee, question, read_answer, responders_of
from drimbox.source.admission.repondeur import Repondeur

NOW = datetime(2026, 11, 22, 12, tzinfo=UTC)
URL = "http://127.0.0.1:9/ocsp"


def name(text: str) -> x509.Name:
    return x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, text)])


def issue(subject: str, key: Any, issuer: str, issuer_key: Any, *extensions: x509.ExtensionType) -> x509.Certificate:
    builder = x509.CertificateBuilder().subject_name(name(subject)).issuer_name(name(issuer)).public_key(key.public_key())
    builder = builder.serial_number(x509.random_serial_number()).not_valid_before(NOW - timedelta(1)).not_valid_after(NOW + timedelta(30))
    for extension in extensions:
        builder = builder.add_extension(extension, critical=False)
    return builder.sign(issuer_key, hashes.SHA256())


KEY, OTHER = ec.generate_private_key(ec.SECP256R1()), ec.generate_private_key(ec.SECP256R1())
CA = issue("CA", KEY, "CA", KEY)
STRANGER = issue("CA", OTHER, "CA", OTHER)
SIGNER = issue("OCSP", OTHER, "CA", KEY, x509.ExtendedKeyUsage([ExtendedKeyUsageOID.OCSP_SIGNING]))
NOT_SIGNER = issue("SERVER", OTHER, "CA", KEY, x509.ExtendedKeyUsage([ExtendedKeyUsageOID.SERVER_AUTH]))


def leaf(url: str = URL) -> x509.Certificate:
    access = x509.AccessDescription(AuthorityInformationAccessOID.OCSP, x509.UniformResourceIdentifier(url))
    return issue("db", OTHER, "CA", KEY, x509.AuthorityInformationAccess([access]))


LEAF = leaf()


def answer(about: x509.Certificate = LEAF, **changes: Any) -> bytes:
    values = {"status": ocsp.OCSPCertStatus.GOOD, "at": NOW, "life": timedelta(hours=1), "signer": CA, "key": KEY} | changes
    revoked = values["status"] is ocsp.OCSPCertStatus.REVOKED
    builder = ocsp.OCSPResponseBuilder().add_response(
        about, CA, hashes.SHA1(), values["status"], values["at"], values["at"] + values["life"] if values["life"] else None,
        NOW - timedelta(days=1) if revoked else None, None,
    )  # fmt: skip
    builder = builder.responder_id(ocsp.OCSPResponderEncoding.HASH, values["signer"])
    if values["signer"] != CA:
        builder = builder.certificates([values["signer"]])
    return builder.sign(values["key"], hashes.SHA256()).public_bytes(Encoding.DER)


@pytest.mark.parametrize("options", [{}, {"signer": SIGNER, "key": OTHER}])
@pytest.mark.parametrize("revoked", [False, True])
def test_an_answer_of_the_issuer_or_on_its_behalf_is_believed(options: dict[str, Any], revoked: bool) -> None:
    status = ocsp.OCSPCertStatus.REVOKED if revoked else ocsp.OCSPCertStatus.GOOD
    found = read_answer(answer(status=status, **options), LEAF, CA, NOW)
    assert (found.revoked, found.until) == (revoked, NOW + timedelta(hours=1))


@pytest.mark.parametrize(
    "der",
    [
        b"",
        b"\x30\x03\x0a\x01\x03",  # tryLater
        answer(leaf()),  # about another certificate
        answer(signer=STRANGER, key=OTHER),
        answer(signer=NOT_SIGNER, key=OTHER),
        answer(at=NOW - timedelta(days=2)),  # of yesterday
        answer(at=NOW + timedelta(hours=1)),  # of tomorrow
        answer(at=NOW - timedelta(days=8), life=timedelta(days=30)),  # valid for ever
        answer(life=None),
        answer(status=ocsp.OCSPCertStatus.UNKNOWN),
    ],
)
def test_what_proves_nothing_is_refused(der: bytes) -> None:
    with pytest.raises(ReponseOcspRefusee):
        read_answer(der, LEAF, CA, NOW)


@given(st.binary(max_size=300))
def test_whatever_comes_only_our_error_leaves(der: bytes) -> None:
    with pytest.raises(ReponseOcspRefusee):
        read_answer(der, LEAF, CA, NOW)


def test_the_question_names_the_certificate_and_its_issuer() -> None:
    assert ocsp.load_der_ocsp_request(question(LEAF, CA)).serial_number == LEAF.serial_number
    assert responders_of(LEAF) == (URL,)
    assert responders_of(CA) == ()


@asynccontextmanager
async def responder(give: Any) -> AsyncIterator[tuple[str, list[int]]]:
    """A responder on loopback that counts what it is asked."""
    asked: list[int] = []

    async def serve(request: web.Request) -> web.Response:
        asked.append(ocsp.load_der_ocsp_request(await request.read()).serial_number)
        return web.Response(body=give(), content_type="application/ocsp-response")

    application = web.Application()
    application.router.add_post("/ocsp", serve)
    runner = web.AppRunner(application, access_log=None)
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", 0)
    await site.start()
    try:
        yield f"http://127.0.0.1:{runner.addresses[0][1]}/ocsp", asked
    finally:
        await runner.cleanup()


async def test_an_answer_is_asked_once_and_kept_until_its_end() -> None:
    shown: list[x509.Certificate] = []
    async with responder(lambda: answer(shown[0])) as (url, asked):
        shown.append(leaf(url))
        found = Repondeur(Ocsp(responders=(url,), cache_seconds=600), lambda: (STRANGER, CA))
        for minutes in (0, 5, 9):
            await found.check(shown[0], NOW + timedelta(minutes=minutes))
        assert len(asked) == 1
        await found.check(shown[0], NOW + timedelta(minutes=11))
        assert len(asked) == 2


@pytest.mark.parametrize("first", ["good", "silent"])
async def test_a_clock_that_was_ahead_and_is_set_right_lengthens_nothing_that_is_kept(first: str) -> None:
    shown: list[x509.Certificate] = []
    told = [answer]
    seconds = [1000.0]
    async with responder(lambda: told[0](shown[0])) as (url, asked):
        shown.append(leaf(url))
        ahead = NOW + timedelta(hours=2)
        told[0] = (lambda about: answer(about, at=ahead)) if first == "good" else (lambda _: b"")
        found = Repondeur(Ocsp(responders=(url,), cache_seconds=300, retry_seconds=30), lambda: (CA,), lambda: seconds[0])
        await found.check(shown[0], ahead)
        told[0] = lambda about: answer(about, status=ocsp.OCSPCertStatus.REVOKED)
        seconds[0] += 300
        with pytest.raises(tls.CertificatRevoque):
            await found.check(shown[0], NOW + timedelta(minutes=5))
        assert len(asked) == 2


async def test_an_answer_that_ends_before_we_would_forget_it_is_asked_again_at_its_end() -> None:
    shown: list[x509.Certificate] = []
    async with responder(lambda: answer(shown[0], at=NOW, life=timedelta(minutes=2 if len(asked) == 1 else 60))) as (url, asked):
        shown.append(leaf(url))
        found = Repondeur(Ocsp(responders=(url,), cache_seconds=600), lambda: (CA,))
        for minutes, questions in ((0, 1), (1, 1), (3, 2), (4, 2)):
            await found.check(shown[0], NOW + timedelta(minutes=minutes))
            assert len(asked) == questions, minutes


async def test_a_revoked_certificate_is_refused_although_no_crl_names_it_yet() -> None:
    shown: list[x509.Certificate] = []
    async with responder(lambda: answer(shown[0], status=ocsp.OCSPCertStatus.REVOKED)) as (url, _):
        shown.append(leaf(url))
        with pytest.raises(tls.CertificatRevoque):
            await Repondeur(Ocsp(responders=(url,)), lambda: (CA,)).check(shown[0], NOW)


async def test_a_responder_that_the_settings_do_not_know_is_never_asked() -> None:
    async with responder(lambda: b"") as (url, asked):
        await Repondeur(Ocsp(responders=("http://other/ocsp",), hard=True), lambda: (CA,)).check(leaf(url), NOW)
        assert asked == []


@pytest.mark.parametrize("broken", [b"", b"x" * 100_000])
async def test_silence_and_nonsense_are_left_to_the_crls_unless_an_answer_is_wanted(broken: bytes) -> None:
    async with responder(lambda: broken) as (url, _):
        await Repondeur(Ocsp(responders=(url,)), lambda: (CA,)).check(leaf(url), NOW)
        with pytest.raises(tls.CrlAbsente):
            await Repondeur(Ocsp(responders=(url,), hard=True), lambda: (CA,)).check(leaf(url), NOW)
    with pytest.raises(tls.CrlAbsente):  # nobody listens any more
        await Repondeur(Ocsp(responders=(url,), hard=True, seconds=0.5), lambda: (CA,)).check(leaf(url), NOW)


async def test_a_silent_responder_is_waited_for_once_and_asked_again_later() -> None:
    async def never(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with contextlib.suppress(ConnectionError):
            await reader.read()
        writer.transport.abort()

    def authorities() -> tuple[x509.Certificate, ...]:
        asked.append(1)
        return (CA,)

    asked: list[int] = []
    server = await asyncio.start_server(never, "127.0.0.1", 0)
    url = f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}/ocsp"
    found = Repondeur(Ocsp(responders=(url,), seconds=0.2, retry_seconds=30), authorities)
    async with server:
        await asyncio.gather(*(found.check(one, NOW) for one in [leaf(url)] * 5))
        for second in (1, 29):
            await found.check(leaf(url), NOW + timedelta(seconds=second))  # another peer, while it is known to be silent
        assert len(asked) == 1
        await found.check(leaf(url), NOW + timedelta(seconds=31))
        assert len(asked) == 2


async def test_an_answer_that_proves_nothing_about_one_peer_lets_no_other_pass() -> None:
    revoked = [leaf("http://unused/")]
    async with responder(lambda: answer(revoked[0], status=ocsp.OCSPCertStatus.REVOKED)) as (url, asked):
        revoked[0] = leaf(url)
        found, other = Repondeur(Ocsp(responders=(url,)), lambda: (CA,)), leaf(url)
        for _ in range(3):
            await found.check(other, NOW)  # what is answered is about somebody else
        with pytest.raises(tls.CertificatRevoque):
            await found.check(revoked[0], NOW)
        assert asked == [other.serial_number, revoked[0].serial_number]


async def test_requests_that_come_together_are_one_question_and_one_that_leaves_spoils_it_for_nobody() -> None:
    shown, asking, ready = list[x509.Certificate](), list[asyncio.Task[None]](), threading.Event()

    def authorities() -> tuple[x509.Certificate, ...]:
        assert threading.current_thread() is not threading.main_thread()  # it reads files
        ready.wait(60)
        return (CA,)

    async with responder(lambda: answer(shown[0], status=ocsp.OCSPCertStatus.REVOKED)) as (url, asked):
        shown.append(leaf(url))
        found = Repondeur(Ocsp(responders=(url,)), authorities)
        asking = [asyncio.create_task(found.check(shown[0], NOW)) for _ in range(5)]
        await asyncio.sleep(0)
        asking[0].cancel()
        ready.set()
        told = await asyncio.gather(*asking, return_exceptions=True)
    assert [type(one) for one in told] == [asyncio.CancelledError, *[tls.CertificatRevoque] * 4]
    assert len(asked) == 1
