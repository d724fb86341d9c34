# SPDX-FileCopyrightText: 2026 drimm contributors
# SPDX-License-Identifier: EUPL-1.2
"""PACS A with the sample exam, PACS B empty: simulators of the banc, and a real Orthanc."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from banc.jeux import make_images
from banc.pacs import PacsSimulator
from banc.pacs.orthanc import OrthancPacs
from banc.ports import free_port
from drimbox.config import Pacs
from drimbox.socle.pacs.flux import DemandeImages, recuperer
from drimbox.socle.pacs.model import ObjetDicom

MOVE_PORT = free_port()  # where the Orthanc of these tests sends what C-MOVE asks


def settings_of(pacs: PacsSimulator | OrthancPacs, **changes: object) -> Pacs:
    return Pacs(**({"name": pacs.aet, "host": "127.0.0.1", "port": pacs.port, "aet": pacs.aet, "timeout": 10.0} | changes))


def kept(pacs: PacsSimulator) -> dict[str, bytes]:
    return {entry.sop_instance_uid: entry.load().dataset for entry in pacs.index.entries()}


async def fetch(pacs: Pacs, demande: DemandeImages) -> dict[str, ObjetDicom]:
    """Retrieve objects and keep them whole, by instance."""
    found = {}
    async with recuperer(pacs, demande) as flux:
        async for objet in flux:
            data = objet.entete + b"".join([bytes(bloc) async for bloc in objet.blocs()])
            found[objet.sop_instance_uid] = ObjetDicom(objet.sop_class_uid, objet.sop_instance_uid, objet.transfer_syntax_uid, data)
    return found


@pytest.fixture(scope="session")
def exam(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Folder of the sample exam: 2 series of 4 images, the second one JPEG-LS."""
    folder = tmp_path_factory.mktemp("exam")
    make_images(folder, slices=4)
    return folder


@pytest.fixture
def pacs_a(exam: Path) -> Iterator[PacsSimulator]:
    with PacsSimulator(exam, "PACSA", known_aets={"DRIMBOX": None}) as pacs:
        yield pacs


@pytest.fixture
def pacs_b(tmp_path: Path) -> Iterator[PacsSimulator]:
    with PacsSimulator(tmp_path / "b", "PACSB", known_aets={"DRIMBOX": None}) as pacs:
        yield pacs


@pytest.fixture(scope="module")
def orthanc(tmp_path_factory: pytest.TempPathFactory) -> Iterator[OrthancPacs]:
    destinations = {"drimbox": ("DRIMOVE", "127.0.0.1", MOVE_PORT)}
    with OrthancPacs(tmp_path_factory.mktemp("orthanc"), destinations=destinations) as pacs:
        yield pacs
