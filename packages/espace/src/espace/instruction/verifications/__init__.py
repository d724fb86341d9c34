# SPDX-FileCopyrightText: 2026 drimm contributors
# SPDX-License-Identifier: EUPL-1.2
"""Checks by machine, made before a person looks; one module per parcours. Nothing here goes out to the network but ``resolution``."""
