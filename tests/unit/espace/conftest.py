# SPDX-FileCopyrightText: 2026 drimm contributors
# SPDX-License-Identifier: EUPL-1.2
from __future__ import annotations

from tests.espace_env import django_ready
from tests.espace_fixtures import espace, espace_env, espace_partage

__all__ = ["espace", "espace_env", "espace_partage"]

django_ready()
