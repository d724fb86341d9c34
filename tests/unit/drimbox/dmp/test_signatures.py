# SPDX-FileCopyrightText: 2026 drimm contributors
# SPDX-License-Identifier: EUPL-1.2
"""VIHF and signature documents, verified by xmlsec and by the banc's own verifier."""

from __future__ import annotations

import subprocess
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from lxml import etree

from banc.dmp.xmldsig import BadSignature, verify_dsg, verify_enveloped
from banc.pki import Pki
from drimbox.socle.dmp.deposit import Expediteur
from drimbox.socle.dmp.model import LimitesDmp
from drimbox.socle.dmp.signature import DocumentSigne, SignatureDocument, build_signature
from drimbox.socle.dmp.vihf import build_vihf, expires_at, renew_vihf
from tests.unit.drimbox.dmp.samples import CONSULTATION, KOS_UID, NOW, kos_bytes

LIMITS = LimitesDmp()
SUBMISSION_UID = "2.25.1234"


@pytest.fixture
def vihf(expediteur: Expediteur) -> bytes:
    return build_vihf(CONSULTATION, expediteur.logiciel, expediteur.signataire, NOW, LIMITS)


@pytest.fixture
def signature(expediteur: Expediteur) -> SignatureDocument:
    return build_signature(SUBMISSION_UID, [DocumentSigne(KOS_UID, kos_bytes())], expediteur.signataire, NOW)


def xmlsec_verify(document: bytes, pki: Pki, ids: dict[str, str]) -> None:
    import xmlsec

    root = etree.fromstring(document)
    node: Any = xmlsec.tree.find_node(root, xmlsec.constants.NodeSignature)
    context = xmlsec.SignatureContext()
    # the key only: this binding cannot check a chain at another date than today; xmlsec1 does, below
    context.key = xmlsec.Key.from_memory(pki.sign("a").leaf_pem(), xmlsec.constants.KeyDataFormatCertPem)
    for element in root.iter():
        attribute = ids.get(etree.QName(element).localname)
        if attribute:
            context.register_id(element, attribute)
    context.verify(node)


@pytest.mark.peer("python-xmlsec")
def test_xmlsec_accepts_the_vihf(vihf: bytes, dmp_pki: Pki) -> None:
    xmlsec_verify(vihf, dmp_pki, {"Assertion": "ID"})


def xmlsec1_verify(document: bytes, pki: Pki, folder: Path, *options: str) -> subprocess.CompletedProcess[str]:
    file = folder / "signed.xml"
    file.write_bytes(document)
    trust = ["--trusted-pem", str(pki.root), "--untrusted-pem", str(pki.intermediate)]
    command = ["xmlsec1", "--verify", *options, *trust, "--verification-gmt-time", "2026-11-22 09:30:00", str(file)]
    return subprocess.run(command, capture_output=True, text=True, timeout=30, check=False)


@pytest.mark.peer("xmlsec1")
def test_the_xmlsec1_program_accepts_the_vihf_and_its_chain(vihf: bytes, dmp_pki: Pki, tmp_path: Path) -> None:
    done = xmlsec1_verify(vihf, dmp_pki, tmp_path, "--id-attr:ID", "Assertion")
    assert done.returncode == 0, done.stderr
    forged = xmlsec1_verify(vihf.replace(b"899700000001", b"899700000002"), dmp_pki, tmp_path, "--id-attr:ID", "Assertion")
    assert forged.returncode != 0


@pytest.mark.peer("xmlsec1")
def test_the_xmlsec1_program_accepts_the_signature_of_the_submission_set(
    signature: SignatureDocument, dmp_pki: Pki, tmp_path: Path
) -> None:
    # the manifest's own references name documents by urn:oid: only we know where these are
    options = ("--ignore-manifests", "--id-attr:Id", "Manifest", "--id-attr:Id", "SignedProperties")
    done = xmlsec1_verify(signature.contenu, dmp_pki, tmp_path, *options)
    assert done.returncode == 0, done.stderr
    forged = xmlsec1_verify(signature.contenu.replace(KOS_UID.encode(), b"2.999.1.11"), dmp_pki, tmp_path, *options)
    assert forged.returncode != 0


def test_the_certificate_found_is_the_signers(vihf: bytes, signature: SignatureDocument, expediteur: Expediteur) -> None:
    assert verify_enveloped(etree.fromstring(vihf)) == expediteur.signataire.certificate
    manifest = verify_dsg(signature.contenu)
    assert manifest.certificate == expediteur.signataire.certificate
    assert list(manifest.digests) == [SUBMISSION_UID, KOS_UID]
    assert manifest.agrees(KOS_UID, kos_bytes())
    assert not manifest.agrees(KOS_UID, kos_bytes() + b"\0")


def test_the_signature_of_a_vihf_survives_its_envelope(vihf: bytes) -> None:
    wrapped = b'<e xmlns="urn:other" xmlns:ds="urn:not-dsig" xmlns:xsi="urn:not-xsi">' + vihf + b"</e>"
    verify_enveloped(etree.fromstring(wrapped)[0])


@pytest.mark.parametrize(
    ("old", "new"),
    [
        (b"899700000001", b"899700000002"),
        (b"INDIRECTE_RENFORCEE", b"DIRECTE"),
        (b"279035121518989", b"279035121518988"),
        (b"2026-11-22T09:40", b"2026-11-23T09:40"),
    ],
)
def test_an_altered_vihf_is_refused(vihf: bytes, old: bytes, new: bytes) -> None:
    assert old in vihf
    with pytest.raises(BadSignature):
        verify_enveloped(etree.fromstring(vihf.replace(old, new)))


@pytest.mark.parametrize(
    ("old", "new"), [(KOS_UID.encode(), b"2.999.1.11"), (b"SigningTime>2026", b"SigningTime>2025"), (b"AA==", b"BB==")]
)
def test_an_altered_signature_document_is_refused(signature: SignatureDocument, old: bytes, new: bytes) -> None:
    assert old in signature.contenu
    with pytest.raises(BadSignature):
        verify_dsg(signature.contenu.replace(old, new))


def test_a_vihf_names_the_professional_and_not_the_patient(vihf: bytes) -> None:
    root = etree.fromstring(vihf)
    values = {
        attribute.get("Name"): "".join(attribute.itertext()).strip()
        for attribute in root.iter("{urn:oasis:names:tc:SAML:2.0:assertion}Attribute")
    }
    assert values["urn:oasis:names:tc:xspa:1.0:subject:subject-id"] == "CAMILLE DOC"
    assert values["urn:oasis:names:tc:xacml:2.0:resource:resource-id"] == "279035121518989^^^&1.2.250.1.213.1.4.10&ISO^NH"
    assert root.findtext(".//{urn:oasis:names:tc:SAML:2.0:assertion}NameID") == "899700000001"
    assert root.findtext(".//{urn:oasis:names:tc:SAML:2.0:assertion}AuthnContextDecl") == "APP_BROWSER_AUTH"
    roles = [(role.get("code"), role.get("codeSystem")) for role in root.iter("{urn:hl7-org:v3}Role")]
    assert roles == [("10", "1.2.250.1.71.1.2.7"), ("SM44", "1.2.250.1.71.4.2.5")]


def test_a_renewed_vihf_says_the_same_later(vihf: bytes, expediteur: Expediteur) -> None:
    later = NOW + timedelta(days=1)
    renewed = renew_vihf(vihf, expediteur.signataire, later, LIMITS)
    assert expires_at(renewed) == later + LIMITS.vihf_validity
    verify_enveloped(etree.fromstring(renewed))
    old, new = (etree.fromstring(each) for each in (vihf, renewed))
    assert old.get("ID") != new.get("ID")
    statement = "{urn:oasis:names:tc:SAML:2.0:assertion}AttributeStatement"
    assert etree.tostring(old.find(statement)) == etree.tostring(new.find(statement))


@pytest.mark.donnees
def test_the_genuine_signature_of_an_xdm_export_verifies(shared_data: Path) -> None:
    document = (shared_data / "xdm/DERIVED_SIGN_1_with_certificate.xml").read_bytes()
    manifest = verify_dsg(document)
    (kos_uid,) = list(manifest.digests)[1:]
    assert manifest.agrees(kos_uid, (shared_data / "xdm/KA202401/IHE_XDM/SS000001/KOS_1_1.DCM").read_bytes())
    assert manifest.purpose == "1.2.840.10065.1.12.1.14"


@pytest.mark.donnees
def test_the_genuine_signature_is_refused_once_altered(shared_data: Path) -> None:
    document = (shared_data / "xdm/DERIVED_SIGN_1_with_certificate.xml").read_bytes()
    with pytest.raises(BadSignature):
        verify_dsg(document.replace(b"2024-01-16T15:11:13", b"2024-01-16T15:11:14"))
