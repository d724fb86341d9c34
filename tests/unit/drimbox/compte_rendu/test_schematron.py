# SPDX-FileCopyrightText: 2026 drimm contributors
# SPDX-License-Identifier: EUPL-1.2
"""What a schematron says of a report: rules of our own that show each form, then the public one on the public reports."""

from __future__ import annotations

from pathlib import Path
from xml.sax.saxutils import quoteattr

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from banc.jeux import make_report
from drimbox.source.compte_rendu.controle import MOST
from drimbox.source.compte_rendu.errors import CompteRenduIllisible
from drimbox.source.compte_rendu.schematron import apply_schematron

REPORT = make_report()
HEAD = '<schema xmlns="http://purl.oclc.org/dsdl/schematron" {}><ns prefix="cda" uri="urn:hl7-org:v3"/>'


@pytest.fixture
def write(tmp_path: Path):
    def write(body: str, attributes: str = "", name: str = "regles.sch") -> Path:
        path = tmp_path / name
        path.write_text(HEAD.format(attributes) + body + "</schema>", encoding="utf-8")
        return path

    return write


def texts(path: Path, report: bytes = REPORT) -> list[str]:
    return [ecart.texte for ecart in apply_schematron(report, path).ecarts]


def rule(tests: str, context: str = "cda:ClinicalDocument") -> str:
    return f'<pattern id="p"><rule context="{context}">{tests}</rule></pattern>'


def test_an_assertion_that_does_not_hold_and_a_report_that_does_are_told_with_their_line(write) -> None:
    body = rule(
        '<assert test="cda:languageCode">held</assert><assert test="cda:nothing">absent</assert>'
        '<report test="cda:nothing">not so</report><report test="cda:id">said of <name/> <value-of select="cda:realmCode/@code"/></report>'
    )
    found = apply_schematron(REPORT, write(body))
    assert [ecart.texte for ecart in found.ecarts] == ["absent", "said of ClinicalDocument FR"]
    assert all(ecart.ligne > 0 for ecart in found.ecarts)
    assert (found.impossible, found.non_verifies) == ("", 0)


def test_a_node_is_taken_by_the_first_rule_of_a_pattern_that_names_it(write) -> None:
    body = (
        '<pattern><rule context="cda:id | cda:code"><assert test="false()">first</assert></rule>'
        '<rule context="cda:ClinicalDocument/cda:id"><assert test="false()">never</assert></rule></pattern>'
    )
    assert set(texts(write(body))) == {"first"}


def test_a_bar_in_a_predicate_is_no_alternative(write) -> None:
    assert texts(write(rule('<assert test="false()">one</assert>', "cda:ClinicalDocument[cda:id | cda:code]"))) == ["one"]


def test_an_abstract_pattern_is_made_concrete_with_its_parameters_and_reads_its_value_set(write, tmp_path: Path) -> None:
    (tmp_path / "valeurs.xml").write_text('<v xmlns="urn:v"><c code="N"/></v>', encoding="utf-8")
    body = """<ns prefix="v" uri="urn:v"/><let name="file" value="'valeurs.xml'"/>
        <pattern abstract="true" id="in"><rule context="$where"><let name="code" value="@code"/>
        <assert test="document($path)//v:c[@code=$code]"><value-of select="$code"/> is not in <value-of select="'$label'"/></assert>
        </rule></pattern>
        <pattern is-a="in"><param name="where" value="cda:confidentialityCode"/>
        <param name="path" value="$file"/><param name="label" value="L"/></pattern>"""
    assert texts(write(body)) == []
    assert texts(write(body), REPORT.replace(b'<confidentialityCode code="N"', b'<confidentialityCode code="Z"')) == ["Z is not in L"]


def test_only_the_patterns_of_the_default_phase_are_applied(write) -> None:
    patterns = "".join(
        f'<pattern id="{name}"><rule context="/*"><assert test="false()">{name}</assert></rule></pattern>' for name in ("a", "b")
    )
    assert texts(write('<phase id="x"><active pattern="b"/></phase>' + patterns, 'defaultPhase="x"')) == ["b"]


@pytest.mark.parametrize("test", ["matches(@code, '^a')", "$unknown", "document('absent.xml')//x", "document('http://127.0.0.1/x')"])
def test_what_cannot_be_evaluated_here_is_counted_and_never_held_against_the_report(test: str, write) -> None:
    found = apply_schematron(REPORT, write(rule(f'<assert test="{test}">never</assert>')))
    assert (found.ecarts, found.non_verifies) == ((), 1)


def test_what_there_was_no_time_for_is_counted(write) -> None:
    found = apply_schematron(REPORT, write(rule('<assert test="false()">late</assert>')), seconds=-1)
    assert (found.ecarts, found.non_verifies) == ((), 1)


def test_no_more_than_thirty_are_shown(write) -> None:
    assert len(texts(write(rule('<assert test="false()">many</assert>', "cda:*")))) == MOST


@pytest.mark.parametrize(
    "content",
    [
        "no xml",
        "<other/>",
        HEAD.format("") + '<include href="absent.sch"/></schema>',
        HEAD.format("") + '<include href="regles.sch"/></schema>',
        HEAD.format("") + '<pattern is-a="unknown"/></schema>',
    ],
    ids=["no XML", "another document", "a missing include", "an endless include", "no such abstract pattern"],
)
def test_a_schematron_that_cannot_be_read_is_said_and_stops_nothing(content: str, tmp_path: Path) -> None:
    path = tmp_path / "regles.sch"
    path.write_text(content, encoding="utf-8")
    found = apply_schematron(REPORT, path)
    assert found.ecarts == ()
    assert "controle_cda.schematron" in found.impossible
    assert "controle_cda.schematron" in apply_schematron(REPORT, tmp_path / "absent.sch").impossible


def test_what_is_no_report_is_refused_as_elsewhere(write) -> None:
    with pytest.raises(CompteRenduIllisible):
        apply_schematron(b"<x/>", write(""))


@given(context=st.text(max_size=40), test=st.text(max_size=40))
@settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_any_expression_is_evaluated_or_counted(context: str, test: str, write) -> None:
    printable = ["".join(char for char in text if char.isprintable()) for text in (context, test)]
    body = f"<pattern><rule context={quoteattr(printable[0])}><assert test={quoteattr(printable[1])}>x</assert></rule></pattern>"
    apply_schematron(REPORT, write(body))


@pytest.mark.donnees
def test_the_public_schematron_tells_reports_of_its_model_from_others(shared_data: Path) -> None:
    path = shared_data / "cda" / "schematrons" / "CI-SIS_IMG-CR-IMG_2024.01.sch"
    model = apply_schematron((shared_data / "cda" / "IMG_CR_IMG_2024.01.xml").read_bytes(), path)
    assert (model.ecarts, model.impossible) == ((), "")
    for name in ("CR_Radio_CDAN1_v1.XML", "DOC00002.xml"):
        other = apply_schematron((shared_data / "cda" / name).read_bytes(), path)
        assert any("1.2.250.1.213.1.1.1.45" in ecart.texte for ecart in other.ecarts)
        assert other.non_verifies == 0


@pytest.mark.parametrize(
    ("expression", "file"),
    [
        ("document(@absent)", None),
        ("document(42)", None),
        ("document('valeurs.xml')", b"<cut"),
        ("document('valeurs.xml')", b"\xff\xfe"),
        ("document(concat('v', '&#x9;', '../../..'))", None),
        ("re:test('a', '(')", None),
    ],
    ids=["named by nothing", "named by a number", "cut file", "no XML", "a folder", "broken pattern"],
)
def test_an_expression_that_its_own_files_or_words_break_is_told_as_not_checked(
    write, tmp_path: Path, expression: str, file: bytes | None
) -> None:
    if file is not None:
        (tmp_path / "valeurs.xml").write_bytes(file)
    namespace = '<ns prefix="re" uri="http://exslt.org/regular-expressions"/>'
    body = namespace + rule(f'<assert test="count({expression}) = 1">broken</assert><assert test="false()">other</assert>')
    found = apply_schematron(REPORT, write(body.replace("count(re:test('a', '('))", "re:test('a', '(')")))
    assert "other" in [ecart.texte for ecart in found.ecarts]
    assert found.impossible == ""
