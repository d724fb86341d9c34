# SPDX-FileCopyrightText: 2026 drimm contributors
# SPDX-License-Identifier: EUPL-1.2
"""The PKI of a mesh once built: paths by name, revocation, and certificates asked later."""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any, Final

from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.serialization import Encoding

from banc.pki import crl, keys, layout
from banc.pki.authority import Authority
from banc.pki.plan import MARKET_HOLDER, MarketPlan, OrganisationPlan, PkiPlan
from banc.pki.profiles import Produit, Published, leaf_name
from confiance.distinguished_name import DistinguishedName
from confiance.errors import OwnError

VERSION: Final = 1
CRL_MARGIN = timedelta(days=1)


class PkiError(OwnError):
    """The PKI of the banc does not hold what is asked."""

    code = "banc.pki_incomplete"
    message = "L'IGC du banc ne contient pas ce certificat."
    remede = "Ajoutez-le au plan de l'IGC, ou effacez le dossier de travail pour la reconstruire."


@dataclass(frozen=True, slots=True)
class Issued:
    """A certificate and its key.

    Attributes:
        certificate: PEM, the certificate then its issuing authority.
        key: PKCS#8 PEM, 0600.
    """

    certificate: Path
    key: Path

    def load(self) -> x509.Certificate:
        """Return the certificate itself."""
        return x509.load_pem_x509_certificates(self.certificate.read_bytes())[0]

    def leaf_pem(self) -> bytes:
        """Return the PEM of the certificate without its chain."""
        return self.load().public_bytes(Encoding.PEM)

    def chain_pem(self) -> bytes:
        """Return the PEM of the authorities that follow the certificate."""
        chain = x509.load_pem_x509_certificates(self.certificate.read_bytes())[1:]
        return b"".join(authority.public_bytes(Encoding.PEM) for authority in chain)

    @property
    def dn(self) -> DistinguishedName:
        """Subject of the certificate."""
        return DistinguishedName.from_certificate(self.load())

    @property
    def serial(self) -> int:
        """Serial number of the certificate."""
        return self.load().serial_number


@dataclass(frozen=True, slots=True)
class Misfits:
    """One certificate of each product that must be refused everywhere; same subjects as the first DRIMbox of the plan."""

    serv_ssl: Issued
    auth_cli: Issued
    sign: Issued


class Pki:
    """Paths of a built PKI. Everything is on disk: two processes may hold one each, as long as only one revokes or issues."""

    def __init__(self, folder: Path, plan: PkiPlan, manifest: dict[str, Any]) -> None:
        self.folder = folder
        self.plan = plan
        self._manifest = manifest

    @property
    def anchors_dir(self) -> Path:
        """Folder of what a DRIMbox trusts: root, AC Organisations and their CRLs."""
        return self.folder / layout.ANCHORS

    @property
    def root(self) -> Path:
        """Root of the organisations (PEM)."""
        return self.folder / layout.ROOT

    @property
    def intermediate(self) -> Path:
        """AC Organisations (PEM)."""
        return self.folder / layout.ORGANISATIONS

    @property
    def market_ca(self) -> Path:
        """Authority that browsers and clients of public servers trust (PEM)."""
        return self.folder / layout.MARKET_CA

    @property
    def foreign_root(self) -> Path:
        """Root that nobody of the mesh trusts (PEM)."""
        return self.folder / layout.FOREIGN_ROOT

    def serv_ssl(self, db: str) -> Issued:
        """Return the SERV_SSL of a db name."""
        return self._issued("serv_ssl", db)

    def auth_cli(self, organisation: str) -> Issued:
        """Return the ORG AUTH_CLI of an organisation."""
        return self._issued("auth_cli", organisation)

    def sign(self, organisation: str) -> Issued:
        """Return the ORG SIGN of an organisation."""
        return self._issued("sign", organisation)

    def market(self, name: str) -> Issued:
        """Return the market certificate of a name: a vi name, the DMP or PSC."""
        return self._issued("market", name)

    @property
    def list_signer(self) -> Issued:
        """The ORG SIGN that signs the Liste Blanche."""
        return self.sign(self.plan.administrateur.name)

    @property
    def other_signer(self) -> Issued:
        """A valid ORG SIGN of another organisation, with the CN of the list's signer."""
        return self.sign(self.plan.autre.name)

    @property
    def revoked(self) -> Misfits:
        """Certificates that the CRL names."""
        return self._misfits("revoked")

    @property
    def expired(self) -> Misfits:
        """Certificates that ended a year before the PKI was built."""
        return self._misfits("expired")

    @property
    def foreign(self) -> Misfits:
        """Certificates of look-alike authorities under another root."""
        return self._misfits("foreign")

    def revoke(self, serial: int, now: datetime) -> None:
        """Revoke a certificate and publish the CRL again. The AC's own serial number goes to the root's CRL."""
        is_authority = x509.load_pem_x509_certificate(self.intermediate.read_bytes()).serial_number == serial
        name = "racine" if is_authority else "organisations"
        self._revocations().add(name, serial, now)
        self._publish(name, now)

    def renew_crls(self, now: datetime, *, life: timedelta | None = None) -> None:
        """Publish both CRLs again, valid from now for ``life`` (by default the plan's)."""
        for name in ("racine", "organisations"):
            self._publish(name, now, life)

    def renew_crls_if_needed(self, now: datetime) -> None:
        """Publish the CRLs that do not cover the next day."""
        for name, place in _CRLS.items():
            kept = crl.read(self.folder / place)
            end = kept.next_update_utc
            if end is None or kept.last_update_utc > now or end < now + CRL_MARGIN:
                self._publish(name, now)

    def issue_serv_ssl(self, db: str, organisation: str, now: datetime) -> Issued:
        """Issue the SERV_SSL of a db name that the plan did not know."""
        holder = self.plan.organisation(organisation)
        return self._issue("serv_ssl", Produit.SERV_SSL, db, subject_of(holder, db), now, names=(db,))

    def issue_market(self, plan: MarketPlan, now: datetime) -> Issued:
        """Issue a market certificate that the plan did not know."""
        subject = subject_of(MARKET_HOLDER, plan.name)
        return self._issue("market", Produit.MARKET, plan.name, subject, now, names=(plan.name, *plan.also), addresses=plan.addresses)

    def _issued(self, kind: str, name: str) -> Issued:
        places = self._manifest[kind].get(name)
        if places is None:
            raise PkiError(f"L'IGC du banc n'a pas de certificat {kind} pour « {name} ».")
        return Issued(self.folder / places["certificate"], self.folder / places["key"])

    def _misfits(self, kind: str) -> Misfits:
        return Misfits(*(self._issued(kind, product) for product in ("serv_ssl", "auth_cli", "sign")))

    def _authority(self, name: str, certificate: Path) -> Authority:
        pem = (self.folder / certificate).read_bytes()
        key = keys.read(self.folder / layout.key_of(name))
        return Authority(key, x509.load_pem_x509_certificate(pem), Published(self.plan.publication_url, SHORT_NAMES[name]))

    def _revocations(self) -> crl.Revocations:
        return crl.Revocations(self.folder / layout.REVOCATIONS)

    def _publish(self, name: str, now: datetime, life: timedelta | None = None) -> None:
        authority = self._authority(name, layout.ROOT if name == "racine" else layout.ORGANISATIONS)
        revoked = self._revocations().of(name)
        crl.publish(self.folder / _CRLS[name], authority, revoked, now=now, life=self.plan.crl_life if life is None else life)

    def _issue(
        self,
        kind: str,
        produit: Produit,
        name: str,
        subject: x509.Name,
        now: datetime,
        *,
        names: tuple[str, ...],
        addresses: tuple[str, ...] = (),
    ) -> Issued:
        market = produit is Produit.MARKET
        authority = self._authority("marche", layout.MARKET_CA) if market else self._authority("organisations", layout.ORGANISATIONS)
        (key,) = keys.generate(1, self.plan.key_bits)
        validity = now - crl.BACKDATE, now + (self.plan.market_life if market else self.plan.leaf_life)
        certificate = authority.issue(produit, subject, key.public_key(), validity, names=names, addresses=addresses)
        places = write_issued(self.folder, kind, name, (certificate, key), authority)
        self._manifest[kind][name] = places
        write_manifest(self.folder, self._manifest)
        return self._issued(kind, name)


SHORT_NAMES: Final = {
    "racine": "ACR-EL-BANC",
    "organisations": "ACI-EL-ORG-BANC",
    "marche": "AC-MARCHE-BANC",
    "etranger-racine": "ACR-EL-ETRANGER",
    "etranger-organisations": "ACI-EL-ORG-ETRANGER",
}
_CRLS: Final = {"racine": layout.ROOT_CRL, "organisations": layout.ORGANISATIONS_CRL}


def subject_of(organisation: OrganisationPlan, cn: str) -> x509.Name:
    """Return the distinguished name of a product of this organisation."""
    return leaf_name(cn=cn, ou=organisation.identifiant, o=organisation.denomination, st=organisation.state)


def write_issued(
    folder: Path, kind: str, name: str, holder: tuple[x509.Certificate, rsa.RSAPrivateKey], authority: Authority
) -> dict[str, str]:
    """Write a certificate with its authority, and its key; return their places in the folder."""
    places = layout.issued(kind, name)
    chain = holder[0].public_bytes(Encoding.PEM) + authority.certificate.public_bytes(Encoding.PEM)
    crl.write_atomically(folder / places[0], chain)
    keys.write(folder / places[1], holder[1])
    return {"certificate": str(places[0]), "key": str(places[1])}


def write_manifest(folder: Path, manifest: dict[str, Any]) -> None:
    """Write the manifest; it comes last, so that its presence says the PKI is whole."""
    crl.write_atomically(folder / layout.MANIFEST, json.dumps(manifest, indent=1, sort_keys=True).encode())
