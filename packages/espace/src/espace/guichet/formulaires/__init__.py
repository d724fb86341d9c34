# SPDX-FileCopyrightText: 2026 drimm contributors
# SPDX-License-Identifier: EUPL-1.2
"""What a dossier of each parcours must hold: a draft keeps these fields and no other."""

from __future__ import annotations

from espace.guichet.formulaires import declaration, integration, va

CHAMPS: dict[str, frozenset[str]] = {
    "declaration": declaration.CHAMPS,
    "integration": integration.CHAMPS,
    "va": va.CHAMPS,
}
