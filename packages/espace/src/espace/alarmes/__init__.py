# SPDX-FileCopyrightText: 2026 drimm contributors
# SPDX-License-Identifier: EUPL-1.2
"""What a person must be told: one row per trouble, open until a person or the next success closes it."""
