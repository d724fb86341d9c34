# SPDX-FileCopyrightText: 2026 drimm contributors
# SPDX-License-Identifier: Apache-2.0
"""The honest world of the attacks, shared by the tests of confiance."""

from __future__ import annotations

import pytest

from banc.attaques.terrain import Terrain, make_terrain


@pytest.fixture(scope="session")
def terrain() -> Terrain:
    """A PKI, a signer, a list of twelve rows and an honest policy."""
    return make_terrain()
