# SPDX-FileCopyrightText: 2026 drimm contributors
# SPDX-License-Identifier: EUPL-1.2
"""Fixtures of the tests of the banc."""

from tests.psc_world import pki

__all__ = ["pki"]
