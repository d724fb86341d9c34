# SPDX-FileCopyrightText: 2026 drimm contributors
# SPDX-License-Identifier: Apache-2.0
from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from lxml import etree

from banc.attaques import autorite
from banc.attaques.terrain import GENERATION, NOW, SIGNING_TIME, Terrain, domaine
from confiance.liste_blanche import (
    Brouillon,
    BrouillonInvalide,
    Domaine,
    Shape,
    SignatureHorsValidite,
    SigningKey,
    SigningKeyError,
    read_unverified,
    sign,
    verify,
)

XML_TEXT = st.text(alphabet=st.characters(exclude_categories=["Cs"], exclude_characters="\ufffe\uffff", min_codepoint=32), max_size=60)
TEXT = st.one_of(XML_TEXT, st.sampled_from(["", "a\rb", "a\r\nb\tc\n", "&amp;", "]]>", "<b>", "'\"", "\u2028"]))
NAIVE = datetime(2026, 10, 1)  # noqa: DTZ001  # the fault under test
DATES = st.datetimes(min_value=NAIVE.replace(year=2000), max_value=NAIVE, timezones=st.just(UTC)).map(
    lambda value: value.replace(microsecond=0)
)
DOMAINES = st.builds(Domaine, TEXT, TEXT, TEXT, TEXT, TEXT, TEXT, DATES)


def _pem(terrain: Terrain, label: str = "signer") -> tuple[bytes, bytes, list[bytes]]:
    key = autorite.key(label).private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    return terrain.key.certificate.public_bytes(Encoding.PEM), key, [c.public_bytes(Encoding.PEM) for c in terrain.key.chain]


@pytest.mark.parametrize("shape", list(Shape))
def test_the_same_input_gives_the_same_bytes(terrain: Terrain, shape: Shape) -> None:
    first = sign(terrain.brouillon, terrain.key, signing_time=SIGNING_TIME, shape=shape)
    assert first == sign(terrain.brouillon, terrain.key, signing_time=SIGNING_TIME, shape=shape)
    assert first != sign(terrain.brouillon, terrain.key, signing_time=SIGNING_TIME + timedelta(seconds=1), shape=shape)


def test_the_file_has_the_shape_the_agency_publishes(terrain: Terrain) -> None:
    assert terrain.data.startswith(b'<?xml version="1.0" encoding="UTF-8" standalone="no"?><ListeBlancheDRIM-M xmlns=')
    assert terrain.data.endswith(b"</ds:Signature></ListeBlancheDRIM-M>")
    root = etree.fromstring(terrain.data)
    assert [etree.QName(child).localname for child in root] == ["DateDeGeneration", "ListeDomaines", "Signature"]
    assert len(root.findall(".//{*}X509Certificate")) == 3
    assert root.findtext(".//{*}MimeType") == "text/xml"
    reference = root.find(".//{*}Reference")
    assert reference is not None
    assert reference.get("URI") == ""
    assert root[2].get("Id", "").startswith("id-")


@settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(rows=st.lists(DOMAINES, max_size=3), generation=DATES, shape=st.sampled_from(list(Shape)))
def test_whatever_is_written_is_read_back_the_same(terrain: Terrain, rows: list[Domaine], generation: datetime, shape: Shape) -> None:
    draft = Brouillon(tuple(rows), generation)
    data = sign(draft, terrain.key, signing_time=SIGNING_TIME, shape=shape)
    liste = verify(data, terrain.policy, at=NOW)
    assert (liste.domaines, liste.date_generation) == (draft.domaines, generation)
    assert read_unverified(data) == draft


@pytest.mark.parametrize(
    "changes",
    [
        {"denomination": "a\0b"},
        {"denomination": "\ud800"},
        {"support_contact": "\ufffe"},
        {"db": "x" * 1025},
        {"date_maj": NAIVE},
    ],
)
def test_a_value_the_format_cannot_hold_is_refused(terrain: Terrain, changes: dict[str, object]) -> None:
    draft = replace(terrain.brouillon, domaines=(replace(domaine(1), **changes),))
    with pytest.raises(BrouillonInvalide):
        sign(draft, terrain.key, signing_time=SIGNING_TIME)


@pytest.mark.parametrize(
    "changes",
    [
        {"version_format": ""},
        {"version_format": "1" * 51},
        {"version_format": '1"'},
        {"namespace": ""},
        {"date_generation": NAIVE},
    ],
)
def test_a_head_the_format_cannot_hold_is_refused(terrain: Terrain, changes: dict[str, object]) -> None:
    with pytest.raises(BrouillonInvalide):
        sign(replace(terrain.brouillon, **changes), terrain.key, signing_time=SIGNING_TIME)


def test_a_signing_time_no_reader_would_accept_is_refused(terrain: Terrain) -> None:
    with pytest.raises(SignatureHorsValidite):
        sign(terrain.brouillon, terrain.key, signing_time=NOW + 10 * autorite.YEAR)
    with pytest.raises(BrouillonInvalide):
        sign(terrain.brouillon, terrain.key, signing_time=NAIVE)


def test_a_key_from_pem_signs_the_same_bytes(terrain: Terrain) -> None:
    certificate, key, chain = _pem(terrain)
    for given_chain in (chain, b"".join(chain)):
        loaded = SigningKey.from_pem(certificate, key, given_chain)
        assert sign(terrain.brouillon, loaded, signing_time=SIGNING_TIME) == terrain.data
    assert SigningKey.from_pem(certificate + b"".join(chain), key).chain == terrain.key.chain
    assert SigningKey.from_pem(certificate, key, [b"\n"]).chain == ()


def test_a_key_that_is_not_the_certificates_is_refused(terrain: Terrain) -> None:
    certificate, _, _ = _pem(terrain)
    with pytest.raises(SigningKeyError):
        SigningKey.from_pem(certificate, _pem(terrain, "other")[1])


def test_an_unusable_key_is_refused(terrain: Terrain) -> None:
    certificate, key, _ = _pem(terrain)
    elliptic = ec.generate_private_key(ec.SECP256R1())
    pem = elliptic.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    for wrong in ((b"", key), (certificate, b"rien"), (certificate, pem)):
        with pytest.raises(SigningKeyError):
            SigningKey.from_pem(*wrong)
    with pytest.raises(SigningKeyError):
        SigningKey.from_pem(certificate, key, password=b"inutile")


def test_a_certificate_without_rsa_key_is_refused(terrain: Terrain) -> None:
    wish = autorite.Wish(autorite.ca_name("EC"), ec.generate_private_key(ec.SECP256R1()).public_key(), GENERATION, NOW)  # type: ignore[arg-type]
    certificate = autorite.issue(wish, terrain.ca.name, terrain.ca.key)
    with pytest.raises(SigningKeyError):
        SigningKey(certificate, (), terrain.key.rsa_sha256).check()


def test_a_draft_is_read_without_its_signature_and_without_trust(terrain: Terrain) -> None:
    assert read_unverified(terrain.body) == terrain.brouillon
    assert read_unverified(terrain.data.replace(b"<ds:Signature ", b"<ds:Signature x='1' ")) == terrain.brouillon
