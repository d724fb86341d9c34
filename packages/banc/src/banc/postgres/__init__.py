# SPDX-FileCopyrightText: 2026 drimm contributors
# SPDX-License-Identifier: EUPL-1.2
"""An embedded PostgreSQL for the banc, the tests and a laptop (architecture, decision 3)."""

from banc.postgres.launcher import EmbeddedPostgres, PostgresError

__all__ = ["EmbeddedPostgres", "PostgresError"]
