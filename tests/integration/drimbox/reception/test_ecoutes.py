# SPDX-FileCopyrightText: 2026 drimm contributors
# SPDX-License-Identifier: EUPL-1.2
"""Who may send: addresses, certificates, and what the message says of its sender; and how a backlog slows senders down."""

from __future__ import annotations

import asyncio
import ssl
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings

from banc.jeux import IDENTITE, make_message, make_report
from banc.ris.client import Ack, PasDeReponse, send
from confiance.distinguished_name import DistinguishedName
from drimbox.config import Certificate, EcouteMllp, EcouteTls, Reception, Ris
from drimbox.socle.annuaire import revocation
from drimbox.socle.annuaire.crls import parse
from drimbox.socle.journal.debit import Debit
from drimbox.source.reception import actions
from drimbox.source.reception import server as module
from drimbox.source.reception.server import Serveur
from tests.drimbox_env import DB, DB2, Environment
from tests.drimbox_revocation import keep_fetched

REPORT = make_report(IDENTITE)


def message(number: int = 1) -> bytes:
    return make_message(REPORT, IDENTITE, control_id=f"{number:06}")


@pytest.fixture
def reception(drimbox: Environment) -> Any:
    with drimbox.role("reception"):
        yield drimbox


def tls_ecoute(environment: Environment, *, crl: bool = True) -> EcouteMllp:
    server = environment.pki.serv_ssl(DB)
    identite = Certificate(certificate=server.certificate, key=server.key)
    return EcouteMllp(host="127.0.0.1", port=0, tls=EcouteTls(identite=identite, clients=environment.pki.anchors_dir, crl=crl))


def client_context(environment: Environment, identity: Any = None) -> ssl.SSLContext:
    context = ssl.create_default_context(cadata=_authorities(environment.pki.anchors_dir))
    if identity is not None:
        context.load_cert_chain(identity.certificate, identity.key)
    return context


def _authorities(folder: Path) -> str:
    return "".join(path.read_text() for path in sorted(folder.glob("*.pem")) if "BEGIN CERTIFICATE" in path.read_text())


@asynccontextmanager
async def serving(monkeypatch: pytest.MonkeyPatch, **changes: Any) -> AsyncIterator[Serveur]:
    reglages = Reception(host="127.0.0.1", port=0, idle_seconds=20, **changes)
    monkeypatch.setattr(settings, "DRIMBOX", settings.DRIMBOX.model_copy(update={"reception": reglages}))
    serveur = Serveur(reglages)
    await serveur.start()
    try:
        yield serveur
    finally:
        await serveur.stop()


async def sent(port: int, data: bytes, context: ssl.SSLContext | None = None) -> Ack:
    return await asyncio.to_thread(send, "127.0.0.1", port, data, tls=context, server_name=DB)


async def test_a_ris_with_a_certificate_is_answered_over_tls(reception: Environment, monkeypatch: pytest.MonkeyPatch) -> None:
    client = reception.pki.auth_cli("a")
    async with serving(monkeypatch, ecoutes=(tls_ecoute(reception),)) as serveur:
        ack = await sent(serveur.ports[1], message(), client_context(reception, client))
        assert ack.code == "AA"
        assert (await sent(serveur.ports[0], message(2))).code == "AA"  # the plain address goes on beside it


async def test_the_crls_that_the_drimbox_fetched_clear_a_certificate_beside_those_of_the_folder(
    reception: Environment, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    client, crls = reception.pki.auth_cli("a"), []
    for path in reception.pki.anchors_dir.iterdir():
        if b"BEGIN CERTIFICATE" in path.read_bytes():
            (tmp_path / path.name).write_bytes(path.read_bytes())
        else:
            crls.append(parse(path.read_bytes()))
    ecoute = tls_ecoute(reception)
    assert ecoute.tls is not None
    bare = ecoute.model_copy(update={"tls": ecoute.tls.model_copy(update={"clients": tmp_path})})
    monkeypatch.setattr(revocation, "CRLS_SECONDS", 0.0)
    async with serving(monkeypatch, ecoutes=(bare,)) as serveur:
        with pytest.raises(PasDeReponse):  # nobody can tell
            await sent(serveur.ports[1], message(), client_context(reception, client))
        for crl in crls:
            keep_fetched(reception, crl)
        assert (await sent(serveur.ports[1], message(), client_context(reception, client))).code == "AA"


async def test_a_ris_alone_at_its_address_has_its_own_bounds(reception: Environment, monkeypatch: pytest.MonkeyPatch) -> None:
    ris = Ris(name="a", sources=("127.0.0.1",), max_message_bytes=2048, max_connections=1)
    async with serving(monkeypatch, ris=(ris,)) as serveur:
        refused = await sent(serveur.ports[0], message())
        assert (refused.code, "taille" in refused.reason) == ("AE", True)
        _, writer = await asyncio.open_connection("127.0.0.1", serveur.ports[0])
        async with asyncio.timeout(20):
            while True:
                reader, second = await asyncio.open_connection("127.0.0.1", serveur.ports[0])
                closed = await reader.read(1) == b""
                second.close()
                if closed:
                    break
        writer.close()


async def test_refusals_without_end_write_a_bounded_number_of_lines(reception: Environment, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(actions, "REFUSALS", Debit(per_minute=3))
    async with serving(monkeypatch) as serveur:
        for _ in range(6):
            assert (await sent(serveur.ports[0], b"MSH|nothing")).code == "AE"
    assert reception.sql("SELECT count(*) FROM journal WHERE event = 'reception:message:refused'") == [(3,)]


async def test_without_a_certificate_nothing_is_read(reception: Environment, monkeypatch: pytest.MonkeyPatch) -> None:
    async with serving(monkeypatch, ecoutes=(tls_ecoute(reception),)) as serveur:
        with pytest.raises(PasDeReponse):
            await sent(serveur.ports[1], message(), client_context(reception))
        with pytest.raises(PasDeReponse):
            await sent(serveur.ports[1], message())
    assert reception.sql("SELECT count(*) FROM reception_message") == [(0,)]


async def test_a_certificate_that_is_not_the_declared_one_is_refused_with_a_reason(
    reception: Environment, monkeypatch: pytest.MonkeyPatch
) -> None:
    client, other = reception.pki.auth_cli("a"), reception.pki.serv_ssl(DB2)
    ris = Ris(name="ris-a", dn=(str(DistinguishedName.from_certificate(client.load())),))
    async with serving(monkeypatch, ecoutes=(tls_ecoute(reception),), ris=(ris,)) as serveur:
        assert (await sent(serveur.ports[1], message(), client_context(reception, client))).code == "AA"
        for port, context in ((serveur.ports[1], client_context(reception, other)), (serveur.ports[0], None)):
            refused = await sent(port, message(2), context)
            assert (refused.code, "MSH-3" in refused.reason) == ("AR", True)
    assert reception.sql("SELECT source, control_id FROM reception_message") == [("ris-a", "000001")]


@pytest.mark.parametrize(
    ("ris", "code"),
    [
        (Ris(name="a", application="RIS-BANC", etablissement="CENTRE-BANC"), "AA"),
        (Ris(name="a", application="RIS-BANC"), "AA"),
        (Ris(name="a", application="AUTRE"), "AR"),
        (Ris(name="a", etablissement="AUTRE"), "AR"),
        (Ris(name="a", application="RIS-BANC", sources=("192.0.2.0/24",)), "AR"),
    ],
)
async def test_msh_3_and_4_must_come_from_the_address_of_that_ris(
    reception: Environment, monkeypatch: pytest.MonkeyPatch, ris: Ris, code: str
) -> None:
    async with serving(monkeypatch, ris=(ris,)) as serveur:
        assert (await sent(serveur.ports[0], message())).code == code
    assert reception.sql("SELECT count(*) FROM reception_message") == [(int(code == "AA"),)]


async def test_a_backlog_slows_answers_and_loses_nothing(reception: Environment, monkeypatch: pytest.MonkeyPatch) -> None:
    pauses: list[float] = []
    real = asyncio.sleep

    async def sleep(seconds: float) -> None:
        pauses.append(seconds)
        await real(0)

    monkeypatch.setattr(module, "LOOK_SECONDS", 0.01)
    async with serving(monkeypatch, retard_messages=1, retard_seconds=0.07) as serveur:
        for number in range(3):
            assert (await sent(serveur.ports[0], message(number))).code == "AA"
        async with asyncio.timeout(20):
            while not serveur.pause:  # the next look sees three unread messages
                await real(0.01)
        monkeypatch.setattr(module.asyncio, "sleep", sleep)
        assert (await sent(serveur.ports[0], message(9))).code == "AA"
        monkeypatch.setattr(module.asyncio, "sleep", real)
    assert 0.07 in pauses
    assert reception.sql("SELECT count(*) FROM reception_message") == [(4,)]


async def test_forty_connections_are_all_answered(reception: Environment, monkeypatch: pytest.MonkeyPatch) -> None:
    async with serving(monkeypatch) as serveur:
        acks = await asyncio.gather(*(sent(serveur.ports[0], message(number)) for number in range(40)))
    assert [ack.control_id for ack in acks if ack.code == "AA"] == [f"{number:06}" for number in range(40)]
