# SPDX-FileCopyrightText: 2026 drimm contributors
# SPDX-License-Identifier: EUPL-1.2
"""Pieces and secrets kept in the database, sealed under a key ring."""
