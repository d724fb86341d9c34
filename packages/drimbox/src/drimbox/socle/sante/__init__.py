# SPDX-FileCopyrightText: 2026 drimm contributors
# SPDX-License-Identifier: EUPL-1.2
"""The state of this Drimbox and of its PACS, as the Météo and the console show it."""
