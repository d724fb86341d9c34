# SPDX-FileCopyrightText: 2026 drimm contributors
# SPDX-License-Identifier: Apache-2.0
"""A publisher in memory with one list in its log."""

from __future__ import annotations

import pytest

from banc.attaques.publication import Publication, liste_at
from banc.attaques.terrain import NOW


@pytest.fixture(scope="session")
def liste() -> bytes:
    """The honest list."""
    return liste_at(0)


@pytest.fixture
def publication(liste: bytes) -> Publication:
    """An honest publisher that has published it."""
    publication = Publication()
    publication.publish(liste, at=NOW)
    return publication
