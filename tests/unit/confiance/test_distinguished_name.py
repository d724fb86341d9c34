# SPDX-FileCopyrightText: 2026 drimm contributors
# SPDX-License-Identifier: Apache-2.0
from __future__ import annotations

import pickle

import pytest
from cryptography import x509
from cryptography.x509.oid import NameOID
from hypothesis import given
from hypothesis import strategies as st

from banc.attaques.terrain import Terrain
from confiance.distinguished_name import DistinguishedName, DistinguishedNameError

OFFICIAL = "CN=db1.111.mesimagesmedicales.fr,OU=31598513500187,O=editeur,ST=Côte-d'Or (21),C=FR"
VALUES = st.text(min_size=1, max_size=20).filter(lambda text: text.strip() and not text.startswith("#"))
TYPES = st.sampled_from(["CN", "OU", "O", "ST", "C", "L", "1.2.3.4"])


def test_the_official_form_is_kept() -> None:
    dn = DistinguishedName.parse(OFFICIAL)
    assert str(dn) == OFFICIAL
    assert dn.get("ST") == "Côte-d'Or (21)"
    assert dn.get("cn") == "db1.111.mesimagesmedicales.fr"
    assert dn.get("L") is None


@pytest.mark.parametrize(
    "text",
    [
        "CN=db1.111.mesimagesmedicales.fr, OU=31598513500187, O=editeur, ST=Côte-d'Or (21), C=FR",
        "cn = DB1.111.mesimagesmedicales.fr ;ou=31598513500187;o=Editeur;S=Côte-d'Or  (21);c=fr",
        "2.5.4.3=db1.111.mesimagesmedicales.fr,OU=31598513500187,O=editeur,ST=C\\C3\\B4te-d'Or (21),C=FR",
        'CN="db1.111.mesimagesmedicales.fr",OU=31598513500187,O=editeur,ST=Côte-d\'Or (21),C=FR'.replace("\\", ""),
    ],
)
def test_other_writings_of_the_same_name_are_equal(text: str) -> None:
    assert DistinguishedName.parse(text) == DistinguishedName.parse(OFFICIAL)
    assert hash(DistinguishedName.parse(text)) == hash(DistinguishedName.parse(OFFICIAL))
    assert DistinguishedName.parse(text).canonical == DistinguishedName.parse(OFFICIAL).canonical


@pytest.mark.parametrize(
    "text",
    [
        "CN=db1.111.mesimagesmedicales.fr,OU=31598513500187,O=editeur,C=FR",
        "OU=31598513500187,CN=db1.111.mesimagesmedicales.fr,O=editeur,ST=Côte-d'Or (21),C=FR",
        "CN=db1.111.mesimagesmedicales.fr,OU=31598513500187,O=editeur,ST=Cote-d'Or (21),C=FR",
        "CN=db1.111.mesimagesmedicales.fr\\,OU\\=31598513500187,O=editeur,ST=Côte-d'Or (21),C=FR",
        "CN=db1.111.mesimagesmedicales.fr+OU=31598513500187,O=editeur,ST=Côte-d'Or (21),C=FR",
    ],
)
def test_another_name_is_not_equal(text: str) -> None:
    assert DistinguishedName.parse(text) != DistinguishedName.parse(OFFICIAL)
    assert DistinguishedName.parse(text).canonical != DistinguishedName.parse(OFFICIAL).canonical


@pytest.mark.parametrize(
    "text",
    [
        "",
        "CN",
        "CN=",
        "CN= ,C=FR",
        "=x",
        "CN=a,",
        "CN=a,,C=FR",
        "CN=#0402",
        "CN=a\\",
        "CN=a\\z",
        "CN=\\FF",
        'CN="a',
        "CN=a<b",
        'CN="a"b',
        "C" * 5000,
    ],
)
def test_malformed_text_is_refused(text: str) -> None:
    with pytest.raises(DistinguishedNameError):
        DistinguishedName.parse(text)


def test_an_escaped_final_space_is_kept() -> None:
    dn = DistinguishedName.parse("CN=a\\ ,C=FR")
    assert dn.get("CN") == "a "
    assert str(dn) == "CN=a\\ ,C=FR"


def test_the_subject_of_a_certificate_reads_as_its_text(terrain: Terrain) -> None:
    dn = DistinguishedName.from_certificate(terrain.key.certificate)
    assert str(dn) == "CN=Liste Blanche DRIM-M,OU=318751275100020,O=AGENCE DU BANC,ST=Paris (75),C=FR"
    assert str(dn) == terrain.key.certificate.subject.rfc4514_string()
    assert DistinguishedName.parse(str(dn)) == dn


def test_a_multivalued_relative_name_has_no_order() -> None:
    assert DistinguishedName.parse("CN=a+OU=b,C=FR") == DistinguishedName.parse("OU=b+CN=a,C=FR")
    assert str(DistinguishedName.parse("CN=a+OU=b,C=FR")) == "CN=a+OU=b,C=FR"


def test_a_binary_value_equals_no_text() -> None:
    name = x509.Name([x509.NameAttribute(NameOID.X500_UNIQUE_IDENTIFIER, b"\x00ab", _type=x509.name._ASN1Type.BitString)])
    assert DistinguishedName.from_name(name).get("2.5.4.45") == "#006162"


def test_a_value_that_looks_encoded_is_escaped() -> None:
    dn = DistinguishedName([[("CN", "#04")]])
    assert str(dn) == "CN=\\#04"
    assert DistinguishedName.parse(str(dn)) == dn


def test_an_empty_name_is_refused() -> None:
    with pytest.raises(DistinguishedNameError):
        DistinguishedName.from_name(x509.Name([]))


def test_a_name_cannot_be_changed_and_survives_pickling() -> None:
    dn = DistinguishedName.parse(OFFICIAL)
    with pytest.raises(AttributeError):
        dn.other = 1
    with pytest.raises(AttributeError):
        del dn._rdns
    assert pickle.loads(pickle.dumps(dn)) == dn
    assert dn != OFFICIAL
    assert repr(dn) == f"DistinguishedName({OFFICIAL!r})"
    assert dn.rdns[-1] == (("C", "FR"),)


@given(st.lists(st.lists(st.tuples(TYPES, VALUES), min_size=1, max_size=2), min_size=1, max_size=5))
def test_writing_then_reading_gives_the_same_name(rdns: list[list[tuple[str, str]]]) -> None:
    dn = DistinguishedName(rdns)
    again = DistinguishedName.parse(str(dn))
    assert again == dn
    assert str(DistinguishedName.parse(str(again))) == str(again)


NAMES = st.lists(st.lists(st.tuples(TYPES, st.sampled_from("aAé,+=")), min_size=1, max_size=2), min_size=1, max_size=2).map(
    DistinguishedName
)


@given(NAMES, NAMES)
def test_names_are_equal_exactly_when_their_canonical_texts_are(first: DistinguishedName, second: DistinguishedName) -> None:
    assert (first == second) == (first.canonical == second.canonical)


@given(st.text(alphabet='CNOU=,+;\\"# <>aé1.', max_size=40))
def test_any_text_gives_a_name_or_a_refusal(text: str) -> None:
    try:
        dn = DistinguishedName.parse(text)
    except DistinguishedNameError:
        return
    assert dn.rdns
