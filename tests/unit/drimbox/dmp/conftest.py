# SPDX-FileCopyrightText: 2026 drimm contributors
# SPDX-License-Identifier: EUPL-1.2
from __future__ import annotations

import pytest

from banc.pki import Pki
from drimbox.socle.dmp.deposit import Expediteur
from drimbox.socle.dmp.model import LimitesDmp
from tests.unit.drimbox.dmp.samples import built_pki, dmp_settings


@pytest.fixture(scope="session")
def dmp_pki(tmp_path_factory: pytest.TempPathFactory) -> Pki:
    """A PKI at the frozen date of these tests."""
    return built_pki(tmp_path_factory.mktemp("dmp-pki"))


@pytest.fixture(scope="session", params=["sha256", "sha1"])
def expediteur(dmp_pki: Pki, request: pytest.FixtureRequest) -> Expediteur:
    return Expediteur.load(dmp_settings(dmp_pki, digest=request.param), LimitesDmp())
