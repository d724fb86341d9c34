# SPDX-FileCopyrightText: 2026 drimm contributors
# SPDX-License-Identifier: EUPL-1.2
"""Fixtures shared by the conftest of every family of tests of the Espace."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from tests.espace_env import Environment, build


@pytest.fixture(scope="session")
def espace_env(postgres: Any) -> Environment:
    """The Espace of this session; made once."""
    return build(postgres)


@pytest.fixture
def espace(espace_env: Environment) -> Iterator[Environment]:
    """The same with a database of its own; the ORM enters under the role of ``pages`` unless a test changes it."""
    with espace_env.copy(), espace_env.role("pages"):
        yield espace_env


@pytest.fixture(scope="module")
def espace_partage(espace_env: Environment) -> Iterator[Environment]:
    """A database for a whole module, for tests that leave it as they found it."""
    with espace_env.copy(), espace_env.role("pages"):
        yield espace_env
