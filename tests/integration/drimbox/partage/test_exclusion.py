# SPDX-FileCopyrightText: 2026 drimm contributors
# SPDX-License-Identifier: EUPL-1.2
"""A DRIMbox that leaves the list, or whose certificate is revoked, is cut at once, in the middle of what it was reading."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime, timedelta

import aiohttp
import pytest
from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding
from django.db import InterfaceError

from confiance.liste_blanche import Freshness
from confiance.transparence.liste_et_tete import Lecteur
from drimbox.socle import tls
from tests.drimbox_env import DB, DB2
from tests.drimbox_revocation import crl_that_revokes, folder_of_anchors
from tests.integration.drimbox.partage.maille import MEGABYTE, Etude, Maille
from tests.integration.drimbox.partage.requests import begun, headers, until

OUT = "annuaire:connexion:closed"


@pytest.fixture(autouse=True)
def _patient(maille: Maille, monkeypatch: pytest.MonkeyPatch) -> None:
    """The peer of these tests reads slowly: only the exclusion may cut it. The look is quick, so that the tests are."""
    from drimbox.source.partage import exclusion

    monkeypatch.setattr(exclusion, "LOOK_SECONDS", 0.1)
    images = maille.settings.images.model_copy(update={"idle_seconds": 60.0})
    maille.settings = maille.settings.model_copy(update={"images": images})


class Repondeur:
    """Stands for the responders: good, until somebody is put among the revoked, and silent about whom it does not know."""

    def __init__(self) -> None:
        self.revoked: set[int] = set()
        self.silent: set[int] = set()

    async def check(self, certificate: x509.Certificate, _now: datetime) -> None:
        if certificate.serial_number in self.revoked:
            raise tls.CertificatRevoque
        if certificate.serial_number in self.silent:
            raise tls.CrlAbsente


@pytest.fixture(autouse=True)
def repondeur(maille: Maille, monkeypatch: pytest.MonkeyPatch) -> Repondeur:
    from drimbox.source.partage import exclusion, server

    found = Repondeur()
    monkeypatch.setattr(exclusion, "RESPONDERS_SECONDS", 0.1)
    monkeypatch.setattr(server, "_responder", lambda _drimbox: found)
    return found


def publish(maille: Maille, *dbs: str) -> None:
    """Put a list in force, as the worker does."""
    with maille.environment.role("ouvrier"):
        maille.publish(*dbs, at=datetime.now(UTC) + timedelta(seconds=5))  # dates are cut to the second: later than the first one


async def test_a_peer_that_leaves_the_list_is_cut_in_the_middle_of_its_transfer(porte: Maille, heavy: Etude) -> None:
    async with porte.client() as session:
        answer = await begun(session, porte, heavy)
        await asyncio.to_thread(publish, porte, DB)
        await until(lambda: porte.journal(OUT))
        with pytest.raises(aiohttp.ClientError):
            await answer.read()
        _, code, fields = porte.journal(OUT)[0]
        assert code == "admission.certificat_hors_liste"
        assert fields["peer_dn"] == str(porte.pki.serv_ssl(DB2).dn)
        await until(lambda: porte.journal("partage:transfert:cut"))
        await until(lambda: porte.pacs.associations == 0)
    (begun_line,), (cut_line,) = porte.journal("partage:transfert:begun"), porte.journal("partage:transfert:cut")
    assert cut_line[1] == "admission.certificat_hors_liste"  # and not that the peer left
    assert begun_line[0] == cut_line[0]
    assert (cut_line[2]["db"], cut_line[2]["examen_id"]) == (DB, begun_line[2]["examen_id"])


async def test_a_new_list_that_still_holds_the_peer_cuts_nothing(porte: Maille, heavy: Etude) -> None:
    async with porte.client() as session:
        answer = await begun(session, porte, heavy)
        await asyncio.to_thread(publish, porte, DB2)
        body = await answer.read()
    assert len(body) > 30 * MEGABYTE - 2000
    assert not porte.journal(OUT)


async def test_a_list_that_grows_too_old_lets_nobody_in_and_what_runs_end(
    porte: Maille, heavy: Etude, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with porte.client() as session:
        answer = await begun(session, porte, heavy)
        monkeypatch.setattr(Lecteur, "freshness", lambda *_: Freshness.EXPIRED)
        refused = await session.get(porte.url(heavy), headers=await headers(porte, heavy))
        assert refused.status == 503
        assert len(await answer.read()) > 30 * MEGABYTE - 2000
    assert not porte.journal(OUT)


async def test_only_the_peer_that_left_is_cut(porte: Maille, heavy: Etude) -> None:
    async with porte.client() as leaving, porte.client(porte.pki.serv_ssl(DB)) as staying:
        cut, kept = await begun(leaving, porte, heavy), await begun(staying, porte, heavy)
        await asyncio.to_thread(publish, porte, DB)
        await until(lambda: porte.journal(OUT))
        assert len(await kept.read()) > 30 * MEGABYTE - 2000
        with pytest.raises(aiohttp.ClientError):
            await cut.read()
    assert len(porte.journal(OUT)) == 1


async def test_a_peer_whose_certificate_is_revoked_is_cut_by_the_crl_that_was_fetched(porte: Maille, heavy: Etude) -> None:
    async with porte.client() as session:
        answer = await begun(session, porte, heavy)
        await asyncio.to_thread(keep_crl_that_revokes, porte, porte.pki.serv_ssl(DB2).serial)
        await until(lambda: porte.journal(OUT))
        with pytest.raises(aiohttp.ClientError):
            await answer.read()
    assert porte.journal(OUT)[0][1] == "tls.certificat_revoque"
    await until(lambda: porte.journal("partage:transfert:cut"))
    assert porte.journal("partage:transfert:cut")[0][1] == "admission.certificat_revoque"
    async with porte.client() as session:
        again = await session.get(porte.url(heavy), headers=await headers(porte, heavy))
        assert (again.status, (await again.json(content_type=None))["code"]) == (403, "admission.certificat_revoque")


async def test_a_peer_whose_certificate_is_revoked_is_cut_by_the_crl_that_a_person_puts_in_the_folder(porte: Maille, heavy: Etude) -> None:
    with folder_of_anchors(porte.pki) as put:
        async with porte.client() as session:
            answer = await begun(session, porte, heavy)
            put(porte.pki.serv_ssl(DB2).serial)
            await until(lambda: porte.journal(OUT))
            with pytest.raises(aiohttp.ClientError):
                await answer.read()
    assert porte.journal(OUT)[0][1] == "tls.certificat_revoque"


async def test_a_peer_that_a_responder_says_revoked_is_cut_and_one_it_says_nothing_of_goes_on(
    porte: Maille, heavy: Etude, repondeur: Repondeur
) -> None:
    async with porte.client() as leaving, porte.client(porte.pki.serv_ssl(DB)) as staying:
        cut, kept = await begun(leaving, porte, heavy), await begun(staying, porte, heavy)
        repondeur.silent.add(porte.pki.serv_ssl(DB).serial)
        repondeur.revoked.add(porte.pki.serv_ssl(DB2).serial)
        await until(lambda: porte.journal(OUT))
        assert len(await kept.read()) > 30 * MEGABYTE - 2000
        with pytest.raises(aiohttp.ClientError):
            await cut.read()
    assert [code for _, code, _ in porte.journal(OUT)] == ["tls.certificat_revoque"]


async def test_a_crl_put_in_the_folder_that_does_not_name_the_peer_cuts_nothing(porte: Maille, heavy: Etude) -> None:
    with folder_of_anchors(porte.pki) as put:
        async with porte.client() as session:
            answer = await begun(session, porte, heavy)
            put(porte.pki.revoked.serv_ssl.serial)
            assert len(await answer.read()) > 30 * MEGABYTE - 2000
    assert not porte.journal(OUT)


def keep_crl_that_revokes(maille: Maille, serial: int) -> None:
    """Give the worker a newer CRL of the authority; the folder of anchors is not touched."""
    from drimbox.socle.annuaire.actions.crl import keep_crl
    from drimbox.socle.annuaire.actions.passage import Passage

    crl = crl_that_revokes(maille.pki, serial).public_bytes(Encoding.DER)
    with maille.environment.role("ouvrier"):
        assert keep_crl(crl, "http://crl", Passage("0" * 32, datetime.now(UTC)))


async def test_a_connection_that_cannot_be_judged_is_cut_and_the_others_are_judged_all_the_same(
    porte: Maille, heavy: Etude, monkeypatch: pytest.MonkeyPatch
) -> None:
    from drimbox.source.partage import exclusion

    known, failures, broken = exclusion._check, [RuntimeError()], porte.pki.serv_ssl(DB2).dn

    def check(dn: object, liste: object) -> None:
        if dn == broken and failures:
            raise failures.pop()
        known(dn, liste)  # type: ignore[arg-type]  # what it was given

    monkeypatch.setattr(exclusion, "_check", check)
    async with porte.client() as first, porte.client() as second, porte.client(porte.pki.serv_ssl(DB)) as staying:
        cut = [await begun(session, porte, heavy) for session in (first, second)]
        kept = await begun(staying, porte, heavy)
        await asyncio.to_thread(publish, porte, DB)
        await until(lambda: len(porte.journal(OUT)) == 2)
        for answer in cut:
            with pytest.raises(aiohttp.ClientError):
                await answer.read()
        assert len(await kept.read()) > 30 * MEGABYTE - 2000
    assert {code for _, code, _ in porte.journal(OUT)} == {"partage.interne", "admission.certificat_hors_liste"}


@pytest.mark.parametrize("error", [InterfaceError, RuntimeError], ids=["a connection that the server closed", "a fault of ours"])
async def test_a_look_that_fails_is_made_again_and_the_peer_that_left_is_cut_then(
    porte: Maille, heavy: Etude, monkeypatch: pytest.MonkeyPatch, error: type[Exception]
) -> None:
    from drimbox.socle.annuaire import queries

    known, failures = queries.en_vigueur, [error(), error()]

    def failing() -> object:
        if failures:
            raise failures.pop()
        return known()

    async with porte.client() as session:
        answer = await begun(session, porte, heavy)
        await asyncio.to_thread(publish, porte, DB)
        monkeypatch.setattr(queries, "en_vigueur", failing)
        await until(lambda: not failures)
        await until(lambda: porte.journal(OUT))
        with pytest.raises(aiohttp.ClientError):
            await answer.read()


async def test_without_a_database_nothing_that_runs_is_cut(porte: Maille, heavy: Etude, monkeypatch: pytest.MonkeyPatch) -> None:
    from django.db import OperationalError

    from drimbox.socle.annuaire import queries

    looks = list[int]()

    def away() -> None:
        looks.append(len(looks))
        raise OperationalError

    async with porte.client() as session:
        answer = await begun(session, porte, heavy)
        monkeypatch.setattr(queries, "en_vigueur", away)
        await until(lambda: len(looks) > 1)  # one look failed, and was judged: another one comes
        body = await answer.read()
    assert len(body) > 30 * MEGABYTE - 2000
