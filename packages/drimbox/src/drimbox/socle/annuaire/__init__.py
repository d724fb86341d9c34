# SPDX-FileCopyrightText: 2026 drimm contributors
# SPDX-License-Identifier: EUPL-1.2
"""The Liste Blanche of the day in this DRIMbox, and the way to the names it holds."""
