# SPDX-FileCopyrightText: 2026 drimm contributors
# SPDX-License-Identifier: EUPL-1.2
"""Checks made again: what the Registre holds may have changed since a dossier was submitted."""
