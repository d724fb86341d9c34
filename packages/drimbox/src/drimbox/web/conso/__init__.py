# SPDX-FileCopyrightText: 2026 drimm contributors
# SPDX-License-Identifier: EUPL-1.2
"""Screens of the consommatrice: the call, the search in the DMP, the images brought back."""
