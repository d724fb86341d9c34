# SPDX-FileCopyrightText: 2026 drimm contributors
# SPDX-License-Identifier: EUPL-1.2
"""Products of IGC-Santé as extensions: what each certificate may do.

The set of extensions is the one read in the agency's test certificates; object identifiers that mean a policy of the agency are
replaced by ones of the example arc 2.999, so that nothing of the banc can be taken for the agency's.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from enum import Enum
from ipaddress import ip_address

from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.x509.oid import AuthorityInformationAccessOID, ExtendedKeyUsageOID, NameOID, ObjectIdentifier

PRODUCT_TYPE = ObjectIdentifier("1.2.250.1.71.1.2.5")
"""Proprietary extension that every certificate of the agency carries."""
PRODUCT_TYPE_VALUE = bytes.fromhex("040183")
Extensions = Iterator[tuple[x509.ExtensionType, bool]]


@dataclass(frozen=True, slots=True)
class _Profile:
    policy: str
    digital_signature: bool
    non_repudiation: bool
    key_encipherment: bool
    usages: tuple[ObjectIdentifier, ...]


class Produit(Enum):
    """The products that a DRIMbox uses, and the market's."""

    SERV_SSL = _Profile("2.999.213.1.5", True, False, True, (ExtendedKeyUsageOID.SERVER_AUTH, ExtendedKeyUsageOID.CLIENT_AUTH))
    AUTH_CLI = _Profile("2.999.213.1.2", True, False, False, (ExtendedKeyUsageOID.CLIENT_AUTH,))
    SIGN = _Profile("2.999.213.1.1", True, True, False, (ExtendedKeyUsageOID.EMAIL_PROTECTION,))
    MARKET = _Profile("2.999.213.9.1", True, False, True, (ExtendedKeyUsageOID.SERVER_AUTH,))


@dataclass(frozen=True, slots=True)
class Published:
    """Where an authority publishes: short names of its CRL and certificate under one address."""

    url: str
    name: str

    @property
    def crl(self) -> str:
        """Address of the CRL."""
        return f"{self.url}/CRL/{self.name}.crl"

    @property
    def certificate(self) -> str:
        """Address of the authority's certificate."""
        return f"{self.url}/AC/{self.name}.cer"


def leaf_name(*, cn: str, ou: str, o: str, st: str) -> x509.Name:
    """Return the subject of a product, encoded in the agency's order: C, ST, O, OU, CN."""
    pairs = (
        (NameOID.COUNTRY_NAME, "FR"),
        (NameOID.STATE_OR_PROVINCE_NAME, st),
        (NameOID.ORGANIZATION_NAME, o),
        (NameOID.ORGANIZATIONAL_UNIT_NAME, ou),
        (NameOID.COMMON_NAME, cn),
    )
    return x509.Name([x509.NameAttribute(oid, value) for oid, value in pairs])


def authority_name(cn: str, organisation: str = "BANC-DRIMM") -> x509.Name:
    """Return the subject of an authority: C, O, two OU (the organisation's number, then the PKI's name) and CN."""
    units = (NameOID.ORGANIZATIONAL_UNIT_NAME, "0002 000000000"), (NameOID.ORGANIZATIONAL_UNIT_NAME, "BANC IGC")
    pairs = ((NameOID.COUNTRY_NAME, "FR"), (NameOID.ORGANIZATION_NAME, organisation), *units, (NameOID.COMMON_NAME, cn))
    return x509.Name([x509.NameAttribute(oid, value) for oid, value in pairs])


def authority_extensions(
    key: rsa.RSAPublicKey, *, path_length: int | None, issuer: rsa.RSAPublicKey, issued_at: Published | None
) -> Extensions:
    """Yield the extensions of an authority's certificate, with whether each is critical.

    Args:
        key: key of the authority.
        path_length: authorities allowed under this one; None for no limit.
        issuer: key of who signs; its own for a root.
        issued_at: where the issuer publishes its CRL; None for a root.
    """
    yield x509.BasicConstraints(ca=True, path_length=path_length), True
    yield _key_usage(key_cert_sign=True, crl_sign=True), True
    yield _policy("2.5.29.32.0"), False
    yield x509.SubjectKeyIdentifier.from_public_key(key), False
    yield x509.AuthorityKeyIdentifier.from_issuer_public_key(issuer), False
    if issued_at is not None:
        yield x509.CRLDistributionPoints([_point(issued_at.crl)]), False


def leaf_extensions(
    produit: Produit,
    key: rsa.RSAPublicKey,
    *,
    issuer: rsa.RSAPublicKey,
    issued_at: Published,
    validity: tuple[datetime, datetime],
    names: tuple[str, ...] = (),
    addresses: tuple[str, ...] = (),
) -> Extensions:
    """Yield the extensions of a product, with whether each is critical.

    Args:
        produit: which product.
        key: key of the holder.
        issuer: key of the authority.
        issued_at: where the authority publishes.
        validity: first and last instant of use of the private key.
        names: DNS names of the subjectAltName; none for AUTH_CLI and SIGN.
        addresses: IP addresses of the subjectAltName.
    """
    profile = produit.value
    yield x509.BasicConstraints(ca=False, path_length=None), False
    yield x509.SubjectKeyIdentifier.from_public_key(key), False
    yield x509.AuthorityKeyIdentifier.from_issuer_public_key(issuer), False
    usages = {"content_commitment": profile.non_repudiation, "key_encipherment": profile.key_encipherment}
    yield _key_usage(digital_signature=profile.digital_signature, **usages), True
    yield x509.ExtendedKeyUsage(profile.usages), False
    yield _policy(profile.policy, f"{issued_at.url}/PC"), False
    yield x509.CRLDistributionPoints([_point(issued_at.crl)]), False
    yield _access(issued_at), False
    if names or addresses:
        alternatives = [x509.DNSName(n) for n in names], [x509.IPAddress(ip_address(a)) for a in addresses]
        yield x509.SubjectAlternativeName([*alternatives[0], *alternatives[1]]), False
    if produit is not Produit.MARKET:
        first, last = (moment.astimezone(UTC).replace(tzinfo=None) for moment in validity)
        yield x509.PrivateKeyUsagePeriod(first, last), False
        yield x509.FreshestCRL([_point(issued_at.crl.replace(".crl", "-delta.crl"))]), False
        yield x509.UnrecognizedExtension(PRODUCT_TYPE, PRODUCT_TYPE_VALUE), False


def _key_usage(**given: bool) -> x509.KeyUsage:
    every = dict.fromkeys(
        ("digital_signature", "content_commitment", "key_encipherment", "data_encipherment", "key_agreement", "key_cert_sign", "crl_sign"),
        False,
    )
    return x509.KeyUsage(**{**every, **given}, encipher_only=False, decipher_only=False)


def _policy(oid: str, practices: str | None = None) -> x509.CertificatePolicies:
    return x509.CertificatePolicies([x509.PolicyInformation(ObjectIdentifier(oid), [practices] if practices else None)])


def _point(url: str) -> x509.DistributionPoint:
    return x509.DistributionPoint([x509.UniformResourceIdentifier(url)], None, None, None)


def _access(published: Published) -> x509.AuthorityInformationAccess:
    places = (
        (AuthorityInformationAccessOID.OCSP, f"{published.url}/ocsp"),
        (AuthorityInformationAccessOID.CA_ISSUERS, published.certificate),
    )
    return x509.AuthorityInformationAccess([x509.AccessDescription(oid, x509.UniformResourceIdentifier(url)) for oid, url in places])
