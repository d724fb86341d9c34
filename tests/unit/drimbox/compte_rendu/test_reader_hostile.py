# SPDX-FileCopyrightText: 2026 drimm contributors
# SPDX-License-Identifier: EUPL-1.2
"""Whatever the bytes, the reader answers with one of its own errors, and soon."""

from __future__ import annotations

from contextlib import suppress

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from banc.jeux import make_report
from drimbox.source.compte_rendu.document import MAX_TEXT, LimitesCda
from drimbox.source.compte_rendu.errors import CompteRenduIllisible, CompteRenduTropGros, DoctypeRefuse, PlusieursPatients
from drimbox.source.compte_rendu.reader import read_cda

REPORT = make_report()


def test_a_doctype_is_refused():
    with pytest.raises(DoctypeRefuse):
        read_cda(REPORT.replace(b"<ClinicalDocument", b"<!DOCTYPE ClinicalDocument><ClinicalDocument", 1))


def test_an_external_entity_is_refused_unread(tmp_path):
    secret = tmp_path / "secret"
    secret.write_text("SECRET")
    attack = (
        f'<!DOCTYPE x [<!ENTITY e SYSTEM "file://{secret}">]><ClinicalDocument xmlns="urn:hl7-org:v3"><title>&e;</title></ClinicalDocument>'
    )
    with pytest.raises(DoctypeRefuse):
        read_cda(attack.encode())


def test_nested_entities_are_refused():
    bomb = '<!DOCTYPE x [<!ENTITY a "aaaaaaaaaa">' + "".join(f'<!ENTITY a{n} "{"&a;" * 10}">' for n in range(9)) + "]>"
    with pytest.raises(CompteRenduIllisible):
        read_cda((bomb + '<ClinicalDocument xmlns="urn:hl7-org:v3">&a8;</ClinicalDocument>').encode())


def test_a_report_beyond_the_size_limit_is_refused():
    with pytest.raises(CompteRenduTropGros):
        read_cda(REPORT, limites=LimitesCda(octets=len(REPORT) - 1))


@pytest.mark.parametrize("depth", [100, 10_000])
def test_elements_nested_without_end_are_refused(depth):
    deep = b'<ClinicalDocument xmlns="urn:hl7-org:v3">' + b"<a>" * depth + b"</a>" * depth + b"</ClinicalDocument>"
    with pytest.raises(CompteRenduIllisible):
        read_cda(deep)


@pytest.mark.parametrize(
    "data", [b"", b"   ", b"not xml", b"<a/>", b"\x00" * 64, b'<ClinicalDocument xmlns="other"/>', b"{{CDA}}", b"%PDF-1.4"]
)
def test_what_is_no_cda_is_refused(data):
    with pytest.raises(CompteRenduIllisible):
        read_cda(data)


@pytest.mark.parametrize("tag", [b"recordTarget", b"patientRole", b"patient"])
def test_a_report_of_two_patients_is_refused(tag):
    end = b"</" + tag + b">"
    whole = REPORT[REPORT.index(b"<" + tag + b">") : REPORT.index(end) + len(end)]
    with pytest.raises(PlusieursPatients):
        read_cda(REPORT.replace(whole, whole + whole.replace(b"PAT-BANC", b"PAT-AUTRE"), 1))


def test_windows_text_under_no_declared_encoding_is_read():
    text = REPORT.decode().split("?>", 1)[1].replace("Centre d'imagerie du banc</name>", "Imagerie de l’Étang</name>")
    structure = read_cda(text.encode("cp1252")).structure
    assert structure is not None
    assert structure.nom == "Imagerie de l’Étang"


@given(data=st.binary(max_size=512))
def test_arbitrary_bytes_never_leak_another_error(data):
    with pytest.raises(CompteRenduIllisible):
        read_cda(data)


@settings(deadline=None)
@given(position=st.integers(0, len(REPORT) - 1), noise=st.binary(max_size=8), cut=st.integers(0, 40))
def test_a_damaged_report_is_read_or_refused(position, noise, cut):
    damaged = REPORT[:position] + noise + REPORT[position + cut :]
    with suppress(CompteRenduIllisible):
        assert read_cda(damaged).examens


def test_a_joined_document_beyond_what_is_read_is_refused_by_its_size():
    report = REPORT.replace(b"</ClinicalDocument>", b"<text>" + b"A" * (MAX_TEXT + 1) + b"</text></ClinicalDocument>")
    with pytest.raises(CompteRenduTropGros, match="10 Mo"):
        read_cda(report)
