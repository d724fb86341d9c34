# SPDX-FileCopyrightText: 2026 drimm contributors
# SPDX-License-Identifier: EUPL-1.2
from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class NomDeZone:
    """One name of the zone: where it leads, and whether its Drimbox was retired."""

    fqdn: str
    cible: str
    retire: bool
