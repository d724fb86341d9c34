# SPDX-FileCopyrightText: 2026 drimm contributors
# SPDX-License-Identifier: EUPL-1.2
"""A source that serves, a PACS that receives, and the worker's role: a consommatrice on loopback."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator

import pytest

from banc.pacs.simulator import PacsSimulator
from drimbox.config import Acheminement
from tests.drimbox_env import DB, DB2
from tests.integration.drimbox.partage.conftest import drimbox, drimbox_env, etude, maille, porte
from tests.integration.drimbox.partage.maille import Maille

__all__ = ["drimbox", "drimbox_env", "etude", "maille", "porte"]


@pytest.fixture
def as_images(maille: Maille) -> Iterator[None]:
    """Everything runs in this process: the ORM enters as the worker, which brings the images."""
    with maille.environment.role("ouvrier"):
        yield


@pytest.fixture
def pacs_b(maille: Maille) -> Iterator[PacsSimulator]:
    """The PACS of the readers."""
    with PacsSimulator(maille.folder / "pacs_b", "PACSB", port=maille.environment.ports["pacs2"], known_aets={"DRIMBOX": None}) as pacs:
        yield pacs


@pytest.fixture
async def maille_b(porte: Maille, pacs_b: PacsSimulator, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Maille]:
    """The settings of the consommatrice: the way to the source, and where images go."""
    from django.conf import settings

    way = Acheminement(addresses=dict.fromkeys((DB, DB2), f"127.0.0.1:{porte.port}"))
    porte.settings = porte.settings.model_copy(update={"acheminement": way, "pacs_restitution": "second"})
    monkeypatch.setattr(settings, "DRIMBOX", porte.settings)
    return porte
