# SPDX-FileCopyrightText: 2026 drimm contributors
# SPDX-License-Identifier: EUPL-1.2
"""Work done later: tasks on the same PostgreSQL, deferred inside the transaction that asks for it."""
