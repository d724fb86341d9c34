# SPDX-FileCopyrightText: 2026 drimm contributors
# SPDX-License-Identifier: EUPL-1.2
"""Our deposit beside the published one, element by element: what is there, in which object, with how many values."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from lxml import etree

from drimbox.socle.dmp import vocabulary as voc
from drimbox.socle.dmp.deposit import Expediteur, build_deposit, envelope_of
from drimbox.socle.dmp.model import LimitesDmp
from drimbox.socle.dmp.mtom import MultipartMessage, read_multipart
from drimbox.socle.dmp.vihf import SAML
from tests.conformance.drimbox.dmp.test_official_samples import published
from tests.unit.drimbox.dmp.samples import NOW, built_pki, dmp_settings, kos_a_deposer

pytestmark = pytest.mark.donnees
LIMITS = LimitesDmp()
RIM = f"{{{voc.RIM}}}"
DIFFERENCES = {
    # the signature signs the submission, it is no part of the exam: whoever searches by accession number must not find it
    ("Signature01", "Slot", voc.REFERENCE_ID_LIST, 3),
    # an empty comment
    ("Signature01", "Description"),
}
"""What the published deposit has and ours has not, each for its reason. Ours has nothing that it has not."""


@pytest.fixture(scope="module")
def ours(tmp_path_factory: pytest.TempPathFactory) -> MultipartMessage:
    expediteur = Expediteur.load(dmp_settings(built_pki(tmp_path_factory.mktemp("pki"))), LIMITS)
    requete = build_deposit(kos_a_deposer(), expediteur, NOW)
    assert envelope_of(requete, LIMITS).action == voc.ACTION_DEPOT
    return read_multipart(requete.content_type, requete.body, LIMITS)


@pytest.fixture(scope="module")
def theirs(shared_data: Path) -> MultipartMessage:
    return read_multipart(*published(shared_data), LIMITS)


def envelope(message: MultipartMessage) -> etree._Element:
    return etree.fromstring(message.root.content.strip())


def shape(root: etree._Element) -> Iterator[tuple[object, ...]]:
    """Yield one line per object and per child: who, what, of which scheme, with how many values."""
    for element in root.iter(f"{RIM}RegistryPackage", f"{RIM}ExtrinsicObject", f"{RIM}Association"):
        ends = (element.get("associationType"), element.get("sourceObject"), element.get("targetObject"))
        name = element.get("id", "") if ends[0] is None else str(ends)
        yield (name, "attributes", tuple(sorted(key for key in element.attrib if key != "id")))
        for child in element:
            yield (name, *_child(child))


def _child(child: etree._Element) -> tuple[object, ...]:
    kind = etree.QName(child).localname
    if kind == "Slot":
        return kind, child.get("name"), len(child.findall(f".//{RIM}Value"))
    if kind == "Classification":
        scheme = child.get("classificationScheme") or child.get("classificationNode")
        return kind, scheme, tuple(sorted(str(slot.get("name")) for slot in child.findall(f"{RIM}Slot")))
    if kind == "ExternalIdentifier":
        return kind, child.get("identificationScheme"), child.find(f".//{RIM}LocalizedString").get("value")
    return (kind,)


def test_the_objects_of_the_deposit_are_those_of_the_published_one(ours: MultipartMessage, theirs: MultipartMessage) -> None:
    mine, published_one = set(shape(envelope(ours))), set(shape(envelope(theirs)))
    assert published_one - mine == DIFFERENCES
    assert mine - published_one == set()


def test_the_attributes_of_the_vihf_are_those_of_the_published_one(ours: MultipartMessage, theirs: MultipartMessage) -> None:
    names = [[a.get("Name") for a in envelope(message).iter(f"{{{SAML}}}Attribute")] for message in (ours, theirs)]
    assert sorted(names[0]) == sorted(names[1])


def test_the_headers_of_the_envelope_are_those_of_the_published_one(ours: MultipartMessage, theirs: MultipartMessage) -> None:
    headers = [sorted(etree.QName(child).text for child in envelope(message)[0]) for message in (ours, theirs)]
    assert headers[0] == headers[1]


def test_the_parts_are_the_envelope_the_kos_and_the_signature(ours: MultipartMessage, theirs: MultipartMessage) -> None:
    for message in (ours, theirs):
        included = [element.get("href", "") for element in envelope(message).iter(f"{{{voc.XOP}}}Include")]
        kos, signature = (message.referenced(href).content for href in included)
        assert kos[128:132] == b"DICM"
        assert b"IHEManifest" in signature
        assert len(message.parts) == 3
