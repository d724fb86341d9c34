# SPDX-FileCopyrightText: 2026 drimm contributors
# SPDX-License-Identifier: EUPL-1.2
"""The DRIMbox of these tests: fixtures ``drimbox`` (migrated, emptied before each test) and ``drimbox_env`` (once per session)."""

from __future__ import annotations

from tests.drimbox_fixtures import chemin, drimbox, drimbox_env, monde, sample_folder

__all__ = ["chemin", "drimbox", "drimbox_env", "monde", "sample_folder"]
