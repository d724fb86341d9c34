# SPDX-FileCopyrightText: 2026 drimm contributors
# SPDX-License-Identifier: EUPL-1.2
"""Reads the tables of parcours of the dossiers, for the page that shows them: who may do what, until when, which mail.

They are read in a child process, as the tables of states are.
"""

from __future__ import annotations

import json
import subprocess
import sys
from functools import cache
from typing import Any

from tests.house.sources import ROOT

WHO = {"operateur": "l'Opérateur", "agent": "un agent", "systeme": "l'Espace"}


@cache
def told() -> list[dict[str, Any]]:
    """Return every parcours: name, French label, module, its steps and its reminders."""
    done = subprocess.run([sys.executable, "-m", "tests.house.parcours"], cwd=ROOT, capture_output=True, text=True, check=True)
    found: list[dict[str, Any]] = json.loads(done.stdout)
    return found


def _step(table: Any, arrow: Any) -> dict[str, str]:
    order = {etat: number for number, etat in enumerate(table.etats)}
    delay = arrow.echeance
    return {
        "verb": arrow.verb,
        "libelle": str(arrow.libelle),
        "qui": WHO[arrow.qui],
        "de": " ; ".join(str(etat.label) for etat in sorted(arrow.sources, key=order.__getitem__)),
        "vers": str(arrow.target.label),
        "delai": f"`{delay.reglage}`{', ou au choix' if delay.au_choix else ''}" if delay else "",
        "motif": "oui" if arrow.motif_requis else "",
        "courrier": f"`{arrow.courrier}`" if arrow.courrier else "",
        "clause": arrow.clause,
    }


def _tables() -> list[dict[str, Any]]:
    from espace.instruction.parcours import PARCOURS

    return [
        {
            "nom": table.nom,
            "libelle": str(table.libelle),
            "room": f"espace.instruction.parcours.{table.nom}",
            "steps": [_step(table, arrow) for arrow in table.transitions],
            "relances": [
                f"`{one.evenement}` ({'avant' if one.avant else 'après'} l'échéance, dans les états qui attendent {WHO[one.qui]})"
                for one in table.relances
            ],
        }
        for table in PARCOURS.values()
    ]


if __name__ == "__main__":
    from django.conf import settings

    settings.configure(USE_I18N=False)
    print(json.dumps(_tables(), ensure_ascii=False))
