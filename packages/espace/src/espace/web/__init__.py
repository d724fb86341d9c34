# SPDX-FileCopyrightText: 2026 drimm contributors
# SPDX-License-Identifier: EUPL-1.2
"""Screens of the Espace: the console of the administrateur and the public pages."""
