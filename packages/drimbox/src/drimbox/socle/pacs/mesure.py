# SPDX-FileCopyrightText: 2026 drimm contributors
# SPDX-License-Identifier: EUPL-1.2
"""The measure of a PACS (DB.SO.102): how soon it answers, how soon the first image is here, how many megabits per second follow.

The images are fetched the way the mesh fetches them and thrown away: no disk nor network of ours is in the figure. Nor is the question of
their classes, which the mesh never asks: a KOS says them.
"""

from __future__ import annotations

import asyncio
import time
from collections import Counter
from dataclasses import dataclass, field, replace

from drimbox.config import Pacs
from drimbox.socle.pacs.bassin import associations_gardees
from drimbox.socle.pacs.classes import classes_of
from drimbox.socle.pacs.flux import recuperer
from drimbox.socle.pacs.objet import DemandeImages
from drimbox.socle.pacs.questions import echo

ETUDE_DE_REFERENCE = "1.2.250.1.213.4.5.2.1.199"
"""Study of the homologation for measures: 1,300 CT, JPEG-LS lossless, about 210 MB."""


@dataclass(frozen=True, slots=True)
class MesurePacs:
    """What was measured. Durations in seconds, counted from the request.

    Attributes:
        pacs: name of the PACS.
        recuperation: way of fetching.
        latence_echo: best of three C-ECHO (or of three searches), association included.
        premiere_image: until the last byte of the first image.
        duree: until the end.
        instances: how many came.
        octets: of their data sets.
        mbit_par_seconde: over the whole duration.
        syntaxes: transfer syntax received → instances.
    """

    pacs: str
    recuperation: str
    latence_echo: float
    premiere_image: float
    duree: float
    instances: int
    octets: int
    mbit_par_seconde: float
    syntaxes: dict[str, int] = field(default_factory=dict)


def mesurer(pacs: Pacs, study: str = ETUDE_DE_REFERENCE) -> MesurePacs:
    """Measure a PACS with one of its studies.

    Raises:
        PacsAbsent: it does not hold the study.
        PacsIndisponible: it does not answer, or stops on the way.
        PacsRefuse: it answers no.
    """
    latence = min(_seconds_of_echo(pacs) for _ in range(3))
    return asyncio.run(_measure(pacs, study, latence))


async def _measure(pacs: Pacs, study: str, latence: float) -> MesurePacs:
    syntaxes: Counter[str] = Counter()
    octets, first, demande = 0, 0.0, DemandeImages(study)
    if pacs.recuperation == "c-get":
        demande = replace(demande, sop_classes=await classes_of(pacs, demande))
    start = time.perf_counter()
    async with associations_gardees(), recuperer(pacs, demande) as flux:
        async for objet in flux:
            await objet.finish()
            first = first or time.perf_counter() - start
            octets += objet.recus
            syntaxes[objet.transfer_syntax_uid] += 1
    duree = time.perf_counter() - start
    return MesurePacs(
        pacs=pacs.name,
        recuperation=pacs.recuperation,
        latence_echo=latence,
        premiere_image=first,
        duree=duree,
        instances=syntaxes.total(),
        octets=octets,
        mbit_par_seconde=8 * octets / duree / 1e6,
        syntaxes=dict(syntaxes),
    )


def _seconds_of_echo(pacs: Pacs) -> float:
    start = time.perf_counter()
    echo(pacs)
    return time.perf_counter() - start
