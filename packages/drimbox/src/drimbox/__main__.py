# SPDX-FileCopyrightText: 2026 drimm contributors
# SPDX-License-Identifier: EUPL-1.2
"""python -m drimbox."""

from __future__ import annotations

from drimbox.cli import main

if __name__ == "__main__":
    main()
