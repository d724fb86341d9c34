# SPDX-FileCopyrightText: 2026 drimm contributors
# SPDX-License-Identifier: EUPL-1.2
"""Metadata of a large study go through a bounded memory: headers leave as they come, pixels pass unread."""

from __future__ import annotations

import asyncio
import json
import tracemalloc
from collections.abc import Iterator
from dataclasses import dataclass

import pytest

from drimbox.socle.pacs.model import ObjetDicom
from tests.integration.drimbox.partage.faux_pacs import pacs_that_gives
from tests.integration.drimbox.partage.maille import INS, Etude, Maille, make_study
from tests.integration.drimbox.partage.requests import get, headers

CT, EXPLICIT = "1.2.840.10008.5.1.4.1.1.2", "1.2.840.10008.1.2.1"
COUNT, PIXELS = 150, 1_400_000


@dataclass
class Lourde:
    """A study of 210 MB whose objects are made one by one, when they are asked for."""

    template: bytes
    first: str

    @property
    def uids(self) -> list[str]:
        return [f"{self.first[:-4]}{1000 + rank}" for rank in range(COUNT)]

    def __iter__(self) -> Iterator[ObjetDicom]:
        for uid in self.uids:
            # (FFFC,FFFC) DataSetTrailingPadding comes after the pixels
            padding = b"\xfc\xff\xfc\xffOB\0\0" + PIXELS.to_bytes(4, "little") + bytes(PIXELS)
            yield ObjetDicom(CT, uid, EXPLICIT, self.template.replace(self.first.encode(), uid.encode()) + padding)


@pytest.fixture
def lourde(maille: Maille) -> tuple[Etude, Lourde]:
    etude = make_study(maille.folder / "template", series=1, instances=1)
    (first,), (template,) = etude.datasets, etude.datasets.values()
    study = Lourde(template, first)
    etude.instances[etude.series[0]] = study.uids
    etude.datasets = dict.fromkeys(study.uids, b"")
    maille.add_kos(etude)
    return etude, study


async def test_metadata_of_a_large_study_cost_a_bounded_memory(
    porte: Maille, lourde: tuple[Etude, Lourde], monkeypatch: pytest.MonkeyPatch
) -> None:
    etude, study = lourde
    faux = pacs_that_gives(monkeypatch)
    faux.items = study  # type: ignore[assignment]  # read once, in order, as a list would be
    given = await headers(porte, etude, Accept="application/dicom+json")
    async with porte.client() as session:
        tracemalloc.start()
        try:
            status, _, body = await get(session, porte.url(etude) + "/metadata", given)
            _, peak = tracemalloc.get_traced_memory()
        finally:
            tracemalloc.stop()
    rows = await asyncio.to_thread(json.loads, body)
    assert (status, [row["00080018"]["Value"][0] for row in rows]) == (200, study.uids)
    assert all(INS in {item["00100020"]["Value"][0] for item in row["00101002"]["Value"]} for row in rows)
    assert faux.given > COUNT * PIXELS
    assert peak < 24 << 20
