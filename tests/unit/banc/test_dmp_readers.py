# SPDX-FileCopyrightText: 2026 drimm contributors
# SPDX-License-Identifier: EUPL-1.2
"""The doors of the simulated DMP that parse: any bytes end in a refusal of its own."""

from __future__ import annotations

import contextlib
import logging
import warnings

import pytest
from hypothesis import given
from hypothesis import strategies as st
from lxml import etree

from banc.dmp.documents import _is_manifest, _read
from banc.dmp.envelope import check_structure, read_request
from banc.dmp.names import NS
from banc.dmp.objects import read_submission
from banc.dmp.queries import read_query
from banc.dmp.refusals import RegistryFailure, SenderFault
from banc.dmp.xmldsig import BadSignature, verify_dsg
from drimbox.socle.dmp.mtom import Part, write_multipart
from drimbox.socle.dmp.soap import Enveloppe
from tests.unit.drimbox.dmp.samples import kos_bytes

KOS = kos_bytes()
PIECES = st.sampled_from(
    [
        "<ds:Signature Id='a'>",
        "</ds:Signature>",
        "<ds:Object>",
        "</ds:Object>",
        "<ds:Manifest Id='b'/>",
        "<ds:SignedInfo/>",
        "x",
        "<a>",
        "</a>",
    ]
)


@given(
    content_type=st.sampled_from(["application/soap+xml", 'multipart/related; boundary="b"; start="<a>"', "", "\x00;é"]), body=st.binary()
)
def test_no_bytes_make_the_reader_of_requests_fail_otherwise(content_type: str, body: bytes) -> None:
    with contextlib.suppress(SenderFault):
        read_request(content_type, body)


@given(contents=st.lists(st.binary(max_size=300), max_size=3))
def test_what_the_drimbox_writes_is_what_the_banc_reads(contents: list[bytes]) -> None:
    attachments = [Part(f"p{i}@x", "application/octet-stream", content) for i, content in enumerate(contents)]
    envelope = Enveloppe("urn:a", "urn:to", "urn:uuid:1", b"", b"<b/>").write()
    request = read_request(*write_multipart(envelope, "urn:a", attachments))
    assert (request.action, request.message_id, request.assertion) == ("urn:a", "urn:uuid:1", None)
    assert [request.attached(f"cid:{part.content_id}") for part in attachments] == contents


@given(pieces=st.lists(PIECES, max_size=12), noise=st.binary(max_size=60))
def test_no_bytes_make_the_verifier_of_signatures_fail_otherwise(pieces: list[str], noise: bytes) -> None:
    wrapped = f"<ds:Signature xmlns:ds='{NS['ds']}'>{''.join(pieces)}</ds:Signature>".encode()
    for document in (noise, wrapped):
        with contextlib.suppress(BadSignature):
            verify_dsg(document)


@given(position=st.integers(132, len(KOS) - 1), value=st.integers(0, 255), cut=st.integers(0, 8))
def test_no_damaged_kos_makes_the_reader_fail_otherwise(position: int, value: int, cut: int) -> None:
    damaged = KOS[:position] + bytes([value]) + KOS[position + cut :]
    logging.getLogger("pydicom").setLevel(logging.CRITICAL)
    with warnings.catch_warnings(), contextlib.suppress(RegistryFailure):
        warnings.simplefilter("ignore")  # pydicom tells what it finds odd
        _is_manifest(_read(damaged))


@given(text=st.text(alphabet="'(),ab ", max_size=20))
def test_no_value_of_a_query_makes_its_reader_fail_otherwise(text: str) -> None:
    query = etree.Element(f"{{{NS['query']}}}AdhocQueryRequest")
    etree.SubElement(query, f"{{{NS['query']}}}ResponseOption", returnType="LeafClass")
    slot = etree.SubElement(etree.SubElement(query, f"{{{NS['rim']}}}AdhocQuery", id="q"), f"{{{NS['rim']}}}Slot", name="n")
    etree.SubElement(etree.SubElement(slot, f"{{{NS['rim']}}}ValueList"), f"{{{NS['rim']}}}Value").text = text
    with contextlib.suppress(RegistryFailure):
        read_query(query)


def test_a_body_without_objects_is_refused() -> None:
    with pytest.raises(RegistryFailure):
        read_submission(etree.Element("a"))
    with pytest.raises(SenderFault):
        check_structure(etree.Element("a"))
