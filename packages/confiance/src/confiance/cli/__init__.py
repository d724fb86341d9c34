# SPDX-FileCopyrightText: 2026 drimm contributors
# SPDX-License-Identifier: Apache-2.0
"""The command ``confiance``: verify, sign, lint, diff, find and watch a Liste Blanche.

Exit codes: 0 accepted, 1 refused, 2 wrong usage, 3 unreadable file.
"""

from __future__ import annotations

from confiance.cli.commands import main

__all__ = ["main"]
