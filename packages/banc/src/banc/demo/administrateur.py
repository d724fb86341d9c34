# SPDX-FileCopyrightText: 2026 drimm contributors
# SPDX-License-Identifier: EUPL-1.2
"""What the administrateur does in the console of the Espace: inscribe, record conditions, judge dossiers, publish, exclude."""

from __future__ import annotations

import secrets
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from banc.demo.agent import Agent
from banc.demo.navigation import File, Page, PageInattendue
from banc.demo.plan import Box

ZED = bytes.fromhex("d0cf11e0a1b11ae1") + b"conteneur du banc".ljust(504, b"\0")
"""What a ZED container looks like from outside: nobody of the Espace opens one."""
CONDITIONS = {
    "compte": "Compte local à deux facteurs",
    "contrat": "Contrat n° BANC-1, F101 et F102 signés",
    "representant_legal": "F102 du banc",
    "cartes": "Cartes du banc",
    "referencement": "Attestation de référencement du banc",
}
"""Condition → what was shown for it."""


@dataclass(frozen=True, slots=True)
class Names:
    """The couple that the Espace gave to one DRIMbox."""

    db: str
    vi: str


def inscribe(agent: Agent, box: Box) -> None:
    """Inscribe the Operateur of one DRIMbox, record its conditions, give its container, invite its représentant légal."""
    fields = {"denomination": box.operateur, "siret": box.siret, "support_mail": f"support@operateur-{box.key}.test"}
    page = agent.press(agent.open("registre/operateurs/inscription/"), "", **fields)
    today = datetime.now(UTC).date()
    for condition, preuve in CONDITIONS.items():
        until = {"valable_jusqu_au": str(today + timedelta(days=365))} if condition == "referencement" else {}
        said = {"condition": condition, "nature": "piece", "preuve": preuve, "fait_le": str(today)}
        page = agent.press(page, "/constat/", **said, **until)
    page = agent.press(page, "/conteneur/", fichier=File(f"operateur-{box.key}.zed", ZED), secret=secrets.token_urlsafe(12))
    page = agent.press(page, "/invitation/", mail=box.representant, role="representant_legal")
    if "invitée, jusqu'au" not in page.text:
        raise PageInattendue(f"L'Espace n'invite pas {box.representant} : {page.text[:600]}")


def decide(agent: Agent, numero: str, *verbs: str) -> Page:
    """Take decisions on one dossier, one after the other."""
    page = agent.open(f"dossiers/{numero}/")
    for verb in verbs:
        page = agent.press(page, f"/decisions/{verb}/")
        if "C'est décidé" not in page.text:
            raise PageInattendue(f"La décision « {verb} » n'est pas prise : {page.text[:600]}")
    return page


def names_of(page: Page) -> Names:
    """Read the couple on the page of a dossier whose names are given."""
    found = [str(text) for text in page.document.xpath("//dl//code/text()")]
    if len(found) < 2:
        raise PageInattendue(f"L'Espace n'a pas attribué de couple : {page.text[:600]}")
    return Names(*found[:2])


def publish(agent: Agent) -> None:
    """Ask for a publication."""
    agent.press(agent.open("liste-blanche/"), "/publier/")


def exclude(agent: Agent, db: str) -> None:
    """Exclude one DRIMbox: the list is published without it at once, and its Operateur told why."""
    agent.press(agent.open(f"couples/{db}/exclusion/"), "", motif="cyber", expose="Intrusion constatée par le banc.")
