# SPDX-FileCopyrightText: 2026 drimm contributors
# SPDX-License-Identifier: EUPL-1.2
"""What the simulated DMP refuses, each shown by a request that is right but for one thing."""

from __future__ import annotations

import dataclasses
import hashlib
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path

import aiohttp
import pytest
from lxml import etree

from banc.dmp import DmpConfig, served
from banc.dmp.names import name
from banc.dmp.server import Served
from banc.pki import Issued, Pki
from drimbox.config import Certificate
from drimbox.socle.dmp.deposit import Expediteur, build_deposit
from drimbox.socle.dmp.model import ContexteVihf, Criteres, KosADeposer, LimitesDmp, ModeVihf, RequeteDepot
from drimbox.socle.dmp.registry import write_get_document, write_search
from drimbox.socle.dmp.repository import write_retrieve
from drimbox.socle.dmp.soap import Enveloppe
from drimbox.socle.dmp.vihf import build_vihf
from drimbox.socle.dmp.vocabulary import ACTION_DEPOT, ACTION_RECHERCHE, ACTION_RETRAIT
from drimbox.socle.personnes import Code, Identifiant
from drimbox.socle.tls.client import client_context, client_context_dmp
from tests.dmp_fixtures import dmp, live_pki
from tests.unit.drimbox.dmp.samples import CONSULTATION, DMP_NAME, INS, KOS_UID, dmp_settings, kos_a_deposer, kos_bytes

__all__ = ["dmp", "live_pki"]

LIMITS = LimitesDmp()
METADATA = "XDSRepositoryMetadataError"
SOAP_TYPE = "application/soap+xml; charset=UTF-8"


def now() -> datetime:
    return datetime.now(UTC)


def expediteur(pki: Pki, sign: Issued | None = None) -> Expediteur:
    issued = sign or pki.sign("a")
    return Expediteur.load(dmp_settings(pki, sign=Certificate(certificate=issued.certificate, key=issued.key)), LIMITS)


async def post(pki: Pki, url: str, content_type: str, body: bytes, auth: Issued | None = None) -> tuple[int, bytes]:
    issued = auth or pki.auth_cli("a")
    settings = dmp_settings(pki, auth=Certificate(certificate=issued.certificate, key=issued.key))
    connector = aiohttp.TCPConnector(ssl=client_context_dmp(settings))
    async with (
        aiohttp.ClientSession(connector=connector) as session,
        session.post(url, data=body, headers={"Content-Type": content_type}) as response,
    ):
        return response.status, await response.read()


async def deposit(pki: Pki, dmp: Served, requete: RequeteDepot) -> str:
    """Send a deposit and return what the DMP says of it: Success, an XDS code or the subcode of a fault."""
    status, body = await post(pki, f"{dmp.base_url}/repository", requete.content_type, requete.body)
    return verdict(status, body)


async def ask(pki: Pki, dmp: Served, service: str, action: str, assertion: bytes, body: bytes) -> str:
    envelope = Enveloppe(action, "https://dmp", f"urn:uuid:{now().timestamp()}", assertion, body).write()
    return verdict(*await post(pki, f"{dmp.base_url}/{service}", f'{SOAP_TYPE}; action="{action}"', envelope))


def verdict(status: int, body: bytes) -> str:
    text = body[body.index(b"<") :]
    text = text[: text.rindex(b"Envelope>") + len(b"Envelope>")] if b"Envelope>" in text else text
    root = etree.fromstring(text if not text.startswith(b"<?xml") else text[text.index(b"?>") + 2 :])
    subcode = root.findtext(f".//{name('soap:Subcode')}/{name('soap:Value')}")
    if subcode is not None:
        assert status == 400
        return subcode
    error = root.find(f".//{name('rs:RegistryError')}")
    assert status == 200
    return "Success" if error is None else error.get("errorCode", "")


def altered(requete: RequeteDepot, old: bytes, new: bytes, count: int = -1) -> RequeteDepot:
    assert old in requete.body
    return dataclasses.replace(requete, body=requete.body.replace(old, new, count))


def sha1(content: bytes) -> bytes:
    return hashlib.sha1(content, usedforsecurity=False).hexdigest().encode()


KOS = kos_a_deposer()
SIZE = str(len(KOS.contenu)).encode()
OTHER_PATIENT = b"248039263001064^^^&amp;1.2.250.1.213.1.4.10&amp;ISO^NH"
PATIENT = b"279035121518989^^^&amp;1.2.250.1.213.1.4.10&amp;ISO^NH"

LATE_SLOT = b'<rim:Slot name="x"><rim:ValueList><rim:Value>1</rim:Value></rim:ValueList></rim:Slot>'

DOCUMENT_FAULTS: dict[str, tuple[bytes, bytes, str]] = {
    "wrong hash": (sha1(KOS.contenu), b"0" * 40, "XDSNonIdenticalHash"),
    "wrong size": (b">" + SIZE + b"<", b">1<", "XDSNonIdenticalSize"),
    "altered bytes": (b"MANIFEST", b"MANIFESU", "XDSNonIdenticalHash"),
    "missing part": (b"cid:kos.", b"cid:soc.", "XDSMissingDocument"),
    "document without entry": (b'Document id="DocumentKOS"', b'Document id="Document99"', "XDSMissingDocument"),
    "class of another document": (b'nodeRepresentation="31"', b'nodeRepresentation="10"', METADATA),
    "unknown confidentiality": (b'nodeRepresentation="N"', b'nodeRepresentation="X"', METADATA),
    "unknown modality": (b'nodeRepresentation="CT"', b'nodeRepresentation="RM"', METADATA),
    "unknown kind of reference": (b"urn:ihe:iti:xds:2013:order", b"urn:ihe:iti:xds:2013:other", METADATA),
    "missing attribute": (b'name="languageCode"', b'name="languageCodes"', METADATA),
    "time with a zone": (b">20210108092500<", b">20210108102500+0100<", METADATA),
    "day out of the calendar": (b">20210108092500<", b">20210132092500<", METADATA),
    "author without identifier": (b"^U^^^EI<", b"^U^^^XX<", METADATA),
    "uniqueId that is no OID": (b'value="2.25.', b'value="2.25.x', METADATA),
    "no signature association": (b"AssociationType:signs", b"AssociationType:RPLC", METADATA),
    "classification of another object": (b'classifiedObject="DocumentKOS"', b'classifiedObject="Signature01"', METADATA),
    "slot after classifications": (b"</rim:ExtrinsicObject>", LATE_SLOT + b"</rim:ExtrinsicObject>", "schema"),
    "attribute missing in the schema": (b' objectType="urn:uuid:7edca82f', b' x="urn:uuid:7edca82f', "schema"),
    "another action": (b"<wsa:Action", b"<wsa:Actions", "xml"),
    "action not marked": (b' soap:mustUnderstand="true"', b"", "wsa"),
    "doctype": (b'<?xml version="1.0" encoding="UTF-8"?><soap', b"<!DOCTYPE a><soap", "xml"),
    "altered VIHF": (b"801234560801</saml2:NameID>", b"801234560802</saml2:NameID>", "wsse:FailedCheck"),
    "no VIHF": (b"saml2:Assertion", b"saml2:Assertiom", "wsse:SecurityTokenUnavailable"),
    "submission of another patient": (b'value="' + PATIENT, b'value="' + OTHER_PATIENT, "XDSPatientIdDoesNotMatch"),
}  # fmt: skip


@pytest.mark.parametrize("fault", DOCUMENT_FAULTS)
async def test_a_deposit_wrong_in_one_thing_is_refused(live_pki: Pki, dmp: Served, fault: str) -> None:
    old, new, expected = DOCUMENT_FAULTS[fault]
    requete = build_deposit(KOS, expediteur(live_pki), now())
    assert await deposit(live_pki, dmp, altered(requete, old, new)) == expected
    assert not dmp.simulator.store.entries


async def test_the_same_deposit_unaltered_is_accepted(live_pki: Pki, dmp: Served) -> None:
    assert await deposit(live_pki, dmp, build_deposit(KOS, expediteur(live_pki), now())) == "Success"
    assert [path.name for path in (dmp.simulator.config.folder / "kos").iterdir()] == [f"{KOS_UID}.dcm"]


async def test_one_entry_of_another_patient_is_refused(live_pki: Pki, dmp: Served) -> None:
    requete = build_deposit(KOS, expediteur(live_pki), now())
    where = requete.body.index(b'registryObject="DocumentKOS"')
    body = requete.body[:where] + requete.body[where:].replace(b'value="' + PATIENT, b'value="' + OTHER_PATIENT, 1)
    assert await deposit(live_pki, dmp, dataclasses.replace(requete, body=body)) == "XDSPatientIdDoesNotMatch"


async def test_an_altered_signature_of_the_set_is_refused_though_its_hash_was_redone(live_pki: Pki, dmp: Served) -> None:
    requete = build_deposit(KOS, expediteur(live_pki), now())
    start = requete.body.index(b"<?xml", requete.body.index(b"Content-ID: <signature."))
    signature = requete.body[start : requete.body.index(b"</Signature>", start) + len(b"</Signature>")]
    forged = signature.replace(b"AA==", b"AQ==")
    both = altered(altered(requete, signature, forged), sha1(signature), sha1(forged))
    assert await deposit(live_pki, dmp, both) == METADATA


KOS_FAULTS: dict[str, KosADeposer] = {
    "another instance": kos_a_deposer(contenu=kos_bytes("2.999.1.77")),
    "another study": kos_a_deposer(contenu=kos_bytes(study_uid="2.999.77")),
    "another patient": kos_a_deposer(contenu=kos_bytes(ins="248039263001064")),
    "an image": kos_a_deposer(contenu=kos_bytes(SOPClassUID="1.2.840.10008.5.1.4.1.1.4")),
    "another modality": kos_a_deposer(contenu=kos_bytes(Modality="CT")),
    "no evidence": kos_a_deposer(contenu=kos_bytes(CurrentRequestedProcedureEvidenceSequence=[])),
    "no manifest": kos_a_deposer(contenu=kos_bytes(ConceptNameCodeSequence=[])),
    "not DICOM": kos_a_deposer(contenu=b"KOS" * 100),
    "empty": kos_a_deposer(contenu=b""),
}


@pytest.mark.parametrize("fault", KOS_FAULTS)
async def test_a_kos_that_disagrees_with_its_entry_is_refused(live_pki: Pki, dmp: Served, fault: str) -> None:
    requete = build_deposit(KOS_FAULTS[fault], expediteur(live_pki), now())
    assert await deposit(live_pki, dmp, requete) == METADATA


@pytest.mark.parametrize("which", ["revoked", "expired", "foreign"])
async def test_a_vihf_signed_by_a_misfit_certificate_is_refused(live_pki: Pki, dmp: Served, which: str) -> None:
    sender = expediteur(live_pki, getattr(live_pki, which).sign)
    assert await deposit(live_pki, dmp, build_deposit(KOS, sender, now())) == "wsse:FailedCheck"


async def test_a_vihf_signed_by_the_certificate_of_connections_is_refused(live_pki: Pki, dmp: Served) -> None:
    sender = expediteur(live_pki, live_pki.auth_cli("a"))
    assert await deposit(live_pki, dmp, build_deposit(KOS, sender, now())) == "wsse:FailedCheck"


@pytest.mark.parametrize(
    ("shift", "expected"), [(timedelta(minutes=-30), "wsse:MessageExpired"), (timedelta(minutes=10), "wsse:InvalidSecurityToken")]
)
async def test_a_vihf_of_another_time_is_refused(live_pki: Pki, dmp: Served, shift: timedelta, expected: str) -> None:
    assert await deposit(live_pki, dmp, build_deposit(KOS, expediteur(live_pki), now() + shift)) == expected


async def test_a_signature_of_the_set_by_a_revoked_certificate_is_refused(live_pki: Pki, dmp: Served) -> None:
    good, revoked = expediteur(live_pki), expediteur(live_pki, live_pki.revoked.sign)
    requete = build_deposit(KOS, revoked, now())
    contexte = dataclasses.replace(CONSULTATION, mode=ModeVihf.INDIRECTE)
    assertion = build_vihf(contexte, good.logiciel, good.signataire, now(), LIMITS)
    start, end = requete.body.index(b"<saml2:Assertion"), requete.body.index(b"</wsse:Security>")
    mixed = dataclasses.replace(requete, body=requete.body[:start] + assertion + requete.body[end:])
    assert await deposit(live_pki, dmp, mixed) == METADATA


CONTEXTS: dict[str, Callable[[ContexteVihf], ContexteVihf]] = {
    "sector outside its table": lambda c: dataclasses.replace(c, secteur_activite=Code("SA08", "2.999")),
    "no structure": lambda c: dataclasses.replace(c, structure=dataclasses.replace(c.structure, identifiant="")),
    "no professional": lambda c: dataclasses.replace(c, professionnel=dataclasses.replace(c.professionnel, identifiant="")),
    "identifier that is no INS": lambda c: dataclasses.replace(c, patient_ins=Identifiant("123", INS.oid)),
    "INS of no authority": lambda c: dataclasses.replace(c, patient_ins=Identifiant(INS.value, "2.999")),
}


@pytest.mark.parametrize("fault", CONTEXTS)
async def test_a_vihf_that_says_too_little_is_refused(live_pki: Pki, dmp: Served, fault: str) -> None:
    sender = expediteur(live_pki)
    contexte = CONTEXTS[fault](CONSULTATION)
    assertion = build_vihf(contexte, sender.logiciel, sender.signataire, now(), LIMITS)
    body = write_search(INS, Criteres())
    assert await ask(live_pki, dmp, "registry", ACTION_RECHERCHE, assertion, body) == "wsse:InvalidSecurityToken"


async def test_an_assertion_serves_one_message(live_pki: Pki, dmp: Served) -> None:
    sender = expediteur(live_pki)
    assertion = build_vihf(CONSULTATION, sender.logiciel, sender.signataire, now(), LIMITS)
    body = write_search(INS, Criteres())
    assert await ask(live_pki, dmp, "registry", ACTION_RECHERCHE, assertion, body) == "Success"
    assert await ask(live_pki, dmp, "registry", ACTION_RECHERCHE, assertion, body) == "wsse:FailedAuthentication"


async def test_a_deposit_played_again_is_refused(live_pki: Pki, dmp: Served) -> None:
    requete = build_deposit(KOS, expediteur(live_pki), now())
    assert await deposit(live_pki, dmp, requete) == "Success"
    assert await deposit(live_pki, dmp, requete) == "XDSDuplicateUniqueIdInRegistry"


async def test_a_second_assertion_hidden_in_the_message_is_refused(live_pki: Pki, dmp: Served) -> None:
    requete = build_deposit(KOS, expediteur(live_pki), now())
    hidden = b'<x:Assertion xmlns:x="urn:oasis:names:tc:SAML:2.0:assertion"/></wsse:Security>'
    assert await deposit(live_pki, dmp, altered(requete, b"</wsse:Security>", hidden)) == "wsse:SecurityTokenUnavailable"


async def test_a_machine_may_not_consult(live_pki: Pki, dmp: Served) -> None:
    sender = expediteur(live_pki)
    contexte = dataclasses.replace(CONSULTATION, mode=ModeVihf.INDIRECTE)

    def assertion() -> bytes:
        return build_vihf(contexte, sender.logiciel, sender.signataire, now(), LIMITS)

    search, retrieve = write_search(INS, Criteres()), write_retrieve(dmp.simulator.config.repository_unique_id, KOS_UID)
    assert await ask(live_pki, dmp, "registry", ACTION_RECHERCHE, assertion(), search) == "wsse:FailedAuthentication"
    assert await ask(live_pki, dmp, "repository", ACTION_RETRAIT, assertion(), retrieve) == "wsse:FailedAuthentication"
    # but it may ask what became of its own deposit
    assert await ask(live_pki, dmp, "registry", ACTION_RECHERCHE, assertion(), write_get_document(KOS_UID)) == "Success"


async def test_the_record_of_another_patient_is_not_searched(live_pki: Pki, dmp: Served) -> None:
    sender = expediteur(live_pki)
    assertion = build_vihf(CONSULTATION, sender.logiciel, sender.signataire, now(), LIMITS)
    body = write_search(Identifiant("248039263001064", INS.oid), Criteres())
    assert await ask(live_pki, dmp, "registry", ACTION_RECHERCHE, assertion, body) == "XDSPatientIdDoesNotMatch"


@pytest.mark.parametrize(
    ("old", "new", "expected"),
    [
        (b"urn:uuid:14d4debf", b"urn:uuid:24d4debf", "XDSUnknownStoredQuery"),
        (b"EntryPatientId", b"EntryPatient", "XDSStoredQueryMissingParam"),
        (b"StatusType:Approved", b"StatusType:Deprecated", "XDSStoredQueryMissingParam"),
        (b"'279035121518989^^^", b"279035121518989^^^", "XDSRegistryError"),
        (b'returnType="LeafClass"', b'returnType="All"', "schema"),
    ],
)
async def test_a_query_out_of_the_standard_is_refused(live_pki: Pki, dmp: Served, old: bytes, new: bytes, expected: str) -> None:
    sender = expediteur(live_pki)
    assertion = build_vihf(CONSULTATION, sender.logiciel, sender.signataire, now(), LIMITS)
    body = write_search(INS, Criteres())
    assert old in body
    assert await ask(live_pki, dmp, "registry", ACTION_RECHERCHE, assertion, body.replace(old, new)) == expected


async def test_an_action_is_served_at_its_own_address_only(live_pki: Pki, dmp: Served) -> None:
    sender = expediteur(live_pki)
    assertion = build_vihf(CONSULTATION, sender.logiciel, sender.signataire, now(), LIMITS)
    body = write_search(INS, Criteres())
    assert await ask(live_pki, dmp, "repository", ACTION_RECHERCHE, assertion, body) == "wsa:ActionNotSupported"
    assert await ask(live_pki, dmp, "registry", ACTION_DEPOT, assertion, body) == "wsa:ActionNotSupported"


async def test_a_patient_without_dmp_is_unknown(live_pki: Pki, tmp_path: Path) -> None:
    config = DmpConfig(folder=tmp_path, anchors=live_pki.anchors_dir, patients=frozenset({"248039263001064"}))
    async with served(config, live_pki.market(DMP_NAME)) as dmp:
        assert await deposit(live_pki, dmp, build_deposit(KOS, expediteur(live_pki), now())) == "XDSUnknownPatientId"


@pytest.mark.parametrize("body", [b"", b"--x", b"\xff\0" * 40])
@pytest.mark.parametrize("content_type", [SOAP_TYPE, 'multipart/related; boundary="x"; start="<a>"', "text/plain", "multipart/related"])
async def test_noise_is_answered_by_a_fault(live_pki: Pki, dmp: Served, content_type: str, body: bytes) -> None:
    status, answer = await post(live_pki, f"{dmp.base_url}/repository", content_type, body)
    assert status == 400
    assert b"Fault" in answer


@pytest.mark.parametrize("product", ["revoked", "serv_ssl", "sign"])
async def test_a_certificate_that_is_no_valid_auth_cli_is_turned_away(live_pki: Pki, dmp: Served, product: str) -> None:
    issued = {
        "revoked": live_pki.revoked.auth_cli,
        "serv_ssl": live_pki.serv_ssl("db1.1.mesimagesmedicales.fr"),
        "sign": live_pki.sign("a"),
    }[product]
    requete = build_deposit(KOS, expediteur(live_pki), now())
    if product == "sign":
        # OpenSSL itself does not take a certificate of signature for a connection
        with pytest.raises(aiohttp.ClientError):
            await post(live_pki, f"{dmp.base_url}/repository", requete.content_type, requete.body, issued)
    else:
        status, _ = await post(live_pki, f"{dmp.base_url}/repository", requete.content_type, requete.body, issued)
        assert status == 403
    assert not dmp.simulator.store.entries


async def test_a_certificate_revoked_while_the_dmp_runs_is_refused_at_once(tmp_path: Path) -> None:
    from tests.unit.drimbox.dmp.samples import built_pki

    pki = built_pki(tmp_path / "pki", now())
    async with served(DmpConfig(folder=tmp_path / "dmp", anchors=pki.anchors_dir), pki.market(DMP_NAME)) as dmp:
        first = build_deposit(KOS, expediteur(pki), now())
        assert await deposit(pki, dmp, first) == "Success"
        pki.revoke(pki.auth_cli("a").serial, now())
        status, _ = await post(pki, f"{dmp.base_url}/repository", first.content_type, first.body)
        assert status == 403


async def test_nobody_is_served_without_certificate(live_pki: Pki, dmp: Served) -> None:
    connector = aiohttp.TCPConnector(ssl=client_context(live_pki.market_ca))
    async with aiohttp.ClientSession(connector=connector) as session:
        with pytest.raises(aiohttp.ClientError):
            await session.post(f"{dmp.base_url}/registry", data=b"")


async def test_the_control_endpoint_drives_the_breakdowns(live_pki: Pki, dmp: Served) -> None:
    requete = build_deposit(KOS, expediteur(live_pki), now())
    async with aiohttp.ClientSession() as session:
        async with session.post(f"{dmp.control_url}/etat", json={"etat": "panne"}) as answer:
            assert answer.status == 200
        status, _ = await post(live_pki, f"{dmp.base_url}/repository", requete.content_type, requete.body)
        assert status == 503
        async with session.post(f"{dmp.control_url}/etat", json={"etat": "vacances"}) as answer:
            assert answer.status == 400
        async with session.post(f"{dmp.control_url}/etat", json={"etat": "normal"}) as answer:
            assert answer.status == 200
        assert await deposit(live_pki, dmp, requete) == "Success"
        async with session.get(f"{dmp.control_url}/etat") as answer:
            told = await answer.json()
    assert told["etat"] == "normal"
    assert {document["mimeType"] for document in told["documents"]} == {"application/dicom", "text/xml"}


@pytest.mark.parametrize("start", [0, 7])
async def test_bodies_are_kept_in_order_after_a_restart(live_pki: Pki, tmp_path: Path, start: int) -> None:
    config = DmpConfig(folder=tmp_path, anchors=live_pki.anchors_dir)
    (tmp_path / "depots").mkdir()
    for number in range(1, start + 1):
        (tmp_path / "depots" / f"{number}.mime").write_bytes(b"old")
    async with served(config, live_pki.market(DMP_NAME)) as dmp:
        requete = build_deposit(KOS, expediteur(live_pki), now())
        await deposit(live_pki, dmp, requete)
    assert (tmp_path / "depots" / f"{start + 1}.mime").read_bytes() == requete.body
