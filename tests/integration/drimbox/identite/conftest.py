# SPDX-FileCopyrightText: 2026 drimm contributors
# SPDX-License-Identifier: EUPL-1.2
"""Fixtures of the tests of identity."""

from tests.psc_world import browser, clock, config, pki, psc

__all__ = ["browser", "clock", "config", "pki", "psc"]
