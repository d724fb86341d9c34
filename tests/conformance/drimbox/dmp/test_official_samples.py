# SPDX-FileCopyrightText: 2026 drimm contributors
# SPDX-License-Identifier: EUPL-1.2
"""Public material: our requests against the XDS.b schemas, published messages and metadata through our readers."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from lxml import etree

from banc.dmp.envelope import check_structure
from banc.pki import Pki
from drimbox.socle.dmp import vocabulary as voc
from drimbox.socle.dmp.deposit import Expediteur, build_deposit, envelope_of
from drimbox.socle.dmp.model import Criteres, LimitesDmp
from drimbox.socle.dmp.mtom import read_multipart
from drimbox.socle.dmp.registry import read_entry, write_get_document, write_search
from drimbox.socle.dmp.repository import read_deposit_answer, write_retrieve
from drimbox.socle.dmp.soap import read_response
from drimbox.socle.personnes import Identifiant
from tests.unit.drimbox.dmp.samples import INS, NOW, built_pki, dmp_settings, kos_a_deposer

pytestmark = pytest.mark.donnees
LIMITS = LimitesDmp()
BOUNDARY = "MIMEBoundary_Bound"


@pytest.fixture(scope="module")
def expediteur(tmp_path_factory: pytest.TempPathFactory) -> Expediteur:
    pki: Pki = built_pki(tmp_path_factory.mktemp("pki"))
    return Expediteur.load(dmp_settings(pki), LIMITS)


def bodies(expediteur: Expediteur) -> dict[str, bytes]:
    criteres = Criteres(Identifiant("A", "2.999.1"), "2.999.2", ("CT",), ("774007",), NOW, NOW)
    return {
        "deposit": envelope_of(build_deposit(kos_a_deposer(), expediteur, NOW), LIMITS).body,
        "search": write_search(INS, Criteres()),
        "filtered search": write_search(INS, criteres),
        "get": write_get_document("2.999.1"),
        "retrieve": write_retrieve("2.999.1", "2.999.2"),
    }


@pytest.mark.parametrize("name", ["deposit", "search", "filtered search", "get", "retrieve"])
def test_our_requests_follow_the_official_schemas(name: str, expediteur: Expediteur, shared_data: Path) -> None:
    schema = etree.XMLSchema(etree.parse(shared_data / "xds/schema/XDS.b_DocumentRepository.xsd"))
    body = etree.fromstring(bodies(expediteur)[name])
    for document in body.iter(f"{{{voc.XDSB}}}Document"):
        # the schema describes the inlined form of what MTOM sends as parts
        document.remove(document[0])
        document.text = "AAAA"
    schema.assertValid(body)


def test_the_banc_own_schema_agrees_with_the_official_one_on_published_examples(shared_data: Path) -> None:
    query = etree.parse(shared_data / "xds/examples/tests__16103__verify_submit__SQfindDoc.xml").getroot()
    check_structure(query)


def published(shared_data: Path) -> tuple[str, bytes]:
    """Return the published deposit, whose lines were indented after the fact, with its framing put back at the start of lines."""
    text = (shared_data / "xds/publication_f989e93.mime").read_bytes()
    straight = re.sub(rb"(?m)^[ \t]+(?=--MIMEBoundary|Content-|<\?xml)", b"", text)
    straight = re.sub(rb"(?m)^\n(?=<\?xml)", b"\n", straight)
    return f'multipart/related; boundary="{BOUNDARY}"; type="application/xop+xml"; start="<0.1>"', straight


def test_the_published_deposit_is_read_with_its_base64_kos(shared_data: Path) -> None:
    message = read_multipart(*published(shared_data), LIMITS)
    assert message.root.content_id == "0.1"
    assert message.referenced("cid:0.2").content[128:132] == b"DICM"
    assert b"IHEManifest" in message.referenced("cid:0.3").content


def test_the_published_entry_is_read(shared_data: Path) -> None:
    message = read_multipart(*published(shared_data), LIMITS)
    kos, signature = map(read_entry, etree.fromstring(message.root.content.strip()).iter(f"{{{voc.RIM}}}ExtrinsicObject"))
    assert kos.is_kos
    assert not signature.is_kos
    assert kos.patient_ins == Identifiant("162018885045327", "1.2.250.1.213.1.4.10")
    assert kos.accession == Identifiant("7252295367250016", "1.2.840.113619.6.196")
    assert [code.code for code in kos.modalites] == ["MR"]
    assert signature.confidentialites == ("N", "MASQUE_PS", "INVISIBLE_PATIENT")


def test_the_published_answer_is_a_success(shared_data: Path) -> None:
    # the file lost the line ends of its part's headers: only the envelope is as it came
    text = (shared_data / "xds/response_f989e93.mime").read_bytes()
    envelope = text[text.index(b"<soap:Envelope") : text.index(b"</soap:Envelope>") + len(b"</soap:Envelope>")]
    reponse = read_response("application/soap+xml", envelope, LIMITS)
    read_deposit_answer(reponse)
    assert reponse.relates_to == "urn:uuid:a6ba8f7f-b214-4a2d-96f1-54293d537ce3"


def test_the_metadata_of_an_xdm_export_are_read_although_their_slots_are_out_of_order(shared_data: Path) -> None:
    metadata = etree.parse(shared_data / "xdm/KA202401/IHE_XDM/SS000001/METADATA.XML")
    kos = next(map(read_entry, metadata.iter(f"{{{voc.RIM}}}ExtrinsicObject")))
    content = (shared_data / "xdm/KA202401/IHE_XDM/SS000001/KOS_1_1.DCM").read_bytes()
    assert kos.size == len(content)
    assert kos.study_instance_uid == "1.3.6.1.4.1.5962.99.1.3711725607.829148806.1687338938407.3.12"


def test_metadata_of_another_affinity_domain_are_read(shared_data: Path) -> None:
    files = sorted((shared_data / "kos").glob("nist-*__metadata.xml"))
    assert files
    for file in files:
        for entry in etree.parse(file).iter(f"{{{voc.RIM}}}ExtrinsicObject"):
            # their patient is a placeholder, to be filled before sending: it is the only thing missing
            for identifier in entry.iter(f"{{{voc.RIM}}}ExternalIdentifier"):
                if identifier.get("identificationScheme") == voc.DE_PATIENT_ID:
                    identifier.set("value", "1^^^&2.999.1&ISO")
                elif identifier.get("identificationScheme") == voc.DE_UNIQUE_ID:
                    identifier.set("value", identifier.get("value") or "2.999.2")
            assert read_entry(entry).mime_type == "application/dicom"
