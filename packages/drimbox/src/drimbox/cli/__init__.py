# SPDX-FileCopyrightText: 2026 drimm contributors
# SPDX-License-Identifier: EUPL-1.2
"""The command ``drimbox``."""

from drimbox.cli.application import app, main

__all__ = ["app", "main"]
