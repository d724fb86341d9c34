# SPDX-FileCopyrightText: 2026 drimm contributors
# SPDX-License-Identifier: EUPL-1.2
"""What happened, in the transaction where it happened. Lines are added; none changes and none leaves."""
