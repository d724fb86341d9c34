# SPDX-FileCopyrightText: 2026 drimm contributors
# SPDX-License-Identifier: EUPL-1.2
"""A study of more classes than one association holds with all their syntaxes: it is asked series by series.

A syntax that shares its context with others is lost when the PACS prefers one of those. A series has few classes: associations whose
contexts bear one syntax each carry the series one after the other, as many on each as its contexts allow.
"""

from __future__ import annotations

import asyncio
from dataclasses import replace

from drimbox.config import Pacs
from drimbox.socle.pacs.errors import PacsAbsent, PacsRefuse
from drimbox.socle.pacs.model import EtudePacs, SeriePacs
from drimbox.socle.pacs.objet import DemandeImages
from drimbox.socle.pacs.questions import find_etude
from drimbox.socle.pacs.syntaxes import holds


async def by_series(pacs: Pacs, demande: DemandeImages) -> tuple[DemandeImages, ...]:
    """Return what to ask in place of a whole study; the study itself when the PACS does not say what it is made of.

    Raises:
        PacsAbsent: it holds nothing of it.
        PacsIndisponible: it does not answer.
    """
    try:
        etude = await asyncio.to_thread(find_etude, pacs, demande.study)
    except PacsRefuse:
        return (demande,)
    if etude is None:
        raise PacsAbsent
    return split(demande, etude)


def split(demande: DemandeImages, etude: EtudePacs) -> tuple[DemandeImages, ...]:
    """Return one demand for each series that holds something awaited, with the classes of its association.

    Args:
        demande: of a study, with its classes.
        etude: the study as the PACS describes it.
    """
    found, shared = list[tuple[SeriePacs, set[str]]](), set[str]()
    for serie in etude.series:
        if demande.attendus is None or not demande.attendus.isdisjoint(_uids(serie)):
            classes = _classes(serie, demande)
            if not holds(shared | classes, accept=demande.accept_syntaxes):
                shared = set()
            shared |= classes  # of all the series of this association: the set goes on growing until it is full
            found.append((serie, shared))
    return tuple(_demand(demande, serie, classes) for serie, classes in found)


def _classes(serie: SeriePacs, demande: DemandeImages) -> set[str]:
    classes = {instance.sop_class_uid for instance in serie.instances}
    return set(demande.sop_classes) if "" in classes else classes  # a PACS need not say them


def _demand(demande: DemandeImages, serie: SeriePacs, classes: set[str]) -> DemandeImages:
    awaited = None if demande.attendus is None else demande.attendus & _uids(serie)
    return replace(demande, series=serie.series_instance_uid, sop_classes=tuple(sorted(classes)), attendus=awaited)


def _uids(serie: SeriePacs) -> frozenset[str]:
    return frozenset(instance.sop_instance_uid for instance in serie.instances)
