# SPDX-FileCopyrightText: 2026 drimm contributors
# SPDX-License-Identifier: EUPL-1.2
"""Where the processes ``signataire`` and ``depot`` are called: something waits for them."""

from __future__ import annotations

SIGNATAIRE = "espace_publication"
"""NOTIFY channel: a publication is demanded or answered, a head is signed; the process ``signataire`` looks."""
DEPOT = "espace_depot"
"""NOTIFY channel: a list or a head is published; the process ``depot`` looks."""
