# SPDX-FileCopyrightText: 2026 drimm contributors
# SPDX-License-Identifier: EUPL-1.2
"""Targets of the Météo: which couples are watched, since when, until when."""
