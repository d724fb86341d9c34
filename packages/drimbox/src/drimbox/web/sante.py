# SPDX-FileCopyrightText: 2026 drimm contributors
# SPDX-License-Identifier: EUPL-1.2
"""The health address of the vi name: JSON, without Pro Santé Connect, for the announced networks only."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from confiance.sante import Statut
from drimbox.socle.sante.queries import sante as health


@never_cache
@require_safe
def sante(request: HttpRequest) -> HttpResponse:
    """Answer the real state: 200 when UP or DEGRADED, 503 when DOWN."""
    del request
    state = health(timezone.now())
    return HttpResponse(state.to_json(), content_type="application/json", status=503 if state.statut is Statut.DOWN else 200)
