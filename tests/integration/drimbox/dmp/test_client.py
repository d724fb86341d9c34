# SPDX-FileCopyrightText: 2026 drimm contributors
# SPDX-License-Identifier: EUPL-1.2
"""The client against the simulated DMP, over real mutual TLS on the loopback."""

from __future__ import annotations

import dataclasses
from datetime import UTC, datetime, timedelta

import pytest

from banc.dmp import Etat
from banc.dmp.server import Served
from banc.pki import Pki
from drimbox.config import Certificate
from drimbox.socle.dmp.client import DmpClient
from drimbox.socle.dmp.errors import DmpIndisponible, DmpRefuse, DmpReponseInvalide
from drimbox.socle.dmp.model import Criteres, LimitesDmp, RequeteDepot
from drimbox.socle.personnes import Identifiant
from tests.unit.drimbox.dmp.samples import CONSULTATION, INS, KOS_UID, STUDY_UID, dmp_settings, kos_a_deposer, kos_bytes


def client(pki: Pki, dmp: Served, **changes: object) -> DmpClient:
    return DmpClient(dmp_settings(pki, dmp.base_url, **changes))


@pytest.mark.parametrize("digest", ["sha256", "sha1"])
async def test_a_deposited_kos_is_found_and_comes_back_to_the_byte(live_pki: Pki, dmp: Served, digest: str) -> None:
    kos = kos_a_deposer()
    async with client(live_pki, dmp, digest=digest) as dmp_client:
        depot = await dmp_client.send(dmp_client.build_deposit(kos))
        (fiche,) = await dmp_client.find_kos(CONSULTATION)
        assert await dmp_client.retrieve(CONSULTATION, fiche) == kos.contenu
    assert not depot.deja_present
    assert (fiche.unique_id, fiche.study_instance_uid, fiche.patient_ins) == (KOS_UID, STUDY_UID, INS)
    assert fiche.status == "Approved"
    folder = dmp.simulator.config.folder
    assert (folder / "depots" / "1.mime").read_bytes() == depot.requete.body
    assert (folder / "kos" / f"{KOS_UID}.dcm").read_bytes() == kos.contenu


@pytest.mark.parametrize(
    ("criteres", "found"),
    [
        (Criteres(accession=Identifiant("ACN101", "2.999.5")), True),
        (Criteres(accession=Identifiant("ACN101", "2.999.6")), False),
        (Criteres(study_instance_uid=STUDY_UID), True),
        (Criteres(modalites=("MR", "CT"), regions=("774007",)), True),
        (Criteres(modalites=("CT",), regions=("67734004",)), False),
        (Criteres(modalites=("MR",)), False),
        (Criteres(depuis=datetime(2026, 11, 22, tzinfo=UTC), jusqu_a=datetime(2026, 11, 23, tzinfo=UTC)), True),
        (Criteres(jusqu_a=datetime(2026, 11, 22, tzinfo=UTC)), False),
    ],
)
async def test_a_search_is_narrowed_by_its_criteria(live_pki: Pki, dmp: Served, criteres: Criteres, found: bool) -> None:
    async with client(live_pki, dmp) as dmp_client:
        await dmp_client.send(dmp_client.build_deposit(kos_a_deposer()))
        assert bool(await dmp_client.find_kos(CONSULTATION, criteres)) is found


async def test_the_same_request_sent_twice_deposits_once(live_pki: Pki, dmp: Served) -> None:
    async with client(live_pki, dmp) as dmp_client:
        requete = dmp_client.build_deposit(kos_a_deposer())
        await dmp_client.send(requete)
        again = await dmp_client.send(requete)
        found = await dmp_client.find_kos(CONSULTATION)
    assert again.deja_present
    assert again.requete == requete
    assert len(found) == 1


async def test_a_lost_answer_then_a_new_try_deposits_once(live_pki: Pki, dmp: Served) -> None:
    async with client(live_pki, dmp) as dmp_client:
        requete = dmp_client.build_deposit(kos_a_deposer())
        dmp.simulator.etat = Etat.PERTE
        with pytest.raises(DmpIndisponible):
            await dmp_client.send(requete)
        dmp.simulator.etat = Etat.NORMAL
        assert (await dmp_client.send(requete)).deja_present


async def test_another_kos_under_a_known_identifier_stays_refused(live_pki: Pki, dmp: Served) -> None:
    async with client(live_pki, dmp) as dmp_client:
        await dmp_client.send(dmp_client.build_deposit(kos_a_deposer()))
        with pytest.raises(DmpRefuse) as caught:
            await dmp_client.send(dmp_client.build_deposit(kos_a_deposer(contenu=kos_bytes(Manufacturer="OTHER"))))
        assert caught.value.codes == ("XDSNonIdenticalHash",)


async def test_the_same_kos_in_another_submission_is_known_to_be_there(live_pki: Pki, dmp: Served) -> None:
    async with client(live_pki, dmp) as dmp_client:
        await dmp_client.send(dmp_client.build_deposit(kos_a_deposer()))
        assert (await dmp_client.send(dmp_client.build_deposit(kos_a_deposer()))).deja_present
    assert len(dmp.simulator.store.entries) == 2


async def test_a_request_kept_for_a_day_leaves_under_a_new_vihf(live_pki: Pki, dmp: Served) -> None:
    yesterday = datetime.now(UTC) - timedelta(days=1)
    settings = dmp_settings(live_pki, dmp.base_url)
    async with DmpClient(settings, clock=lambda: yesterday) as old:
        requete = old.build_deposit(kos_a_deposer())
    async with DmpClient(settings) as dmp_client:
        depot = await dmp_client.send(requete)
    assert depot.requete != requete
    assert (dmp.simulator.config.folder / "depots" / "1.mime").read_bytes() == depot.requete.body


@pytest.mark.parametrize("etat", [Etat.PANNE, Etat.SILENCE])
async def test_an_outage_is_worth_another_try(live_pki: Pki, dmp: Served, etat: Etat) -> None:
    dmp.simulator.etat = etat
    async with client(live_pki, dmp, timeout=0.3) as dmp_client:
        with pytest.raises(DmpIndisponible):
            await dmp_client.send(dmp_client.build_deposit(kos_a_deposer()))


async def test_nobody_at_the_address_is_worth_another_try(live_pki: Pki, unused_tcp_port: int) -> None:
    async with DmpClient(dmp_settings(live_pki, f"https://localhost:{unused_tcp_port}")) as dmp_client:
        with pytest.raises(DmpIndisponible):
            await dmp_client.send(dmp_client.build_deposit(kos_a_deposer()))


async def test_a_server_under_another_authority_is_not_spoken_to(live_pki: Pki, dmp: Served) -> None:
    async with client(live_pki, dmp, trust=live_pki.foreign_root) as dmp_client:
        with pytest.raises(DmpIndisponible, match="certificat"):
            await dmp_client.send(dmp_client.build_deposit(kos_a_deposer()))
    assert not list((dmp.simulator.config.folder / "depots").iterdir())


async def test_an_answer_larger_than_the_bound_is_refused(live_pki: Pki, dmp: Served) -> None:
    async with DmpClient(dmp_settings(live_pki, dmp.base_url), limits=LimitesDmp(response_bytes=100)) as dmp_client:
        with pytest.raises(DmpReponseInvalide):
            await dmp_client.find_kos(CONSULTATION)


async def test_an_unknown_document_is_a_refusal(live_pki: Pki, dmp: Served) -> None:
    async with client(live_pki, dmp) as dmp_client:
        await dmp_client.send(dmp_client.build_deposit(kos_a_deposer()))
        (fiche,) = await dmp_client.find_kos(CONSULTATION)
        with pytest.raises(DmpRefuse) as caught:
            await dmp_client.retrieve(CONSULTATION, dataclasses.replace(fiche, unique_id="2.999.404"))
        assert caught.value.codes == ("XDSDocumentUniqueIdError",)
        with pytest.raises(DmpRefuse) as caught:
            await dmp_client.retrieve(CONSULTATION, dataclasses.replace(fiche, repository_unique_id="2.999.404"))
        assert caught.value.codes == ("XDSUnknownRepositoryId",)


async def test_the_record_of_another_patient_is_never_shown(live_pki: Pki, dmp: Served) -> None:
    other = dataclasses.replace(CONSULTATION, patient_ins=Identifiant("248039263001064", INS.oid))
    async with client(live_pki, dmp) as dmp_client:
        await dmp_client.send(dmp_client.build_deposit(kos_a_deposer()))
        (fiche,) = await dmp_client.find_kos(CONSULTATION)
        assert await dmp_client.find_kos(other) == []
        with pytest.raises(DmpRefuse):
            await dmp_client.retrieve(other, fiche)


@pytest.mark.parametrize("which", ["revoked", "foreign", "expired"])
async def test_a_certificate_that_is_no_longer_ours_to_use_opens_nothing(live_pki: Pki, dmp: Served, which: str) -> None:
    misfit = getattr(live_pki, which).auth_cli
    auth = Certificate(certificate=misfit.certificate, key=misfit.key)
    async with client(live_pki, dmp, auth=auth) as dmp_client:
        # in the dates and under the right root, OpenSSL lets it in and the DMP refuses it; otherwise the handshake fails
        with pytest.raises(DmpRefuse if which == "revoked" else DmpIndisponible):
            await dmp_client.send(dmp_client.build_deposit(kos_a_deposer()))
    assert not dmp.simulator.store.entries


async def test_nothing_of_the_patient_reaches_the_logs(live_pki: Pki, dmp: Served, capsys: pytest.CaptureFixture[str]) -> None:
    async with client(live_pki, dmp) as dmp_client:
        await dmp_client.send(dmp_client.build_deposit(kos_a_deposer()))
        await dmp_client.find_kos(CONSULTATION)
    written = "".join(capsys.readouterr())
    assert INS.value not in written
    assert "PAT-TROIS" not in written


async def test_a_truncated_request_is_not_sent(live_pki: Pki, dmp: Served) -> None:
    async with client(live_pki, dmp) as dmp_client:
        requete = dmp_client.build_deposit(kos_a_deposer())
        with pytest.raises(DmpReponseInvalide):
            await dmp_client.send(RequeteDepot(requete.content_type, requete.action, requete.body[:-200]))
