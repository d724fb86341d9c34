# SPDX-FileCopyrightText: 2026 drimm contributors
# SPDX-License-Identifier: EUPL-1.2
"""Dossiers judged: tables of parcours, checks by machine, decisions and their effects."""
