# SPDX-FileCopyrightText: 2026 drimm contributors
# SPDX-License-Identifier: EUPL-1.2
"""What stops a rapatriement, and what never leaves when it does."""

from __future__ import annotations

import asyncio
import ssl
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta

import pytest
from pydicom.uid import generate_uid

from banc.pacs.simulator import PacsSimulator
from banc.pki.store import Issued
from drimbox.config import Acheminement
from tests.drimbox_env import DB, DB2
from tests.integration.drimbox.conso.dossier import make_kos
from tests.integration.drimbox.conso.test_rapatriement import bring
from tests.integration.drimbox.partage.maille import Etude, Maille

DB9 = "db9.9.mesimagesmedicales.fr"


class Trap:
    """A server that keeps whatever is said to it."""

    def __init__(self) -> None:
        self.heard = b""
        self.connections = 0

    async def listen(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.connections += 1
        try:
            async with asyncio.timeout(5):
                self.heard += await reader.read(65536)
        except (OSError, TimeoutError):
            pass
        writer.transport.abort()


@asynccontextmanager
async def trap(identity: Issued | None) -> AsyncIterator[tuple[Trap, int]]:
    """Serve a trap, with TLS under this certificate or in the clear."""
    context, heard = None, Trap()
    if identity is not None:
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(identity.certificate, identity.key)
    server = await asyncio.start_server(heard.listen, "127.0.0.1", 0, ssl=context)
    try:
        yield heard, server.sockets[0].getsockname()[1]
    finally:
        server.close()


def towards(maille: Maille, port: int) -> None:
    """Make every name of the mesh lead to this port."""
    from django.conf import settings

    way = Acheminement(addresses=dict.fromkeys((DB, DB2, DB9, "localhost", "evil.test"), f"127.0.0.1:{port}"))
    maille.settings = maille.settings.model_copy(update={"acheminement": way})
    settings.DRIMBOX = maille.settings


@pytest.mark.parametrize(
    ("url", "code"),
    [
        ("http://{db}:{port}/dicom-web-rs/studies/{study}/series/{series}", "rapatriement.destination_refusee"),
        ("https://127.0.0.1:{port}/dicom-web-rs/studies/{study}/series/{series}", "rapatriement.destination_refusee"),
        ("https://{db}:{port}/dicom-web-rs/studies/{study}/series/{series}", "rapatriement.destination_refusee"),
        ("https://user@{db}/dicom-web-rs/studies/{study}/series/{series}", "rapatriement.destination_refusee"),
        ("https://db1.1.evil.test/dicom-web-rs/studies/{study}/series/{series}", "rapatriement.destination_refusee"),
        ("https://evil.test/dicom-web-rs/studies/{study}/series/{series}", "rapatriement.destination_refusee"),
        ("https://db9.9.mesimagesmedicales.fr/dicom-web-rs/studies/{study}/series/{series}", "rapatriement.destination_hors_liste"),
    ],
)
async def test_no_connection_is_made_to_a_place_outside_the_list(
    maille_b: Maille, etude: Etude, pacs_b: PacsSimulator, url: str, code: str
) -> None:
    async with trap(None) as (heard, port):
        towards(maille_b, port)
        urls = {series: url.format(db=DB, port=port, study=etude.study, series=series) for series in etude.series}
        row, series = await bring(maille_b, etude, make_kos(etude, urls=urls))
    assert (row.state, [s.code for s in series]) == ("echoue", [code, code])
    assert (heard.connections, heard.heard) == (0, b"")
    assert not pacs_b.index.entries()


@pytest.mark.parametrize("product", ["other_name", "market", "foreign", "expired", "revoked"])
async def test_a_server_without_the_certificate_of_the_list_hears_no_request(
    maille_b: Maille, etude: Etude, pacs_b: PacsSimulator, product: str
) -> None:
    pki = maille_b.pki
    identities = {
        "other_name": pki.serv_ssl(DB2),
        "market": pki.market("dmp.banc.test"),
        "foreign": pki.foreign.serv_ssl,
        "expired": pki.expired.serv_ssl,
        "revoked": pki.revoked.serv_ssl,
    }
    async with trap(identities[product]) as (heard, port):
        towards(maille_b, port)
        row, series = await bring(maille_b, etude, make_kos(etude))
    assert row.state == "echoue"
    assert {s.code for s in series} <= {"rapatriement.serveur_non_reconnu", "tls.certificat_revoque"}
    assert heard.heard == b""


async def test_a_member_of_the_mesh_that_answers_under_another_name_hears_no_request(
    maille_b: Maille, etude: Etude, pacs_b: PacsSimulator
) -> None:
    """Its certificate is genuine, valid for the name, and not the one that the list gives to it."""
    from confiance.distinguished_name import DistinguishedName
    from drimbox.conso.rapatriement import conduite
    from drimbox.conso.rapatriement.rules import Destination, read_destination

    def other_dn(url: str | None, _liste: object, zone: str) -> Destination:
        return Destination(read_destination(url, zone), frozenset({DistinguishedName.parse("CN=another,C=FR")}))

    async with trap(maille_b.pki.serv_ssl(DB)) as (heard, port):
        towards(maille_b, port)
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(conduite, "choose_destination", other_dn)
            _, series = await bring(maille_b, etude, make_kos(etude))
    assert {s.code for s in series} == {"rapatriement.serveur_non_reconnu"}
    assert heard.heard == b""


async def test_the_refusal_of_the_source_is_shown_with_its_code_its_cure_and_its_trace(
    maille_b: Maille, etude: Etude, pacs_b: PacsSimulator
) -> None:
    etude.kos = generate_uid()  # a KOS that the source does not know
    row, series = await bring(maille_b, etude, make_kos(etude))
    assert row.state == "echoue"
    assert {(s.state, s.http_status, s.code) for s in series} == {("refusee", 404, "admission.kos_inconnu")}
    traces = {line[0] for line in await asyncio.to_thread(maille_b.journal, "admission:demande:refused")}
    assert {s.peer_trace for s in series} == traces
    assert all(s.message and s.remede for s in series)


async def test_without_a_list_in_force_no_token_leaves(maille_b: Maille, etude: Etude, pacs_b: PacsSimulator) -> None:
    from drimbox.socle.annuaire import queries

    maille_b.environment.sql("DELETE FROM annuaire_liste_en_vigueur")
    queries.forget()
    async with trap(maille_b.pki.serv_ssl(DB)) as (heard, port):
        towards(maille_b, port)
        _, series = await bring(maille_b, etude, make_kos(etude))
    assert {s.code for s in series} == {"rapatriement.destination_refusee"}
    assert heard.connections == 0


async def test_an_image_that_the_kos_does_not_name_is_never_stored(maille_b: Maille, etude: Etude, pacs_b: PacsSimulator) -> None:
    series = etude.series[0]
    etude.instances[series] = etude.instances[series][:2]
    row, rows = await bring(maille_b, etude, make_kos(etude))
    assert (rows[0].code, rows[0].state) == ("rapatriement.objet_refuse", "complete")
    assert row.state == "complet"
    assert len(pacs_b.index.entries()) == 5


async def test_images_that_the_source_no_longer_holds_are_missing(maille_b: Maille, etude: Etude, pacs_b: PacsSimulator) -> None:
    etude.instances[etude.series[1]].append(generate_uid())
    row, rows = await bring(maille_b, etude, make_kos(etude))
    assert (row.state, rows[1].state, rows[1].missing) == ("incomplet", "incomplete", 1)
    assert rows[1].code == "rapatriement.images_manquantes"


async def test_images_that_the_pacs_of_the_readers_does_not_take_are_told_apart(
    maille_b: Maille, etude: Etude, pacs_b: PacsSimulator, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(pacs_b, "_on_store", lambda _event: 0xA700)
    await asyncio.to_thread(pacs_b.stop)
    await asyncio.to_thread(pacs_b.start)
    row, rows = await bring(maille_b, etude, make_kos(etude))
    assert row.state == "echoue"
    assert {(s.code, s.received, s.stored, s.refused) for s in rows} == {("rapatriement.images_refusees_par_le_pacs", 3, 0, 3)}


async def test_when_the_pacs_of_the_readers_is_down_nothing_is_said_to_be_stored(
    maille_b: Maille, etude: Etude, pacs_b: PacsSimulator
) -> None:
    await asyncio.to_thread(pacs_b.stop)
    row, rows = await bring(maille_b, etude, make_kos(etude))
    assert (row.state, {s.code for s in rows}, sum(s.stored for s in rows)) == ("echoue", {"pacs.indisponible"}, 0)


async def test_when_the_source_cannot_be_reached_it_is_said(maille_b: Maille, etude: Etude, pacs_b: PacsSimulator) -> None:
    towards(maille_b, 9)
    _, rows = await bring(maille_b, etude, make_kos(etude))
    assert {s.code for s in rows} == {"rapatriement.source_injoignable"}


async def test_what_nobody_foresaw_ends_each_series_and_the_whole(
    maille_b: Maille, etude: Etude, pacs_b: PacsSimulator, monkeypatch: pytest.MonkeyPatch
) -> None:
    from drimbox.conso.rapatriement import conduite

    def fail(*_args: object) -> None:
        raise LookupError

    monkeypatch.setattr(conduite, "choose_destination", fail)
    row, rows = await bring(maille_b, etude, make_kos(etude))
    assert (row.state, [(s.state, s.code) for s in rows]) == ("echoue", [("echouee", "rapatriement.interne")] * 2)


async def test_a_token_about_to_die_is_renewed_before_it_is_shown(
    maille_b: Maille, etude: Etude, pacs_b: PacsSimulator, monkeypatch: pytest.MonkeyPatch
) -> None:
    from drimbox.conso.appel import actions

    later = datetime.now(UTC) + timedelta(seconds=100)
    monkeypatch.setattr(actions, "must_refresh", lambda expires_at, _now: later >= expires_at - timedelta(seconds=30))
    row, _ = await bring(maille_b, etude, make_kos(etude))
    assert row.state == "complet"


async def test_asking_again_brings_what_was_missing(maille_b: Maille, etude: Etude, pacs_b: PacsSimulator) -> None:
    from drimbox.conso.appel.models import SessionProfessionnel
    from drimbox.conso.rapatriement import actions
    from drimbox.conso.rapatriement.conduite import conduct
    from drimbox.conso.rapatriement.models import Rapatriement

    await asyncio.to_thread(pacs_b.stop)
    row, _ = await bring(maille_b, etude, make_kos(etude))
    await asyncio.to_thread(pacs_b.start)

    def again() -> str:
        with maille_b.environment.role("pages"):
            kos = Rapatriement.objects.select_related("kos").get(pk=row.pk).kos
            actions.ask(kos, SessionProfessionnel.objects.get(), datetime.now(UTC))
        with maille_b.environment.role("ouvrier"):
            conduct(maille_b.settings, row.pk)
            return str(Rapatriement.objects.get(pk=row.pk).state)

    assert await asyncio.to_thread(again) == "complet"
    jobs = await asyncio.to_thread(maille_b.environment.sql, "SELECT task_name, args FROM procrastinate_jobs")
    assert jobs == [("drimbox.conso.rapatriement.jobs.rapatrier", {"rapatriement_id": str(row.pk)})] * 2


async def test_a_worker_killed_midway_leaves_a_rapatriement_that_another_one_ends(
    maille_b: Maille, etude: Etude, pacs_b: PacsSimulator
) -> None:
    from drimbox.conso.rapatriement import conduite
    from drimbox.conso.rapatriement.models import Rapatriement, SerieRapatriee

    class Killed(BaseException):
        """The end of a process, as far as rows are concerned: nothing more is written."""

    def die(*_args: object) -> None:
        raise Killed

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(conduite.actions, "end_series", die)
        with pytest.raises(Killed):
            await bring(maille_b, etude, make_kos(etude))

    def resume() -> tuple[str, list[int]]:
        with maille_b.environment.role("ouvrier"):
            row = Rapatriement.objects.get()
            assert row.state == "en_cours"
            conduite.conduct(maille_b.settings, row.pk)
            row.refresh_from_db()
            return row.state, list(SerieRapatriee.objects.order_by("position").values_list("stored", flat=True))

    assert await asyncio.to_thread(resume) == ("complet", [3, 3])
    assert len(pacs_b.index.entries()) == 6
