# SPDX-FileCopyrightText: 2026 drimm contributors
# SPDX-License-Identifier: EUPL-1.2
"""Dossiers: what an Operateur asks, with its pieces, its history and what was said about it."""
