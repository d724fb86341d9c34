# SPDX-FileCopyrightText: 2026 drimm contributors
# SPDX-License-Identifier: EUPL-1.2
"""Someone in front of the console during a storm, who does what it asks a person to do."""

from __future__ import annotations

import threading
from collections import Counter
from collections.abc import Callable, Mapping
from typing import Final

import aiohttp
from lxml.etree import LxmlError

from banc.demo.agent import Agent
from banc.demo.navigation import Page, PageInattendue
from banc.soak.tempete.dossiers import Dossiers

EVERY_SECONDS: Final = 3.0
REFUSED, WAITING = "examens?etat=refuse", "messages?etat=attente_personne"
_BROKEN = (PageInattendue, aiohttp.ClientError, LxmlError, TimeoutError, OSError)


class Personne:
    """Every few seconds: has the record of a refused patient opened and the deposit sent again, has a message that waits read again.

    Args:
        log_in: gives someone logged in to the console.
        dossiers: records of the DMP.
        patients: study → INS of its patient.
    """

    def __init__(self, log_in: Callable[[], Agent], dossiers: Dossiers, patients: Mapping[str, str]) -> None:
        self._log_in, self._dossiers, self._patients = log_in, dossiers, patients
        self._agent: Agent | None = None
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._run, name="personne", daemon=True)
        self.done: Counter[str] = Counter()

    def start(self) -> None:
        """Begin to look."""
        self._thread.start()

    def stop(self) -> None:
        """Go home."""
        self._stop.set()
        if self._thread.ident is not None:
            self._thread.join()

    def _run(self) -> None:
        while not self._stop.wait(EVERY_SECONDS):
            try:
                self.look()
            except _BROKEN:  # the console is what is broken at that moment
                self._leave()
        self._leave()

    def look(self) -> None:
        """Look at the console once, and do what it asks.

        Raises:
            PageInattendue: the console shows something else than what it should, or nothing.
            aiohttp.ClientError: it does not answer.
        """
        agent = self._agent = self._agent or self._log_in()
        for study, path in _links(agent.open(REFUSED)).items():
            if study in self._patients:
                self._dossiers.open(self._patients[study])
            self._press(agent, path, "/reessayer")
        for path in _links(agent.open(WAITING)).values():
            self._press(agent, path, "/relire")

    def _press(self, agent: Agent, path: str, button: str) -> None:
        page = agent.open(path)
        if page.forms(button):  # else it moved meanwhile
            agent.press(page, button)
            self.done[button] += 1

    def _leave(self) -> None:
        agent, self._agent = self._agent, None
        if agent is not None:
            agent.close()


def _links(page: Page) -> dict[str, str]:
    """Return what the rows of a table are called → where they lead."""
    if not page.document.xpath("//nav") or page.document.xpath("//input[@type='password']"):
        raise PageInattendue
    found = page.document.xpath("//tbody//th/a")
    return {" ".join(link.text_content().split()): str(link.get("href")).removeprefix("/console/") for link in found}
