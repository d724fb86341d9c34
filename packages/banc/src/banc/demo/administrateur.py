# SPDX-FileCopyrightText: 2026 drimm contributors
# SPDX-License-Identifier: EUPL-1.2
"""What the administrateur does in the console of the Espace: declare, give names, integrate, publish, exclude."""

from __future__ import annotations

from dataclasses import dataclass

from banc.demo.agent import Agent
from banc.demo.navigation import Page, PageInattendue
from banc.demo.plan import Box


@dataclass(frozen=True, slots=True)
class Names:
    """The couple that the Espace gave to one DRIMbox."""

    db: str
    vi: str


def declare(agent: Agent, box: Box) -> Names:
    """Declare the Commande of one DRIMbox and give its couple."""
    fields = {
        "denomination": box.operateur,
        "siret": box.siret,
        "support_mail": f"support@operateur-{box.key}.test",
        "site": box.client,
        "sirens": box.siren,
        "pacs-0-libelle": f"PACS {box.key.upper()}",
        "pacs-0-hote_db": box.target,
        "pacs-0-hote_vi": box.target,
    }
    commande = agent.press(agent.open("commandes/nouvelle/"), "", **fields)
    given = agent.press(commande, "/attribution/")
    names = [str(text) for text in given.document.xpath("//table//tbody//td[not(preceding-sibling::td)]//text()[normalize-space()]")]
    if len(names) != 2:
        raise PageInattendue(f"L'Espace n'a pas attribué de couple : {_said(given)}")
    return Names(*names)


def integrate(agent: Agent, db: str, dn: str) -> None:
    """Integrate one DRIMbox under the DN of its SERV_SSL."""
    page = agent.press(agent.open(f"couples/{db}/integration/"), "", dn=dn)
    if page.url.endswith("/integration/"):
        raise PageInattendue(f"L'Espace n'intègre pas {db} : {_said(page)}")


def publish(agent: Agent) -> None:
    """Ask for a publication."""
    agent.press(agent.open("liste-blanche/"), "/publier/")


def exclude(agent: Agent, db: str) -> None:
    """Exclude one DRIMbox: the list is published without it at once."""
    agent.press(agent.open(f"couples/{db}/exclusion/"), "", motif="cyber")


def _said(page: Page) -> str:
    return page.text[:400]
