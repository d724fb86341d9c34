# SPDX-FileCopyrightText: 2026 drimm contributors
# SPDX-License-Identifier: EUPL-1.2
"""Images brought from a source into the PACS of the readers, over real TLS and DIMSE on loopback."""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import Any

from banc.pacs.simulator import PacsSimulator
from tests.integration.drimbox.conso.dossier import ask_for, make_kos, session_of
from tests.integration.drimbox.partage.maille import Etude, Maille, after_ins


async def bring(maille: Maille, etude: Etude, contenu: bytes) -> tuple[Any, list[Any]]:
    """Ask for a KOS and run the job; return its row and those of its series."""
    from drimbox.conso.rapatriement.conduite import conduct
    from drimbox.conso.rapatriement.models import Rapatriement, SerieRapatriee

    session = await session_of(maille)

    def run() -> tuple[Any, list[Any]]:
        with maille.environment.role("pages"):
            asked = ask_for(etude, session, contenu)
        with maille.environment.role("ouvrier"):
            conduct(maille.settings, asked.id)
            row = Rapatriement.objects.get(pk=asked.pk)
            return row, list(SerieRapatriee.objects.filter(rapatriement=asked).order_by("position"))

    return await asyncio.to_thread(run)


def stored(folder: Path) -> dict[str, bytes]:
    """Data sets that the PACS of the readers keeps, by the end of their file."""
    return {path.name: path.read_bytes() for path in folder.rglob("*") if path.is_file()}


async def test_every_image_of_the_kos_reaches_the_pacs_unchanged_after_the_place_of_the_ins(
    maille_b: Maille, etude: Etude, pacs_b: PacsSimulator
) -> None:
    row, series = await bring(maille_b, etude, make_kos(etude))
    assert [(s.state, s.code) for s in series] == [("complete", ""), ("complete", "")]
    assert row.state == "complet"
    assert [(s.expected, s.received, s.stored, s.refused) for s in series] == [(3, 3, 3, 0)] * 2
    kept = list(stored(maille_b.folder / "pacs_b").values())
    assert len(kept) == len(etude.datasets)
    assert all(any(file.endswith(after_ins(dataset)) for file in kept) for dataset in etude.datasets.values())
