# SPDX-FileCopyrightText: 2026 drimm contributors
# SPDX-License-Identifier: EUPL-1.2
"""Exclusions: decided by the administrateur with a ground, told in writing; the names stay in the DNS."""
