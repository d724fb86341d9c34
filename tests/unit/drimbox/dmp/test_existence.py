# SPDX-FileCopyrightText: 2026 drimm contributors
# SPDX-License-Identifier: EUPL-1.2
"""The existence test (TD 0.2): what is asked, and every answer that may come."""

from __future__ import annotations

import contextlib

import pytest
from hypothesis import given
from hypothesis import strategies as st
from lxml import etree

from confiance.errors import DrimmError
from drimbox.socle.dmp.errors import DmpRefuse, DmpReponseInvalide
from drimbox.socle.dmp.existence import HL7, Existence, read_existence, write_existence
from drimbox.socle.dmp.soap import Reponse
from tests.unit.drimbox.dmp.samples import INS, NOW

V3 = {"h": HL7}
CODES = ["OK", "NF", "AE", "QE", "", "VALIDE", "INTERDIT", "AUTORISATION"]


def answer(code: str, authorisation: str = "", tag: str = "PRPA_IN201308UV02") -> Reponse:
    told = f'<value code="AUTORISATION"/><value code="{authorisation}"/>' if authorisation else ""
    text = (
        f'<{tag} xmlns="{HL7}"><controlActProcess>{told}<queryAck><queryResponseCode code="{code}"/></queryAck></controlActProcess></{tag}>'
    )
    return Reponse("", "", etree.fromstring(text), None)


def test_the_question_names_the_patient_and_the_reason() -> None:
    request = etree.fromstring(write_existence(INS, "2.999.1", NOW))
    value = request.find(".//h:patientIdentifier/h:value", V3)
    assert value is not None
    assert (value.get("extension"), value.get("root")) == (INS.value, INS.oid)
    assert request.xpath("string(//h:reasonCode/@code)", namespaces=V3) == "TEST_EXST"
    assert request.xpath("string(//h:receiver//h:id/@root)", namespaces=V3) == "1.2.250.1.213.4.1.1.1"


def test_two_questions_never_share_an_identifier() -> None:
    one, two = (write_existence(INS, "2.999.1", NOW) for _ in range(2))
    assert one != two


@pytest.mark.parametrize(
    ("reponse", "expected"),
    [
        (answer("OK", "VALIDE"), Existence(existe=True, autorise=True)),
        (answer("OK", "INTERDIT"), Existence(existe=True, autorise=False)),
        (answer("OK"), Existence(existe=True, autorise=None)),
        (answer("NF"), Existence(existe=False, autorise=None)),
    ],
)
def test_each_answer_has_its_meaning(reponse: Reponse, expected: Existence) -> None:
    assert read_existence(reponse) == expected


def test_a_question_that_the_dmp_could_not_take_is_a_refusal() -> None:
    with pytest.raises(DmpRefuse) as caught:
        read_existence(answer("AE"))
    assert caught.value.codes == ("hl7.AE",)


def test_another_message_is_no_answer() -> None:
    with pytest.raises(DmpReponseInvalide):
        read_existence(answer("OK", tag="PRPA_IN201306UV02"))


@given(
    st.recursive(
        st.sampled_from(CODES).map(lambda code: f'<code code="{code}"/>'),
        lambda inner: st.lists(inner, max_size=4).map(lambda parts: f"<queryAck>{''.join(parts)}</queryAck>"),
    )
)
def test_any_answer_is_read_or_refused_by_our_own_error(inside: str) -> None:
    body = etree.fromstring(f'<PRPA_IN201308UV02 xmlns="{HL7}">{inside}</PRPA_IN201308UV02>')
    with contextlib.suppress(DrimmError):
        assert isinstance(read_existence(Reponse("", "", body, None)), Existence)
