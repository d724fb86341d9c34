# SPDX-FileCopyrightText: 2026 drimm contributors
# SPDX-License-Identifier: EUPL-1.2
from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class NomDeZone:
    """One name of the zone: where it leads, whether its Drimbox was retired, and whether it is a vi name, that www may precede."""

    fqdn: str
    cible: str
    retire: bool
    visionneuse: bool = False
