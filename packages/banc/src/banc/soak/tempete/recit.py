# SPDX-FileCopyrightText: 2026 drimm contributors
# SPDX-License-Identifier: EUPL-1.2
"""What is told after a storm: the console must tell the story of each exam, and no journal may name a patient."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Final

from lxml.html import HtmlElement

from banc.demo.agent import Agent
from banc.demo.navigation import Page
from banc.soak.tempete.bilan import Pointeur
from banc.soak.tempete.charge import INS_START, IPP_START, Examen
from banc.soak.tempete.sorts import Sort
from banc.soak.tempete.terrain import Terrain

READ_EXAMS: Final = 4
"""Of each fate."""
PATIENT: Final = re.compile(rf"{INS_START}\d{{6}}|{IPP_START}\d{{6}}".encode())
CHUNK: Final = 1 << 20


def faults(terrain: Terrain, exams: tuple[Examen, ...], pointeurs: tuple[Pointeur, ...]) -> list[str]:
    """Return what the console does not tell, and what a journal tells too much."""
    agent = terrain.agent()
    try:
        found = [*_first_page(agent, exams), *_nobody_is_asked(agent)]
        for exam in _some(exams):
            ours = {pointeur.sop_instance_uid for pointeur in pointeurs if pointeur.study_uid == exam.study_uid}
            found += _withdrawn(agent, exam) if exam.is_withdrawn else _story(agent, exam, ours)
    finally:
        agent.close()
    return found + [f"{path.name} nomme un patient" for path in _journals(terrain) if _names_a_patient(path)]


def _first_page(agent: Agent, exams: tuple[Examen, ...]) -> Iterator[str]:
    page = agent.open("")
    wanted = Counter("Retiré" if exam.is_withdrawn else "Déposé au DMP" for exam in exams)
    states = {_text(link).partition(" ")[2]: int(_text(link).partition(" ")[0]) for link in _found(page, "//ul[@class='compteurs']//a")}
    if {state: number for state, number in states.items() if number} != wanted:
        yield f"console, tableau de bord : {states}"


def _nobody_is_asked(agent: Agent) -> Iterator[str]:
    if _found(agent.open(""), "//*[contains(@class, 'message-warning')]"):
        yield "console, tableau de bord : quelqu'un devrait agir"


def _story(agent: Agent, exam: Examen, kos: set[str]) -> Iterator[str]:
    """The page of an exam must show every step done, each of its KOS, the last report and its journal."""
    page = _page_of(agent, exam)
    if page is None:
        yield f"console : l'examen {exam.number} est introuvable"
        return
    steps = _found(page, "//ol[@class='parcours']/li")
    undone = [_text(step) for step in steps if step.get("class") != "parcours-fait"]
    if undone or len(steps) < 4 + len(kos):
        yield f"console : le parcours de l'examen {exam.number} n'est pas fait ({len(steps)} étapes ; {undone})"
    missing = [uid for uid in kos if uid not in page.text]
    if missing or exam.last_word not in page.text:
        yield f"console : la page de l'examen {exam.number} ne dit pas tout"
    if len(_found(page, "//section[@aria-labelledby='titre-journal']//tbody/tr")) < 4:
        yield f"console : l'examen {exam.number} n'a pas de journal"


def _withdrawn(agent: Agent, exam: Examen) -> Iterator[str]:
    """The page of a withdrawn exam must say so, show no pointer in force and ask nobody to act."""
    page = _page_of(agent, exam)
    if page is None:
        yield f"console : l'examen {exam.number} est introuvable"
        return
    if [_text(state) for state in _found(page, "//h1/span")] != ["Retiré"] or page.forms("/reessayer"):
        yield f"console : l'examen {exam.number} n'est pas dit retiré"
    if any(_text(cell) == "En vigueur" for cell in _found(page, "//section[@aria-labelledby='titre-kos']//td")):
        yield f"console : l'examen {exam.number} est retiré et garde un pointeur en vigueur"
    if len(_found(page, "//section[@aria-labelledby='titre-journal']//tbody/tr")) < 2:
        yield f"console : l'examen {exam.number} n'a pas de journal"


def _page_of(agent: Agent, exam: Examen) -> Page | None:
    found = agent.press(agent.open("examens"), "", texte=exam.study_uid)
    links = found.document.xpath("//tbody//a[normalize-space(.) = $uid]/@href", uid=exam.study_uid)
    return agent.open(str(links[0]).removeprefix("/console/")) if links else None


def _some(exams: tuple[Examen, ...]) -> list[Examen]:
    """A few of each fate, spread over the whole storm."""
    of_fate = [[exam for exam in exams if exam.sort is fate] for fate in Sort]
    return [exam for ours in of_fate for exam in ours[:: max(len(ours) // READ_EXAMS, 1)][:READ_EXAMS]]


def _journals(terrain: Terrain) -> list[Path]:
    return [path for path in (*terrain.plan.logs.iterdir(), terrain.base.log) if path.is_file()]


def _names_a_patient(path: Path) -> bool:
    kept = b""
    with path.open("rb") as file:
        while data := file.read(CHUNK):
            if PATIENT.search(kept + data):
                return True
            kept = data[-64:]
    return False


def _found(page: Page, path: str) -> list[HtmlElement]:
    found: list[HtmlElement] = page.document.xpath(path)
    return found


def _text(element: HtmlElement) -> str:
    return " ".join(element.text_content().split())
