# SPDX-FileCopyrightText: 2026 drimm contributors
# SPDX-License-Identifier: EUPL-1.2
"""Fixtures shared by the conftest of every family of tests of the DRIMbox."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.drimbox_env import Environment, build


@pytest.fixture(scope="session")
def drimbox_env(postgres: Any) -> Environment:
    """The DRIMbox of this session; made once, whatever conftest asks first."""
    return build(postgres)


@pytest.fixture
def drimbox(drimbox_env: Environment) -> Iterator[Environment]:
    """The same, with every table empty; the ORM enters under the role of ``ouvrier`` unless a test changes it."""
    from django.db import connections

    drimbox_env.empty()
    with drimbox_env.role("ouvrier"):
        yield drimbox_env
    connections.close_all()


@pytest.fixture(scope="session")
def sample_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Images of the sample exam, written once."""
    from tests.drimbox_world import sample_images

    return sample_images(tmp_path_factory.mktemp("jeu"))


@pytest.fixture
def monde(drimbox: Environment, tmp_path: Path, sample_folder: Path) -> Iterator[Any]:
    """A DMP that runs, PACS to start, and the sample exam."""
    from tests.drimbox_world import Monde, dmp_running

    with dmp_running(drimbox, tmp_path / "dmp") as dmp:
        yield Monde(drimbox, tmp_path, dmp, sample_folder)


@pytest.fixture
def chemin(monde: Any) -> Iterator[Any]:
    """The way of an exam driven by hand, with the sample exam in its first PACS."""
    from tests.drimbox_chemin import Chemin, pacs_of

    with pacs_of(monde, monde.images):
        yield Chemin(monde)
