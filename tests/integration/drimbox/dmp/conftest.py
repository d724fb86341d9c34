# SPDX-FileCopyrightText: 2026 drimm contributors
# SPDX-License-Identifier: EUPL-1.2
from __future__ import annotations

from tests.dmp_fixtures import dmp, live_pki

__all__ = ["dmp", "live_pki"]
