# SPDX-FileCopyrightText: 2026 drimm contributors
# SPDX-License-Identifier: EUPL-1.2
from __future__ import annotations

from django.conf import settings
from django.http import HttpRequest


def espace(_request: HttpRequest) -> dict[str, str]:
    """Give every template the name of the administrateur, the zone and the public address."""
    return {
        "administrateur": settings.ESPACE.administrateur,
        "zone": settings.ESPACE.zone.name,
        "public_url": settings.ESPACE.pages.public_url,
    }
