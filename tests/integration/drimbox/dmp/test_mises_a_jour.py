# SPDX-FileCopyrightText: 2026 drimm contributors
# SPDX-License-Identifier: EUPL-1.2
"""Replacement (TD 2.2), deletion, masking and visibility (TD 3.3), existence (TD 0.2): the client against the simulated DMP."""

from __future__ import annotations

import dataclasses
from datetime import UTC, datetime, timedelta

import pytest
from lxml import etree

from banc.dmp import DmpConfig, Etat, served
from banc.dmp.names import APPROVED, DELETED, DEPRECATED
from banc.dmp.server import Served
from banc.pki import Pki
from drimbox.config import Certificate
from drimbox.socle.dmp import vocabulary as voc
from drimbox.socle.dmp.client import DmpClient
from drimbox.socle.dmp.deposit import envelope_of
from drimbox.socle.dmp.errors import DmpIndisponible, DmpRefuse
from drimbox.socle.dmp.existence import Existence
from drimbox.socle.dmp.model import NORMAL, FicheDocument, LimitesDmp, RequeteDepot
from drimbox.socle.personnes import Identifiant, Structure
from tests.unit.drimbox.dmp.samples import CONSULTATION, DMP_NAME, INS, KOS_UID, STUDY_UID, dmp_settings, kos_a_deposer, kos_bytes

LIMITS = LimitesDmp()
SECOND = "2.999.1.11"
STRANGER = dataclasses.replace(kos_a_deposer().patient, ins=Identifiant("248039263001064", INS.oid))


def client(pki: Pki, dmp: Served, **changes: object) -> DmpClient:
    return DmpClient(dmp_settings(pki, dmp.base_url, **changes))


async def deposited(dmp_client: DmpClient, **changes: object) -> tuple[RequeteDepot, FicheDocument]:
    depot = await dmp_client.send(dmp_client.build_deposit(kos_a_deposer(**changes)))
    fiche = await dmp_client.find_document(depot.requete)
    assert fiche is not None
    return depot.requete, fiche


async def refused(dmp_client: DmpClient, requete: RequeteDepot) -> tuple[str, ...]:
    with pytest.raises(DmpRefuse) as caught:
        await dmp_client.send(requete)
    return caught.value.codes


async def test_a_replacement_leaves_one_document_in_force_and_keeps_the_former(live_pki: Pki, dmp: Served) -> None:
    async with client(live_pki, dmp) as dmp_client:
        _, fiche = await deposited(dmp_client)
        await dmp_client.send(dmp_client.build_deposit(kos_a_deposer(sop_instance_uid=SECOND), remplace=fiche.entry_uuid))
        assert [found.unique_id for found in await dmp_client.find_kos(CONSULTATION)] == [SECOND]
    entries = dmp.simulator.store.entries
    assert (entries[KOS_UID].status, entries[SECOND].status) == (DEPRECATED, APPROVED)
    assert [(fait.kind, fait.former) for fait in dmp.simulator.store.faits] == [("depot", ""), ("remplacement", KOS_UID)]


async def test_what_is_not_there_or_no_longer_in_force_cannot_be_replaced(live_pki: Pki, dmp: Served) -> None:
    async with client(live_pki, dmp) as dmp_client:
        _, fiche = await deposited(dmp_client)
        unknown = dmp_client.build_deposit(kos_a_deposer(sop_instance_uid=SECOND), remplace="urn:uuid:00000000-0000-4000-8000-000000000000")
        assert await refused(dmp_client, unknown) == ("XDSReplaceFailed",)
        await dmp_client.send(dmp_client.build_deposit(kos_a_deposer(sop_instance_uid=SECOND), remplace=fiche.entry_uuid))
        third = dmp_client.build_deposit(kos_a_deposer(sop_instance_uid="2.999.1.12"), remplace=fiche.entry_uuid)
        assert await refused(dmp_client, third) == ("XDSRegistryDeprecatedDocumentError",)
    assert "2.999.1.12" not in dmp.simulator.store.entries


async def test_a_deleted_document_is_shown_to_nobody_and_stays_deleted(live_pki: Pki, dmp: Served) -> None:
    async with client(live_pki, dmp) as dmp_client:
        depot, fiche = await deposited(dmp_client)
        await dmp_client.send(dmp_client.build_removal(depot, fiche))
        assert await dmp_client.find_kos(CONSULTATION) == []
        assert await dmp_client.find_document(depot) is None
        with pytest.raises(DmpRefuse):
            await dmp_client.retrieve(CONSULTATION, fiche)
        assert await refused(dmp_client, dmp_client.build_removal(depot, fiche)) == ("XDSMetadataUpdateError",)
    assert dmp.simulator.store.entries[KOS_UID].status == DELETED


async def test_masking_then_showing_changes_the_codes_and_nothing_else(live_pki: Pki, dmp: Served) -> None:
    async with client(live_pki, dmp) as dmp_client:
        depot, before = await deposited(dmp_client)
        hidden = (NORMAL, voc.INVISIBLE_PATIENT, voc.MASQUE_PS)
        await dmp_client.send(dmp_client.build_visibility(depot, before, hidden))
        masked = await dmp_client.find_document(depot)
        assert masked is not None
        assert (set(masked.confidentialites), masked.version) == ({"N", "INVISIBLE_PATIENT", "MASQUE_PS"}, "2")
        assert (masked.logical_id, masked.hash, masked.actes) == (before.logical_id, before.hash, before.actes)
        await dmp_client.send(dmp_client.build_visibility(depot, masked, (NORMAL,)))
        shown = await dmp_client.find_document(depot)
        assert shown is not None
        assert (shown.confidentialites, shown.version) == (("N",), "3")
        assert await dmp_client.retrieve(CONSULTATION, shown) == kos_a_deposer().contenu


async def test_a_change_from_a_version_that_is_past_is_refused(live_pki: Pki, dmp: Served) -> None:
    async with client(live_pki, dmp) as dmp_client:
        depot, fiche = await deposited(dmp_client)
        await dmp_client.send(dmp_client.build_visibility(depot, fiche, (NORMAL, voc.MASQUE_PS)))
        late = dmp_client.build_visibility(depot, fiche, (NORMAL,))
        assert await refused(dmp_client, late) == ("XDSMetadataVersionError",)
    assert "MASQUE_PS" in dmp.simulator.store.entries[KOS_UID].confidentialities


async def test_nothing_but_the_visibility_may_change(live_pki: Pki, dmp: Served) -> None:
    async with client(live_pki, dmp) as dmp_client:
        depot, fiche = await deposited(dmp_client)
        requete = dmp_client.build_visibility(depot, fiche, (NORMAL, voc.MASQUE_PS))
        forged = dataclasses.replace(requete, body=requete.body.replace(b'value="' + KOS_UID.encode(), b'value="2.999.1.99'))
        assert await refused(dmp_client, forged) == ("XDSMetadataUpdateError",)


async def test_the_document_of_another_structure_cannot_be_touched(live_pki: Pki, dmp: Served) -> None:
    async with client(live_pki, dmp) as dmp_client:
        _, fiche = await deposited(dmp_client)
        other, _ = await deposited(dmp_client, sop_instance_uid=SECOND, structure=Structure("10B0000002", "Autre centre"))
        for build in (dmp_client.build_removal, lambda d, f: dmp_client.build_visibility(d, f, (NORMAL, voc.MASQUE_PS))):
            foreign = build(other, fiche)
            assert await refused(dmp_client, foreign) == ("XDSMetadataUpdateError",)
    assert dmp.simulator.store.entries[KOS_UID].status == APPROVED


async def test_the_document_of_another_patient_cannot_be_touched(live_pki: Pki, dmp: Served) -> None:
    async with client(live_pki, dmp) as dmp_client:
        _, fiche = await deposited(dmp_client)
        content = kos_bytes(SECOND, STUDY_UID, STRANGER.ins.value)
        other = await dmp_client.send(dmp_client.build_deposit(kos_a_deposer(sop_instance_uid=SECOND, patient=STRANGER, contenu=content)))
        assert await refused(dmp_client, dmp_client.build_removal(other.requete, fiche)) == ("XDSMetadataUpdateError",)
    assert dmp.simulator.store.entries[KOS_UID].status == APPROVED


async def test_a_lost_answer_is_found_again_without_sending_anything(live_pki: Pki, dmp: Served) -> None:
    async with client(live_pki, dmp) as dmp_client:
        requete = dmp_client.build_deposit(kos_a_deposer())
        assert await dmp_client.find_again(requete) is None
        dmp.simulator.etat = Etat.PERTE
        with pytest.raises(DmpIndisponible):
            await dmp_client.send(requete)
        dmp.simulator.etat = Etat.NORMAL
        again = await dmp_client.find_again(requete)
    assert again is not None
    assert again.deja_present
    assert len(list((dmp.simulator.config.folder / "depots").iterdir())) == 1


async def test_an_update_kept_for_a_day_leaves_under_a_new_vihf(live_pki: Pki, dmp: Served) -> None:
    yesterday = datetime.now(UTC) - timedelta(days=1)
    async with client(live_pki, dmp) as dmp_client:
        depot, fiche = await deposited(dmp_client)
        async with DmpClient(dmp_settings(live_pki, dmp.base_url), clock=lambda: yesterday) as old:
            requete = old.build_removal(depot, fiche)
        sent = await dmp_client.send(requete)
    assert envelope_of(sent.requete, LIMITS).body == envelope_of(requete, LIMITS).body
    assert dmp.simulator.store.entries[KOS_UID].status == DELETED


async def test_existence_tells_a_patient_with_a_record_from_one_without(live_pki: Pki, tmp_path) -> None:
    config = DmpConfig(folder=tmp_path / "dmp", anchors=live_pki.anchors_dir, patients=frozenset({INS.value}))
    async with served(config, live_pki.market(DMP_NAME)) as dmp, client(live_pki, dmp) as dmp_client:
        ours = dmp_client.build_deposit(kos_a_deposer())
        other = dmp_client.build_deposit(kos_a_deposer(patient=STRANGER, contenu=kos_bytes(SECOND, STUDY_UID, STRANGER.ins.value)))
        assert await dmp_client.existence_of(ours) == Existence(existe=True, autorise=True)
        assert await dmp_client.existence_of(other) == Existence(existe=False, autorise=None)


async def test_a_structure_speaks_under_its_own_certificates(live_pki: Pki, dmp: Served) -> None:
    auth, sign = live_pki.auth_cli("b"), live_pki.sign("b")
    own = {
        "auth": Certificate(certificate=auth.certificate, key=auth.key),
        "sign": Certificate(certificate=sign.certificate, key=sign.key),
    }
    async with client(live_pki, dmp, **own) as dmp_client:
        depot, _ = await deposited(dmp_client)
    issuer = etree.fromstring(envelope_of(depot, LIMITS).assertion).findtext("{urn:oasis:names:tc:SAML:2.0:assertion}Issuer")
    assert "OPERATEUR B" in (issuer or "")


@pytest.mark.donnees
@pytest.mark.parametrize("kind", ["removal", "visibility"])
async def test_our_updates_follow_the_official_schema(live_pki: Pki, dmp: Served, shared_data, kind: str) -> None:
    async with client(live_pki, dmp) as dmp_client:
        depot, fiche = await deposited(dmp_client)
        requete = dmp_client.build_removal(depot, fiche) if kind == "removal" else dmp_client.build_visibility(depot, fiche, (NORMAL,))
    etree.XMLSchema(etree.parse(shared_data / "xds/schema/lcm.xsd")).assertValid(etree.fromstring(envelope_of(requete, LIMITS).body))


@pytest.mark.parametrize(
    ("kind", "old", "new", "code"),
    [
        ("removal", b"StatusType:Approved", b"StatusType:Deprecated", "XDSMetadataUpdateError"),
        ("removal", b"2010:StatusType:Deleted", b"2010:StatusType:Inconnu", "XDSMetadataUpdateError"),
        ("removal", b"AssociationType:UpdateAvailabilityStatus", b"AssociationType:SubmitAssociation", "XDSMetadataUpdateOperationError"),
        ("visibility", b'lid="urn:uuid:', b'lid="urn:uuid:0', "XDSMetadataUpdateError"),
        ("visibility", b'nodeRepresentation="MASQUE_PS"', b'nodeRepresentation="MASQUE_TOUS"', "XDSRepositoryMetadataError"),
        ("visibility", b'nodeRepresentation="IMG-KOS"', b'nodeRepresentation="IMG-AUTRE"', "XDSMetadataUpdateError"),
    ],
)
async def test_the_simulated_dmp_refuses_an_update_that_is_right_but_for_one_thing(
    live_pki: Pki, dmp: Served, kind: str, old: bytes, new: bytes, code: str
) -> None:
    async with client(live_pki, dmp) as dmp_client:
        depot, fiche = await deposited(dmp_client)
        requete = (
            dmp_client.build_removal(depot, fiche)
            if kind == "removal"
            else dmp_client.build_visibility(depot, fiche, (NORMAL, voc.MASQUE_PS))
        )
        assert old in requete.body
        assert await refused(dmp_client, dataclasses.replace(requete, body=requete.body.replace(old, new))) == (code,)
    entry = dmp.simulator.store.entries[KOS_UID]
    assert (entry.status, entry.version, entry.confidentialities) == (APPROVED, 1, ("N",))
