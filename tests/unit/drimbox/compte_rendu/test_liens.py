# SPDX-FileCopyrightText: 2026 drimm contributors
# SPDX-License-Identifier: EUPL-1.2
"""The link to the visionneuse: found in the XML, in the PDF, in its compressed parts; judged by the name it carries."""

from __future__ import annotations

import base64
import re
import zlib
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from banc.jeux import IDENTITE, make_report
from drimbox.source.compte_rendu.liens import EcartLien, LienVisionneuse, LimitesPdf, read_liens, verify_liens

STUDY = IDENTITE.examens[0].study_instance_uid
VI = "vi1.349.mesimagesmedicales.fr"
LINK = f"https://{VI}/IHEInvokeImageDisplay?requestType=STUDY&studyUID={STUDY}&Accessionnumber=1.2.ACN-1&idCDA=1.2.3"
REPORT = make_report()


def with_pdf(pdf: bytes) -> bytes:
    return re.sub(rb'(<text [^>]*representation="B64"[^>]*>)[^<]*', rb"\g<1>" + base64.b64encode(pdf), REPORT)


@pytest.mark.parametrize(
    "pdf",
    [
        f"%PDF-1.4\n<< /S /URI /URI ({LINK}) >>".encode(),
        b"%PDF-1.5\n<< /Type /ObjStm >>\nstream\r\n" + zlib.compress(f"<< /URI ({LINK}) >>".encode()) + b"\nendstream",
    ],
    ids=["plain", "compressed"],
)
def test_a_link_in_the_pdf_is_found(pdf: bytes):
    assert read_liens(with_pdf(pdf)) == (LienVisionneuse(VI, STUDY),)


def test_a_link_in_the_xml_is_found_in_text_and_in_attributes():
    escaped = LINK.replace("&", "&amp;").encode()
    in_text = REPORT.replace(b"</title>", b" " + escaped + b"</title>")
    in_attribute = REPORT.replace(b"<languageCode", b'<languageCode displayName="' + escaped + b'"', 1)
    assert read_liens(in_text) == read_liens(in_attribute) == (LienVisionneuse(VI, STUDY),)


@pytest.mark.parametrize("prefix", ["/visionneuse", "/drimbox"])
def test_a_link_under_a_prefix_and_in_another_case_is_read(prefix: str):
    link = LINK.replace(VI, VI.upper() + prefix).replace("studyUID", "StudyUid")
    assert read_liens(with_pdf(link.encode())) == (LienVisionneuse(VI, STUDY),)


def test_a_word_written_right_after_the_link_is_no_part_of_the_study():
    url = b"https://vi1.1.x.fr/IHEInvokeImageDisplay?requestType=STUDY&studyUID=1.2.3"
    (lien,) = read_liens(with_pdf(url + b"Conclusion"))
    assert lien == LienVisionneuse("vi1.1.x.fr", "1.2.3")
    assert read_liens(with_pdf(url.replace(b"1.2.3", b"Conclusion"))) == ()


def test_a_link_with_more_fields_than_any_link_has_is_none_and_no_fault():
    # found by fuzzing
    assert read_liens(with_pdf(f"%PDF-1.4\n({LINK}{'&a=1' * 40})".encode())) == ()


def test_a_report_without_a_link_has_none():
    assert read_liens(REPORT) == ()


def test_a_link_is_judged_by_the_name_that_it_gives_to_this_study():
    ours, other = LienVisionneuse(VI, STUDY), LienVisionneuse("demodrim.labs.example", STUDY)
    assert verify_liens((other, ours), STUDY, VI) is None
    assert verify_liens((other,), STUDY, VI) is EcartLien.AUTRE_NOM
    assert verify_liens((LienVisionneuse(VI, "1.2.3"),), STUDY, VI) is EcartLien.ABSENT


def test_a_pdf_that_inflates_without_end_is_looked_through_up_to_a_limit():
    bomb = b"stream\n" + zlib.compress(b"\x00" * 50_000_000, 9)
    assert read_liens(with_pdf(bomb * 20), pdf=LimitesPdf(streams=5, inflated=10_000, total=30_000)) == ()


@pytest.mark.parametrize(
    "piece", [b"http://", b"http:////", b"https://a/", b"IHEInvokeImageDisplay?", b"http://a/IHEInvokeImageDisplay?", b"://"]
)
def test_what_imitates_a_link_a_million_times_costs_no_more_than_its_bytes(piece: bytes):
    # a search that tries again at every scheme takes hours here: the time limit of the suite is the judge
    noise = b"(" + piece * (3_000_000 // len(piece)) + b")"
    assert LienVisionneuse(VI, STUDY) in read_liens(with_pdf(LINK.encode() + noise))


def test_several_pdf_share_one_limit():
    bomb, part = b"stream\n" + zlib.compress(b"\x00" * 50_000_000, 9), b"stream\n" + zlib.compress(LINK.encode())
    text = re.search(rb"<text [^>]*representation=.B64.[^>]*>[^<]*</text>", with_pdf(bomb * 3))
    assert text is not None
    several = with_pdf(part).replace(b"<nonXMLBody>", b"<nonXMLBody>" + text[0], 1)
    assert several.count(b"B64") == 2
    assert read_liens(several, pdf=LimitesPdf(streams=4, inflated=10_000, total=20_000)) == ()
    assert read_liens(several, pdf=LimitesPdf(streams=4, inflated=10_000, total=60_000)) == (LienVisionneuse(VI, STUDY),)


@pytest.mark.donnees
def test_the_links_of_a_public_report_are_found_in_its_compressed_pdf(shared_data: Path):
    found = read_liens((shared_data / "cda" / "CR_Radio_CDAN1_v1.XML").read_bytes())
    assert {lien.host for lien in found} == {"localhost", "demodrim.labs.b-com.com"}
    assert {lien.study_uid for lien in found} == {"1.3.6.1.4.1.5962.99.1.3711725607.829148806.1687338938407.3.0"}


@given(st.binary(max_size=300))
def test_any_pdf_is_looked_through_without_a_surprise(noise: bytes):
    read_liens(with_pdf(b"stream\n" + noise + LINK.encode()[:40] + noise))
