# SPDX-FileCopyrightText: 2026 drimm contributors
# SPDX-License-Identifier: Apache-2.0
"""CRLs under their authority: which one may take the place of which."""

from __future__ import annotations

import dataclasses
from datetime import UTC, datetime, timedelta

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.x509.oid import NameOID

from confiance.certificates.crl import BaseCrl, CrlRefused, check_successor, is_authority, read_crl

NOW = datetime(2026, 11, 22, 12, tzinfo=UTC)
DAY = timedelta(days=1)
KEY = rsa.generate_private_key(65537, 2048)
NAME = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "AC")])


def authority(key: rsa.RSAPrivateKey | ec.EllipticCurvePrivateKey = KEY, *, crl_sign: bool = True) -> x509.Certificate:
    usage = x509.KeyUsage(False, False, False, False, False, True, crl_sign, False, False)
    builder = x509.CertificateBuilder(NAME, NAME, key.public_key(), 1, NOW - DAY, NOW + 365 * DAY)
    return builder.add_extension(usage, True).add_extension(x509.BasicConstraints(True, 0), True).sign(key, hashes.SHA256())


def made(at: datetime = NOW, number: int | None = None, *extensions: x509.ExtensionType) -> x509.CertificateRevocationList:
    builder = x509.CertificateRevocationListBuilder(NAME, at, at + DAY)
    if number is not None:
        builder = builder.add_extension(x509.CRLNumber(number), False)
    for extension in extensions:
        builder = builder.add_extension(extension, True)
    return builder.sign(KEY, hashes.SHA256())


def read(at: datetime = NOW, number: int | None = None) -> BaseCrl:
    found = read_crl(made(at, number), authority())
    assert found is not None
    return found


def test_a_crl_is_read_under_the_authority_that_signed_it_and_no_other() -> None:
    other = rsa.generate_private_key(65537, 2048)
    assert read().scope == ""
    assert read_crl(made(), authority(other)) is None
    assert read_crl(made(), authority(crl_sign=False)) is None


def test_an_authority_of_elliptic_curve_signs_crls_too() -> None:
    key = ec.generate_private_key(ec.SECP256R1())
    crl = x509.CertificateRevocationListBuilder(NAME, NOW, NOW + DAY).sign(key, hashes.SHA256())
    assert read_crl(crl, authority(key)) is not None


def test_a_delta_or_a_partial_crl_is_not_read() -> None:
    partial = x509.IssuingDistributionPoint(None, None, False, False, frozenset({x509.ReasonFlags.key_compromise}), False, False)
    assert read_crl(made(NOW, 2, x509.DeltaCRLIndicator(1)), authority()) is None
    assert read_crl(made(NOW, 2, partial), authority()) is None


def test_two_scopes_are_two_places() -> None:
    leaves = x509.IssuingDistributionPoint(None, None, True, False, None, False, False)
    found = read_crl(made(NOW, 1, leaves), authority())
    assert found is not None
    assert (found.for_leaves, found.for_authorities, found.scope == read().scope) == (True, False, False)


def point(*names: str) -> x509.IssuingDistributionPoint:
    return x509.IssuingDistributionPoint([x509.UniformResourceIdentifier(name) for name in names], None, False, False, None, False, False)


def leaf(*points: x509.DistributionPoint) -> x509.Certificate:
    builder = x509.CertificateBuilder(NAME, NAME, KEY.public_key(), 77, NOW - DAY, NOW + DAY)
    if points:
        builder = builder.add_extension(x509.CRLDistributionPoints(points), False)
    return builder.sign(KEY, hashes.SHA256())


def at_uri(*uris: str, reasons: frozenset[x509.ReasonFlags] | None = None) -> x509.DistributionPoint:
    return x509.DistributionPoint([x509.UniformResourceIdentifier(uri) for uri in uris], None, reasons, None)


@pytest.mark.parametrize(
    ("certificate", "covered"),
    [
        (leaf(at_uri("http://crl/part1.crl")), True),
        (leaf(at_uri("ldap://crl/part1", "http://crl/part1.crl")), True),
        (leaf(at_uri("http://crl/part2.crl"), at_uri("http://crl/part1.crl")), True),
        (leaf(at_uri("http://crl/part2.crl")), False),
        (leaf(at_uri("http://crl/part1.crl", reasons=frozenset({x509.ReasonFlags.key_compromise}))), False),
        (leaf(), False),
    ],
    ids=["its part", "its part by another name too", "one of its two parts", "another part", "its part for one reason", "no part said"],
)
def test_a_crl_of_one_part_covers_only_the_certificates_that_name_that_part(certificate: x509.Certificate, covered: bool) -> None:
    found = read_crl(made(NOW, 1, point("http://crl/part1.crl")), authority())
    assert found is not None
    assert found.speaks_of(certificate)
    assert found.covers(certificate) is covered
    assert read().covers(certificate)


def test_a_part_named_relatively_to_its_issuer_covers_the_certificates_that_name_it_so() -> None:
    relative = x509.RelativeDistinguishedName([x509.NameAttribute(NameOID.COMMON_NAME, "part1")])
    scope = x509.IssuingDistributionPoint(None, relative, False, False, None, False, False)
    found = read_crl(made(NOW, 1, scope), authority())
    assert found is not None
    assert found.covers(leaf(x509.DistributionPoint(None, relative, None, None)))
    assert not found.covers(leaf(at_uri("http://crl/part1.crl")))


@pytest.mark.parametrize(
    ("held", "new", "good"),
    [
        ((NOW, 1), (NOW + DAY, 2), True),
        ((NOW, None), (NOW + DAY, None), True),
        ((NOW, 5), (NOW + DAY, None), True),
        ((NOW, 1), (NOW, 1), True),
        ((NOW, 2), (NOW + DAY, 1), False),
        ((NOW, 1), (NOW - DAY, 2), False),
        ((NOW, None), (NOW - DAY, None), False),
    ],
)
def test_neither_the_number_nor_the_date_of_a_crl_goes_back(
    held: tuple[datetime, int | None], new: tuple[datetime, int | None], good: bool
) -> None:
    if good:
        check_successor(read(*new), read(*held))
    else:
        with pytest.raises(CrlRefused):
            check_successor(read(*new), read(*held))


def test_a_crl_clears_between_its_two_dates_only() -> None:
    crl = read()
    assert [crl.is_fresh(NOW + shift) for shift in (-timedelta(seconds=1), timedelta(0), DAY, DAY + timedelta(seconds=1))] == [
        False, True, True, False,
    ]  # fmt: skip


def test_an_authority_says_that_it_is_one() -> None:
    assert is_authority(authority())


def test_a_crl_without_number_says_none_and_one_without_next_update_clears_nobody() -> None:
    unnumbered = read()
    assert unnumbered.number is None
    assert read(number=7).number == 7
    assert unnumbered.is_fresh(NOW)
    assert not unnumbered.is_fresh(NOW + 2 * DAY)
    assert not dataclasses.replace(unnumbered, crl=_Endless()).is_fresh(NOW)  # type: ignore[arg-type] # what nobody here can sign: a CRL without nextUpdate


def test_a_crl_names_the_key_of_its_authority_not_only_its_name() -> None:
    other = rsa.generate_private_key(65537, 2048)
    assert read().authority_spki == read(number=3).authority_spki
    assert read().authority_spki != dataclasses.replace(read(), authority=authority(other)).authority_spki


def test_a_certificate_that_says_nothing_of_its_kind_is_no_authority() -> None:
    plain = x509.CertificateBuilder(NAME, NAME, KEY.public_key(), 1, NOW - DAY, NOW + DAY).sign(KEY, hashes.SHA256())
    assert not is_authority(plain)
    assert is_authority(authority())


class _Endless:
    last_update_utc = NOW
    next_update_utc = None
