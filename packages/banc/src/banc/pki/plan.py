# SPDX-FileCopyrightText: 2026 drimm contributors
# SPDX-License-Identifier: EUPL-1.2
"""What a mesh asks of its PKI: organisations, DRIMboxes, names for browsers."""

from __future__ import annotations

import hashlib
import json
from dataclasses import asdict, dataclass, replace
from datetime import timedelta

DOMAIN_FOR_PEOPLE = "drimm.localhost"
"""Browsers resolve any name under .localhost to the loopback without DNS."""


@dataclass(frozen=True, slots=True)
class OrganisationPlan:
    """A legal person known to the PKI; it gets one ORG AUTH_CLI and one ORG SIGN.

    Attributes:
        name: how the banc calls it: key of :meth:`banc.pki.store.Pki.auth_cli` and :meth:`~banc.pki.store.Pki.sign`.
        denomination: attribute O.
        identifiant: attribute OU: "3" + SIRET or "1" + FINESS.
        state: attribute ST.
        cn_auth_cli: CN of its ORG AUTH_CLI; free in IGC-Santé, the client id for a Proxy e-santé.
        cn_sign: CN of its ORG SIGN.
    """

    name: str
    denomination: str
    identifiant: str
    state: str = "Paris (75)"
    cn_auth_cli: str = "DRIMBOX AUTH"
    cn_sign: str = "DRIMBOX SIGN"


@dataclass(frozen=True, slots=True)
class DrimboxPlan:
    """A db name and the organisation that answers for it; gets one SERV_SSL."""

    db: str
    organisation: str


@dataclass(frozen=True, slots=True)
class MarketPlan:
    """A server that people or programs reach with public trust; gets one certificate of the market CA.

    Attributes:
        name: key of :meth:`banc.pki.store.Pki.market`, CN and first SAN.
        also: other DNS names of the certificate.
        addresses: IP addresses of the certificate.
    """

    name: str
    also: tuple[str, ...] = ()
    addresses: tuple[str, ...] = ()

    @classmethod
    def visionneuse(cls, vi: str) -> MarketPlan:
        """Plan the certificate of a vi name, with the name that a browser of this machine uses: vi1.1.drimm.localhost."""
        number, id_registre = vi.split(".")[:2]
        return cls(vi, also=(f"{number}.{id_registre}.{DOMAIN_FOR_PEOPLE}",), addresses=("127.0.0.1",))


ADMINISTRATEUR = OrganisationPlan(
    "administrateur", "BANC-DRIMM ADMINISTRATEUR", "300000000000000", cn_auth_cli="ESPACE AUTH", cn_sign="Liste Blanche DRIM-M"
)
AUTRE = OrganisationPlan("autre", "BANC-DRIMM AUTRE ORGANISATION", "300000000100057", cn_sign="Liste Blanche DRIM-M")
"""A genuine member of the PKI whose ORG SIGN must never be taken for the administrateur's: same CN, another OU."""
MARKET_HOLDER = OrganisationPlan("marche", "BANC-DRIMM MARCHE", "300000000200018")
"""Subject of every market certificate, but for its CN."""


@dataclass(frozen=True, slots=True)
class PkiPlan:
    """The certificates of one mesh. Two equal plans give reusable folders.

    Attributes:
        organisations: those that run DRIMboxes.
        drimboxes: db names, each of one of these organisations.
        market: names served with public trust: vi names, DMP, PSC, the Espace's pages.
        administrateur: who signs the Liste Blanche.
        autre: another organisation, for forged lists.
        publication_url: where CRLs and CA certificates say they are published.
        crl_life: from thisUpdate to nextUpdate; six days at the agency.
        leaf_life: life of the products of IGC-Santé.
        market_life: life of market certificates; at most 200 days since March 2026 (CA/B Forum SC-081v3).
        key_bits: RSA modulus of every key.
    """

    organisations: tuple[OrganisationPlan, ...] = ()
    drimboxes: tuple[DrimboxPlan, ...] = ()
    market: tuple[MarketPlan, ...] = ()
    administrateur: OrganisationPlan = ADMINISTRATEUR
    autre: OrganisationPlan = AUTRE
    publication_url: str = "http://igc.banc.test"
    crl_life: timedelta = timedelta(days=6)
    leaf_life: timedelta = timedelta(days=3 * 365)
    market_life: timedelta = timedelta(days=90)
    key_bits: int = 2048

    @classmethod
    def of_mesh(cls, organisations: dict[str, tuple[OrganisationPlan, tuple[str, ...]]], servers: tuple[str, ...] = ()) -> PkiPlan:
        """Plan a mesh from the db names of each organisation; vi names are derived from them.

        Args:
            organisations: name → (organisation, its db names).
            servers: other names served with public trust, each also valid for 127.0.0.1 and localhost.
        """
        dbs = [(name, db) for name, (_, names) in organisations.items() for db in names]
        visionneuses = tuple(MarketPlan.visionneuse("vi" + db.removeprefix("db")) for _, db in dbs)
        return cls(
            organisations=tuple(replace(organisation, name=name) for name, (organisation, _) in organisations.items()),
            drimboxes=tuple(DrimboxPlan(db, name) for name, db in dbs),
            market=visionneuses + tuple(MarketPlan(s, also=("localhost",), addresses=("127.0.0.1",)) for s in servers),
        )

    def organisation(self, name: str) -> OrganisationPlan:
        """Return the organisation of that name, the administrateur and the other one included.

        Raises:
            KeyError: nobody has this name.
        """
        return {o.name: o for o in self.everyone}[name]

    @property
    def everyone(self) -> tuple[OrganisationPlan, ...]:
        """Every organisation that gets certificates."""
        return (*self.organisations, self.administrateur, self.autre)

    def digest(self) -> str:
        """Return what tells this plan from another, as hex SHA-256."""
        return hashlib.sha256(json.dumps(asdict(self), default=str, sort_keys=True).encode()).hexdigest()
