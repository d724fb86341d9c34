# SPDX-FileCopyrightText: 2026 drimm contributors
# SPDX-License-Identifier: EUPL-1.2
"""The command ``espace``."""

from espace.cli.application import main

__all__ = ["main"]
