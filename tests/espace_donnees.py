# SPDX-FileCopyrightText: 2026 drimm contributors
# SPDX-License-Identifier: EUPL-1.2
"""What the tests of the Espace declare. Numbers are well formed and belong to nobody real but those of public examples."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from typing import Any

NOW = datetime(2026, 11, 22, 9, 30, 15, 250_000, tzinfo=UTC)
SIRET = "73282932000074"
SIREN = "732829320"
ZONE = "mesimagesmedicales.fr"
CLIENT_CANARY = "CLINIQUE-CANARI-7719"
SITE_CANARY = "SITE-CANARI-4242"


def document(pacs: int = 1, **operateur: Any) -> dict[str, Any]:
    """Return a declaration, as a person writes it in JSON."""
    return {
        "operateur": {
            "denomination": "Opérateur d'Essai",
            "siret": SIRET,
            "support_mail": "support@operateur.test",
            "support_telephone": "01 23 45 67 89",
            **operateur,
        },
        "clients": [{"siren": SIREN, "denomination": CLIENT_CANARY}],
        "site": SITE_CANARY,
        "pacs": [
            {"hote_db": f"passerelle{n}.operateur.test", "hote_vi": f"visionneuse{n}.operateur.test", "libelle": f"PACS {n}"}
            for n in range(1, pacs + 1)
        ],
    }


def dn(db: str) -> str:
    """Return the DN of a SERV_SSL certificate for this name."""
    return f"CN={db},OU=300000000300019,O=CENTRE D'IMAGERIE A,ST=Paris (75),C=FR"


def declare(pacs: int = 1, *, now: datetime = NOW, id_registre: str | None = None, **operateur: Any) -> list[Any]:
    """Declare a Commande and give its couples, by the doors of the rooms."""
    from espace.registre import actions
    from espace.registre.declaration import parse_declaration

    commande, hotes = parse_declaration(json.dumps(document(pacs, **operateur)).encode(), zone=ZONE)
    written = actions.declare(commande, hotes, auteur="essai", now=now)
    return actions.give_couples(written.pk, zone=ZONE, auteur="essai", now=now, id_registre=id_registre)


def integrate(pacs: int = 1, *, now: datetime = NOW, **operateur: Any) -> list[Any]:
    """Declare a Commande, give its couples and integrate each of its Drimboxes."""
    from espace.registre import actions

    return [actions.integrate(couple.db, dn(couple.db), auteur="essai", now=now) for couple in declare(pacs, now=now, **operateur)]
