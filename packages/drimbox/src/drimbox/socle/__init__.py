# SPDX-FileCopyrightText: 2026 drimm contributors
# SPDX-License-Identifier: EUPL-1.2
"""What both functions of a DRIMbox stand on; it imports neither of them."""
