# SPDX-FileCopyrightText: 2026 drimm contributors
# SPDX-License-Identifier: Apache-2.0
"""We verify what another signer (libxmlsec1, through python-xmlsec) signs."""

from __future__ import annotations

import base64
import hashlib
from datetime import datetime

import pytest
from cryptography.hazmat.primitives.serialization import Encoding
from lxml import etree

from banc.attaques.terrain import NOW, SIGNING_TIME, Terrain
from confiance.liste_blanche import Shape, verify
from confiance.refusals import EmpreinteDocument
from confiance.xades import sign as ours
from tests.integration.confiance.conftest import Papers

pytestmark = pytest.mark.peer("python-xmlsec")

TEMPLATE = """<ds:Signature xmlns:ds="http://www.w3.org/2000/09/xmldsig#" Id="sig">
  <ds:SignedInfo>
    <ds:CanonicalizationMethod Algorithm="http://www.w3.org/2001/10/xml-exc-c14n#"/>
    <ds:SignatureMethod Algorithm="http://www.w3.org/2001/04/xmldsig-more#{rsa}"/>
    <ds:Reference Id="doc" URI=""><ds:Transforms>{removal}<ds:Transform Algorithm="http://www.w3.org/2001/10/xml-exc-c14n#"/></ds:Transforms>
      <ds:DigestMethod Algorithm="http://www.w3.org/2001/04/xmlenc#{digest}"/><ds:DigestValue/></ds:Reference>
    <ds:Reference URI="#props" Type="http://uri.etsi.org/01903#SignedProperties">
      <ds:Transforms><ds:Transform Algorithm="http://www.w3.org/2001/10/xml-exc-c14n#"/></ds:Transforms>
      <ds:DigestMethod Algorithm="http://www.w3.org/2001/04/xmlenc#{digest}"/><ds:DigestValue/></ds:Reference>
  </ds:SignedInfo>
  <ds:SignatureValue/>
  <ds:KeyInfo><ds:X509Data><ds:X509Certificate>{certificate}</ds:X509Certificate></ds:X509Data></ds:KeyInfo>
  <ds:Object><xades:QualifyingProperties xmlns:xades="http://uri.etsi.org/01903/v1.3.2#" Target="#sig"><xades:SignedProperties Id="props">
    <xades:SignedSignatureProperties><xades:SigningTime>{time}</xades:SigningTime>
      <xades:SigningCertificateV2><xades:Cert><xades:CertDigest>
        <ds:DigestMethod Algorithm="http://www.w3.org/2001/04/xmlenc#sha256"/><ds:DigestValue>{cert_digest}</ds:DigestValue>
      </xades:CertDigest></xades:Cert></xades:SigningCertificateV2></xades:SignedSignatureProperties>
    <xades:SignedDataObjectProperties><xades:DataObjectFormat ObjectReference="#doc"><xades:MimeType>text/xml</xades:MimeType>
    </xades:DataObjectFormat></xades:SignedDataObjectProperties></xades:SignedProperties></xades:QualifyingProperties></ds:Object>
</ds:Signature>"""


def _sign(terrain: Terrain, papers: Papers, shape: Shape, time: datetime, rsa: str = "rsa-sha256", digest: str = "sha256") -> bytes:
    xmlsec = pytest.importorskip("xmlsec")
    der = terrain.key.certificate.public_bytes(Encoding.DER)
    filled = TEMPLATE.format(
        rsa=rsa,
        digest=digest,
        removal=ours._REMOVALS[shape],
        certificate=base64.encodebytes(der).decode(),
        time=f"{time:%Y-%m-%dT%H:%M:%SZ}",
        cert_digest=base64.b64encode(hashlib.sha256(der).digest()).decode(),
    )
    root = etree.fromstring(terrain.body)
    signature = etree.fromstring(filled)
    root.append(signature)
    tree = etree.ElementTree(root)
    xmlsec.tree.add_ids(tree.getroot(), ["Id"])
    context = xmlsec.SignatureContext()
    context.key = xmlsec.Key.from_file(str(papers.key), xmlsec.constants.KeyDataFormatPem)
    context.sign(signature)
    return etree.tostring(tree, xml_declaration=True, encoding="UTF-8")


@pytest.mark.parametrize("shape", list(Shape))
def test_a_list_signed_by_libxmlsec_is_accepted(terrain: Terrain, papers: Papers, shape: Shape) -> None:
    liste = verify(_sign(terrain, papers, shape, SIGNING_TIME), terrain.policy, at=NOW)
    assert liste.domaines == terrain.brouillon.domaines
    assert liste.signing_time == SIGNING_TIME


def test_longer_digests_are_accepted(terrain: Terrain, papers: Papers) -> None:
    data = _sign(terrain, papers, Shape.FILTER2, SIGNING_TIME, "rsa-sha512", "sha512")
    assert len(verify(data, terrain.policy, at=NOW).body_sha256) == 64


def test_the_same_list_altered_is_refused(terrain: Terrain, papers: Papers) -> None:
    data = _sign(terrain, papers, Shape.ENVELOPED, SIGNING_TIME)
    with pytest.raises(EmpreinteDocument):
        verify(data.replace(b"db1.3.", b"db1.4."), terrain.policy, at=NOW)
