# SPDX-FileCopyrightText: 2026 drimm contributors
# SPDX-License-Identifier: EUPL-1.2
"""Build the PKI of a mesh, or take again the one that is already there."""

from __future__ import annotations

import json
import shutil
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, Final

from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.serialization import Encoding

from banc.pki import crl, keys, layout
from banc.pki.authority import Authority
from banc.pki.plan import MARKET_HOLDER, DrimboxPlan, PkiPlan
from banc.pki.profiles import Produit, Published, authority_name
from banc.pki.store import SHORT_NAMES, VERSION, Pki, subject_of, write_issued, write_manifest

REUSE_MARGIN = timedelta(days=1)
EXPIRED_SINCE = timedelta(days=365)
AUTHORITY_NAMES: Final = {
    "racine": authority_name("BANC AC RACINE IGC ELEMENTAIRE"),
    "organisations": authority_name("BANC AC IGC ELEMENTAIRE ORGANISATIONS"),
    "marche": authority_name("BANC AC DU MARCHE", "BANC-DRIMM MARCHE"),
    "etranger-racine": authority_name("BANC AC RACINE ETRANGERE", "BANC-DRIMM ETRANGER"),
    "etranger-organisations": authority_name("BANC AC ETRANGERE ORGANISATIONS", "BANC-DRIMM ETRANGER"),
}
_CERTIFICATES: Final = {
    "racine": layout.ROOT,
    "organisations": layout.ORGANISATIONS,
    "marche": layout.MARKET_CA,
    "etranger-racine": layout.FOREIGN_ROOT,
    "etranger-organisations": layout.FOREIGN_ORGANISATIONS,
}
_NOBODY = DrimboxPlan("db9.999.mesimagesmedicales.fr", "autre")


def build(folder: Path, mesh: PkiPlan, now: datetime) -> Pki:
    """Return the PKI of a mesh, built in that folder unless a good one is there.

    Args:
        folder: where files go; what this PKI wrote there before may be replaced.
        mesh: who gets what.
        now: aware instant that certificates and CRLs start from.

    Returns:
        The PKI. It is reused when it was built for an equal plan and stays valid for a day; its CRLs are renewed when needed.
    """
    now = now.astimezone(UTC).replace(microsecond=0)
    manifest = _reusable(folder, mesh, now)
    if manifest is not None:
        pki = Pki(folder, mesh, manifest)
        pki.renew_crls_if_needed(now)
        return pki
    for part in layout.FOLDERS:
        shutil.rmtree(folder / part, ignore_errors=True)
    return _Builder(folder, mesh, now).run()


def _reusable(folder: Path, mesh: PkiPlan, now: datetime) -> dict[str, Any] | None:
    try:
        manifest: dict[str, Any] = json.loads((folder / layout.MANIFEST).read_bytes())
        since, until = (datetime.fromisoformat(manifest[key]) for key in ("not_before", "not_after"))
        same = manifest["version"] == VERSION and manifest["plan"] == mesh.digest()
    except (OSError, ValueError, KeyError):
        return None  # never built, or by another version: built again
    return manifest if same and since <= now and now + REUSE_MARGIN <= until else None


@dataclass(frozen=True, slots=True)
class _Order:
    kind: str
    name: str
    produit: Produit
    subject: x509.Name
    names: tuple[str, ...] = ()
    addresses: tuple[str, ...] = ()


class _Builder:
    def __init__(self, folder: Path, plan: PkiPlan, now: datetime) -> None:
        self._folder = folder
        self._plan = plan
        self._now = now
        self._orders = [*_products(plan), *_market(plan)]
        made = keys.generate(len(AUTHORITY_NAMES) + len(self._orders) + 1, plan.key_bits)
        self._authority_spkis = dict(zip(AUTHORITY_NAMES, made, strict=False))
        self._leaf_keys = made[len(AUTHORITY_NAMES) : -1]
        self._misfit_key = made[-1]  # shared by all misfits: nobody accepts them anyway
        self._manifest: dict[str, Any] = {kind: {} for kind in ("serv_ssl", "auth_cli", "sign", "market", "revoked", "expired", "foreign")}

    def run(self) -> Pki:
        authorities = self._authorities()
        for order, key in zip(self._orders, self._leaf_keys, strict=True):
            market = order.produit is Produit.MARKET
            until = self._now + (self._plan.market_life if market else self._plan.leaf_life)
            self._issue(order, authorities["marche" if market else "organisations"], key, (self._now - crl.BACKDATE, until))
        self._misfits(authorities)
        pki = Pki(self._folder, self._plan, self._manifest)
        self._revoke_misfits(pki)
        pki.renew_crls(self._now)
        self._finish()
        return pki

    def _authorities(self) -> dict[str, Authority]:
        made: dict[str, Authority] = {}
        for name, subject in AUTHORITY_NAMES.items():
            key, published = self._authority_spkis[name], Published(self._plan.publication_url, SHORT_NAMES[name])
            parent = made.get(name.replace("organisations", "racine"))
            # "racine" and "marche" find no parent yet: they sign themselves
            made[name] = (
                parent.subordinate(subject, key, published, self._now) if parent else Authority.root(subject, key, published, self._now)
            )
            crl.write_atomically(self._folder / _CERTIFICATES[name], made[name].certificate.public_bytes(Encoding.PEM))
            keys.write(self._folder / layout.key_of(name), key)
        return made

    def _issue(self, order: _Order, authority: Authority, key: rsa.RSAPrivateKey, validity: tuple[datetime, datetime]) -> None:
        certificate = authority.issue(
            order.produit, order.subject, key.public_key(), validity, names=order.names, addresses=order.addresses
        )
        self._manifest[order.kind][order.name] = write_issued(self._folder, order.kind, order.name, (certificate, key), authority)

    def _misfits(self, authorities: dict[str, Authority]) -> None:
        good = self._now - crl.BACKDATE, self._now + self._plan.leaf_life
        ended = self._now - EXPIRED_SINCE - self._plan.leaf_life, self._now - EXPIRED_SINCE
        for order in _misfit_orders(self._plan):
            foreign = order.kind == "foreign"
            authority = authorities["etranger-organisations" if foreign else "organisations"]
            self._issue(order, authority, self._misfit_key, ended if order.kind == "expired" else good)

    def _revoke_misfits(self, pki: Pki) -> None:
        revocations = crl.Revocations(self._folder / layout.REVOCATIONS)
        for misfit in (pki.revoked.serv_ssl, pki.revoked.auth_cli, pki.revoked.sign):
            revocations.add("organisations", misfit.serial, self._now - crl.BACKDATE)

    def _finish(self) -> None:
        plan = self._plan
        self._manifest |= {"version": VERSION, "plan": plan.digest(), "anchors": str(layout.ANCHORS), "root": str(layout.ROOT)}
        self._manifest |= {"intermediate": str(layout.ORGANISATIONS), "market_ca": str(layout.MARKET_CA)}
        self._manifest["list_signer"] = self._manifest["sign"][plan.administrateur.name]
        self._manifest["not_before"] = (self._now - crl.BACKDATE).isoformat()
        self._manifest["not_after"] = (self._now + min(plan.market_life, plan.leaf_life)).isoformat()
        write_manifest(self._folder, self._manifest)


def _products(plan: PkiPlan) -> Iterator[_Order]:
    for drimbox in plan.drimboxes:
        yield _Order("serv_ssl", drimbox.db, *_serv_ssl(plan, drimbox))
    for organisation in plan.everyone:
        yield _Order("auth_cli", organisation.name, Produit.AUTH_CLI, subject_of(organisation, organisation.cn_auth_cli))
        yield _Order("sign", organisation.name, Produit.SIGN, subject_of(organisation, organisation.cn_sign))


def _market(plan: PkiPlan) -> Iterator[_Order]:
    for server in plan.market:
        yield _Order(
            "market", server.name, Produit.MARKET, subject_of(MARKET_HOLDER, server.name), (server.name, *server.also), server.addresses
        )


def _misfit_orders(plan: PkiPlan) -> Iterator[_Order]:
    drimbox = plan.drimboxes[0] if plan.drimboxes else _NOBODY
    holder = plan.organisation(drimbox.organisation)
    for kind in ("revoked", "expired", "foreign"):
        yield _Order(kind, "serv_ssl", *_serv_ssl(plan, drimbox))
        yield _Order(kind, "auth_cli", Produit.AUTH_CLI, subject_of(holder, holder.cn_auth_cli))
        yield _Order(kind, "sign", Produit.SIGN, subject_of(holder, holder.cn_sign))


def _serv_ssl(plan: PkiPlan, drimbox: DrimboxPlan) -> tuple[Produit, x509.Name, tuple[str, ...]]:
    return Produit.SERV_SSL, subject_of(plan.organisation(drimbox.organisation), drimbox.db), (drimbox.db,)
