# SPDX-FileCopyrightText: 2026 drimm contributors
# SPDX-License-Identifier: EUPL-1.2
"""C-MOVE, whose listener takes one at a time what one object could answer: a slow reader of a study keeps its series from nobody."""

from __future__ import annotations

from pathlib import Path

import pytest

from banc.pacs.simulator import PacsSimulator
from banc.ports import free_port
from drimbox.config import Pacs
from drimbox.socle.pacs.flux import DemandeImages
from drimbox.source.partage.partagees import Recuperations
from drimbox.source.partage.recuperation import Lecteur, LimitesLecture
from drimbox.source.partage.reserve import Reserve
from tests.integration.drimbox.partage.maille import MEGABYTE, make_study


async def whole(lecteur: Lecteur) -> set[str]:
    found = set[str]()
    while (objet := await lecteur.next()) is not None:
        async for _lot in lecteur.lots():
            pass
        found.add(objet.sop_instance_uid)
    return found


@pytest.mark.parametrize("associations", [1, 4])
async def test_a_series_of_a_study_that_is_read_slowly_is_served(tmp_path: Path, associations: int) -> None:
    study = make_study(tmp_path / "pacs", series=2, instances=12, padding=MEGABYTE)
    simulator = PacsSimulator(tmp_path / "pacs", "PACSA", known_aets={"DRIMBOX": None, "DRIMOVE": ("127.0.0.1", port := free_port())})
    running = Recuperations(LimitesLecture(), Reserve(tmp_path, 1 << 30))
    with simulator:
        pacs = Pacs.model_validate(
            {
                "name": "move", "host": "127.0.0.1", "port": simulator.port, "aet": "PACSA", "timeout": 60.0,
                "max_associations": associations, "recuperation": "c-move", "move": {"aet": "DRIMOVE", "port": port},
            }
        )  # fmt: skip
        async with running.read(pacs, DemandeImages(study.study), "CN=slow") as slow:
            first = await slow.next()
            assert first is not None
            async with running.read(pacs, DemandeImages(study.study, study.series[1]), "CN=other") as other:
                assert await whole(other) == set(study.instances[study.series[1]])
            assert slow.position == 1
            assert {first.sop_instance_uid} | await whole(slow) == set(study.datasets)
    assert running.reserve.used == 0
    running.close()
