# SPDX-FileCopyrightText: 2026 drimm contributors
# SPDX-License-Identifier: EUPL-1.2
"""Numbers and fingerprints in addresses: one way to write each, and bounded."""

from __future__ import annotations

from django.urls import register_converter


class Nombre:
    """A number of list or a size of the log, without leading zero, below what PostgreSQL holds."""

    regex = "(?:0|[1-9][0-9]{0,8})"

    def to_python(self, value: str) -> int:
        """Read it."""
        return int(value)

    def to_url(self, value: int) -> str:
        """Write it."""
        return str(value)


class Empreinte:
    """A SHA-256, in small hex digits."""

    regex = "[0-9a-f]{64}"

    def to_python(self, value: str) -> str:
        """Read it."""
        return value

    def to_url(self, value: str) -> str:
        """Write it."""
        return value


register_converter(Nombre, "nombre")
register_converter(Empreinte, "empreinte")
