# SPDX-FileCopyrightText: 2026 drimm contributors
# SPDX-License-Identifier: EUPL-1.2
from __future__ import annotations

from collections.abc import Callable

from espace.config import Zone
from espace.zone.adaptateurs.embarque import Embarque
from espace.zone.adaptateurs.port import Adaptateur
from espace.zone.adaptateurs.powerdns import PowerDnsApi
from espace.zone.adaptateurs.rfc2136 import DynamicUpdate
from espace.zone.vue import ZoneView


def adaptateur(settings: Zone, wait: Callable[[int], ZoneView]) -> Adaptateur:
    """Return the adapter that the settings name; only the process ``zone`` calls this, for it reads the key.

    Args:
        settings: the table ``[zone]``.
        wait: the embedded server, asked for its view at a serial number.

    Raises:
        AdaptateurMalRegle: the key cannot be used.
    """
    if settings.adaptateur == "rfc2136" and settings.rfc2136 is not None:
        return DynamicUpdate(settings, settings.rfc2136)
    if settings.adaptateur == "powerdns" and settings.powerdns is not None:
        return PowerDnsApi(settings, settings.powerdns)
    return Embarque(wait)
