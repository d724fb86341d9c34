# SPDX-FileCopyrightText: 2026 drimm contributors
# SPDX-License-Identifier: EUPL-1.2
"""The PKI of the demo: organisations known from the start, certificates of a name ordered once the Espace has given it."""

from __future__ import annotations

from datetime import UTC, datetime

from banc.demo.plan import Box, Plan
from banc.pki import MarketPlan, OrganisationPlan, Pki, PkiPlan, build

ATTESTATIONS = OrganisationPlan(
    "attestations", "BANC-DRIMM ADMINISTRATEUR", "300000000000000", cn_auth_cli="ESPACE AUTH 2", cn_sign="Attestations DRIM-M"
)
"""The administrateur again: its second ORG SIGN, that seals the attestations and never a list."""
SERVERS = ("espace", "psc", "psc-etranger", "dmp", "miroir")


def server_name(server: str) -> str:
    """Return the name of a server of the banc in its market certificate, valid for 127.0.0.1 as well."""
    return f"{server}.drimm.localhost"


def build_pki(plan: Plan) -> Pki:
    """Build the PKI of a mesh, or find it again in its work folder."""
    organisations: dict[str, tuple[OrganisationPlan, tuple[str, ...]]] = {
        box.key: (OrganisationPlan(box.key, box.client, f"3{box.siret}"), ()) for box in plan.boxes
    }
    organisations["attestations"] = (ATTESTATIONS, ())
    return build(plan.pki, PkiPlan.of_mesh(organisations, tuple(map(server_name, SERVERS))), datetime.now(UTC))


def order_certificates(pki: Pki, box: Box, db: str, vi: str) -> None:
    """Order the SERV_SSL of a db name and the market certificate of its vi name."""
    now = datetime.now(UTC)
    pki.issue_serv_ssl(db, box.key, now)
    pki.issue_market(MarketPlan.visionneuse(vi), now)
