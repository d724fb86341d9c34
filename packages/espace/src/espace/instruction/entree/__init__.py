# SPDX-FileCopyrightText: 2026 drimm contributors
# SPDX-License-Identifier: EUPL-1.2
"""Entries in the Liste Blanche: what becomes a Domaine is watched by the Météo from the same instant."""
