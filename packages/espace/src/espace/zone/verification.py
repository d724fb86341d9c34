# SPDX-FileCopyrightText: 2026 drimm contributors
# SPDX-License-Identifier: EUPL-1.2
from __future__ import annotations

from espace.config import Zone
from espace.zone.vue import build


def check_zone(settings: Zone) -> None:
    """Check that the settings of the zone make records.

    Raises:
        ZoneInvalide: one does not.
    """
    build(settings, [], 1)
