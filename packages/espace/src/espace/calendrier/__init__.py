# SPDX-FileCopyrightText: 2026 drimm contributors
# SPDX-License-Identifier: EUPL-1.2
"""Jours ouvrés: Monday to Friday, public holidays off, counted in the time of Paris. Pure."""
