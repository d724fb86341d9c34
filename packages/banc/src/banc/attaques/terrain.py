# SPDX-FileCopyrightText: 2026 drimm contributors
# SPDX-License-Identifier: EUPL-1.2
"""The ground of the attacks: a PKI, a signer, a list, and a forge that signs what the honest writer would refuse."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from functools import lru_cache

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import padding, rsa

from banc.attaques import autorite
from confiance.distinguished_name import DistinguishedName
from confiance.liste_blanche import Anchors, Brouillon, Domaine, Policy, Shape, SigningKey, sign
from confiance.liste_blanche.writer import canonical_body, insert_signature
from confiance.xades import sign as xades

NOW = datetime(2026, 11, 1, 12, tzinfo=UTC)
SIGNING_TIME = NOW - timedelta(hours=2)
GENERATION = NOW - timedelta(hours=3)
_START = NOW - autorite.YEAR
_SIGNER = autorite.leaf_name("Liste Blanche DRIM-M", "318751275100020", "AGENCE DU BANC")
IDENTIFIER = "0123456789abcdef0123456789abcdef"

Edit = Callable[[str], str]


@dataclass(frozen=True)
class Authority:
    """A certificate that issues others, and its key."""

    certificate: x509.Certificate
    key: rsa.RSAPrivateKey

    @property
    def name(self) -> x509.Name:
        """Its subject."""
        return self.certificate.subject


def make_root(cn: str = "AC RACINE DU BANC", label: str = "root") -> Authority:
    """Make a self-signed root."""
    own = autorite.key(label)
    return Authority(autorite.issue_ca(cn, own, autorite.ca_name(cn), own, start=_START), own)


def make_ca(
    issuer: Authority,
    cn: str = "AC ORGANISATIONS DU BANC",
    label: str = "ca",
    *,
    end: datetime | None = None,
    ca_usage: x509.KeyUsage | None = autorite.CA_USAGE,
) -> Authority:
    """Make an issuing authority under a root."""
    own = autorite.key(label)
    certificate = autorite.issue_ca(cn, own, issuer.name, issuer.key, start=_START, end=end, path_length=0, ca_usage=ca_usage)
    return Authority(certificate, own)


def signer_wish(label: str = "signer", subject: x509.Name = _SIGNER) -> autorite.Wish:
    """Return what the right signer's certificate says."""
    return autorite.Wish(subject, autorite.key(label).public_key(), _START, _START + 3 * autorite.YEAR)


def signing_key(certificate: x509.Certificate, label: str, chain: Iterable[x509.Certificate]) -> SigningKey:
    """Return a key that signs with the private key of that label."""
    private = autorite.key(label)
    return SigningKey(certificate, tuple(chain), lambda data: private.sign(data, padding.PKCS1v15(), hashes.SHA256()))


@dataclass(frozen=True)
class Terrain:
    """An honest world.

    Attributes:
        root: trusted root.
        ca: trusted issuing authority.
        key: the signer's key, its chain in KeyInfo.
        policy: what an honest reader is told.
        brouillon: what is published.
        data: the honest file.
    """

    root: Authority
    ca: Authority
    key: SigningKey
    policy: Policy
    brouillon: Brouillon
    data: bytes

    @property
    def body(self) -> bytes:
        """Canonical list without signature."""
        return canonical_body(self.brouillon)

    def with_crls(self, *crls: x509.CertificateRevocationList, **changes: object) -> Policy:
        """Return the policy with these CRLs only."""
        anchors = Anchors(self.policy.anchors.roots, self.policy.anchors.intermediates, crls)
        return replace(self.policy, anchors=anchors, **changes)  # type: ignore[arg-type]  # names of Policy, checked at run time

    def fresh_crls(self) -> tuple[x509.CertificateRevocationList, x509.CertificateRevocationList]:
        """Return the honest CRLs of root and CA."""
        return honest_crls(self.root, self.ca)


def honest_crls(root: Authority, ca: Authority) -> tuple[x509.CertificateRevocationList, x509.CertificateRevocationList]:
    """Return fresh and empty CRLs of both authorities."""
    return autorite.crl(root.name, root.key, at=NOW), autorite.crl(ca.name, ca.key, at=NOW)


def domaine(rank: int) -> Domaine:
    """Return the row of a made-up Drimbox."""
    db = f"db1.{rank}.mesimagesmedicales.fr"
    return Domaine(
        identifiant=str(rank),
        db=db,
        vi=f"vi1.{rank}.mesimagesmedicales.fr" if rank % 5 else "",
        denomination=f"Opérateur {rank % 7} & associés",
        dn_certificat_operateur=f"CN={db},OU=3{rank:014d},O=OPERATEUR {rank % 7},ST=Côte-d'Or (21),C=FR",
        support_contact="support@operateur.example, 01 02 03 04 05",
        date_maj=GENERATION - timedelta(days=9),
    )


def make_brouillon(rows: int, generation: datetime = GENERATION) -> Brouillon:
    """Return a draft of that many rows."""
    return Brouillon(tuple(domaine(rank) for rank in range(1, rows + 1)), generation)


@lru_cache(maxsize=4)
def make_terrain(rows: int = 12) -> Terrain:
    """Make the honest world, once per process and size."""
    root = make_root()
    ca = make_ca(root)
    certificate = autorite.issue(signer_wish(), ca.name, ca.key)
    key = signing_key(certificate, "signer", (ca.certificate, root.certificate))
    anchors = Anchors((root.certificate,), (ca.certificate,), honest_crls(root, ca))
    policy = Policy(anchors, frozenset({DistinguishedName.from_certificate(certificate)}))
    brouillon = make_brouillon(rows)
    return Terrain(root, ca, key, policy, brouillon, sign(brouillon, key, signing_time=SIGNING_TIME, shape=Shape.FILTER2))


def same(text: str) -> str:
    """Change nothing."""
    return text


def forge(
    terrain: Terrain,
    *,
    body: bytes | None = None,
    key: SigningKey | None = None,
    signing_time: datetime = SIGNING_TIME,
    shape: Shape = Shape.FILTER2,
    edit_properties: Edit = same,
    edit_info: Edit = same,
    edit_signature: Edit = same,
) -> bytes:
    """Sign with a real key what an honest writer would not write.

    ``edit_properties`` and ``edit_info`` change the canonical texts before they are hashed and signed; ``edit_signature`` changes the
    finished ds:Signature, outside what is signed or against it.
    """
    body = terrain.body if body is None else body
    key = key or terrain.key
    to_sign = xades.ToSign(hashlib.sha256(body).digest(), signing_time, shape, IDENTIFIER)
    properties = edit_properties(xades.signed_properties(to_sign, key))
    info = edit_info(xades.signed_info(to_sign, hashlib.sha256(properties.encode()).digest()))
    element = xades.assemble(IDENTIFIER, info, key.rsa_sha256(info.encode()), properties, key)
    return insert_signature(body, edit_signature(element.decode()).encode())
