# SPDX-FileCopyrightText: 2026 drimm contributors
# SPDX-License-Identifier: EUPL-1.2
"""A simulated DMP that listens over mutual TLS: fixtures ``live_pki`` and ``dmp``, for the tests of the client and of the simulator."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
import pytest_asyncio

from banc.dmp import DmpConfig, served
from banc.dmp.server import Served
from banc.pki import Pki
from tests.unit.drimbox.dmp.samples import DMP_NAME, built_pki


@pytest.fixture(scope="session")
def live_pki(tmp_path_factory: pytest.TempPathFactory) -> Pki:
    """A PKI valid today: TLS has no other clock."""
    return built_pki(tmp_path_factory.mktemp("live-pki"), datetime.now(UTC))


@pytest_asyncio.fixture
async def dmp(live_pki: Pki, tmp_path: Path) -> AsyncIterator[Served]:
    config = DmpConfig(folder=tmp_path / "dmp", anchors=live_pki.anchors_dir)
    async with served(config, live_pki.market(DMP_NAME)) as running:
        yield running
