# SPDX-FileCopyrightText: 2026 drimm contributors
# SPDX-License-Identifier: EUPL-1.2
"""The images door open on loopback, with everything it asks around it."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest

from banc.pacs.simulator import PacsSimulator
from banc.psc import served
from drimbox.config import current
from drimbox.socle.journal.debit import Debit
from tests.drimbox_env import DB, DB2, Environment, django_ready
from tests.drimbox_fixtures import drimbox, drimbox_env
from tests.integration.drimbox.partage.maille import MEGABYTE, Etude, Maille, make_study, psc_of

__all__ = ["drimbox", "drimbox_env"]

django_ready()  # some of these tests import models


@pytest.fixture
def maille(drimbox: Environment, tmp_path: Path) -> Iterator[Maille]:
    """List in force, PACS started; the ORM enters as the process ``images`` once all is in place."""
    base = current()
    images = {"port": 0, "idle_seconds": 3.0, "max_transfers": 8, "max_transfers_per_peer": 4, "queue": 0, "stop_seconds": 2.0}
    settings = base.model_copy(update={"images": base.images.model_copy(update=images)})
    pacs = PacsSimulator(tmp_path / "pacs", "PACSA", port=drimbox.ports["pacs"], known_aets={"DRIMBOX": None})
    found = Maille(drimbox, settings, pacs, tmp_path)
    found.publish(DB, DB2)
    with pacs:
        yield found


@pytest.fixture
def etude(maille: Maille) -> Etude:
    """A study in the PACS with its KOS in service."""
    study = make_study(maille.folder / "pacs")
    maille.pacs.index.scan()
    maille.add_kos(study)
    return study


@pytest.fixture
def heavy(maille: Maille) -> Etude:
    """A study of 30 MB: more than what sockets and buffers can hold."""
    study = make_study(maille.folder / "pacs", series=1, instances=30, padding=MEGABYTE)
    maille.pacs.index.scan()
    maille.add_kos(study)
    return study


@pytest.fixture
def as_images(maille: Maille) -> Iterator[None]:
    """Let the ORM enter under the role of the process, whose grants are thus tested."""
    with maille.environment.role("images"):
        yield


@pytest.fixture(autouse=True)
def fresh_minute(monkeypatch: pytest.MonkeyPatch) -> None:
    """Refusals of other tests leave this one all the lines of its minute."""
    monkeypatch.setattr("drimbox.source.partage.journal.REFUSALS", Debit())


@pytest.fixture
async def porte(maille: Maille, as_images: None) -> AsyncIterator[Maille]:
    """The images door and its PSC, serving."""
    from drimbox.source.partage.server import serving

    issuer = maille.pki.market("psc.banc.test")
    async with served(psc_of(maille.environment), issuer) as psc, served(psc_of(maille.environment), issuer) as etranger:
        mine = maille.settings.psc.model_copy(update={"discovery_url": psc.discovery_url, "issuer": psc.issuer})
        maille.settings = maille.settings.model_copy(update={"psc": mine})
        maille.etranger = etranger
        async with serving(maille.settings) as port:
            maille.port = port
            yield maille
