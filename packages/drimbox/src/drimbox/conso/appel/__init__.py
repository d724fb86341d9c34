# SPDX-FileCopyrightText: 2026 drimm contributors
# SPDX-License-Identifier: EUPL-1.2
"""The contextual call: which patient a professional asks about, and who that professional is."""
