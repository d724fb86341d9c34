# SPDX-FileCopyrightText: 2026 drimm contributors
# SPDX-License-Identifier: EUPL-1.2
"""Framing of answers, read back by the standard library and by the reader of the consommatrice."""

from __future__ import annotations

import email
import email.policy
import re

from lxml import etree

from drimbox.conso.rapatriement.multipart import MultipartReader, PartData, PartEnded, read_boundary
from drimbox.source.admission.formats import read_frames_accept
from drimbox.source.partage import wadl
from drimbox.source.partage.framing import Framing
from drimbox.source.partage.paths import read_path

CONTENTS = [b"first", b"", b"\r\n--\r\n\x00\xff", b"-" * 1000]


def framed(framing: Framing) -> bytes:
    parts = b"".join(framing.opening(i, "1.2.840.10008.1.2.1", len(c)) + c for i, c in enumerate(CONTENTS))
    return parts + framing.closing()


def test_the_standard_library_reads_every_part() -> None:
    framing = Framing("1.2.840.10008.1.2.1")
    message = email.message_from_bytes(
        b"Content-Type: " + framing.content_type.encode() + b"\r\n\r\n" + framed(framing), policy=email.policy.HTTP
    )
    assert [part.get_content() for part in message.iter_parts()] == CONTENTS
    assert message["Content-Type"].params["transfer-syntax"] == "1.2.840.10008.1.2.1"


def test_the_consommatrice_reads_every_part() -> None:
    framing = Framing("1.2.840.10008.1.2.1")
    reader, contents, current = MultipartReader(read_boundary(framing.content_type)), [], bytearray()
    for event in reader.feed(framed(framing)):
        if isinstance(event, PartData):
            current += event.data
        elif isinstance(event, PartEnded):
            contents.append(bytes(current))
            current.clear()
    reader.close()
    assert contents == CONTENTS


def test_two_answers_never_share_a_boundary() -> None:
    assert Framing("1").boundary != Framing("1").boundary


def test_the_wadl_announces_the_statuses_of_the_refusals_and_no_other() -> None:
    root = etree.fromstring(wadl.document("db1.1.mesimagesmedicales.fr"))
    announced = set(root.xpath("//w:response/@status", namespaces={"w": "http://wadl.dev.java.net/2009/02"}))
    assert announced == {"200", "400 401 403 404 405 406 421 429 502 503 504 505"}


def test_the_wadl_names_every_form_and_level() -> None:
    root = etree.fromstring(wadl.document("db1.1.mesimagesmedicales.fr"))
    ns = {"w": "http://wadl.dev.java.net/2009/02"}
    assert root.xpath("//w:resources/@base", namespaces=ns) == ["https://db1.1.mesimagesmedicales.fr/dicom-web-rs/"]
    paths = {path.replace("{", "").replace("}", "") for path in root.xpath("//w:resource/@path", namespaces=ns)}
    assert len(paths) == 15
    for path in paths:  # what is announced is what is read
        asked = re.sub("(study|series|instance)UID", "1.2", path).replace("frames/frames", "frames/1")
        read_path(f"/dicom-web-rs/{asked}")
    assert set(root.xpath("//w:param[@style='header']/@name", namespaces=ns)) == {"Accept", "Authorization", "KOS-SOPInstanceUID"}


def test_the_wadl_offers_frames_in_every_type_that_is_answered() -> None:
    root = etree.fromstring(wadl.document("db1.1.mesimagesmedicales.fr"))
    ns = {"w": "http://wadl.dev.java.net/2009/02"}
    offered = root.xpath("//w:method[@id='retrieve-frames']/w:response[@status='200']/w:representation/@mediaType", namespaces=ns)
    parts = {"image/jpeg", "image/jls", "image/jp2", "image/dicom-rle", "application/octet-stream", "application/dicom"}
    assert set(offered) == {f'multipart/related; type="{part}"' for part in parts}
    for media in offered[:-1]:
        assert any(read_frames_accept([media]).qualities.values())
