# SPDX-FileCopyrightText: 2026 drimm contributors
# SPDX-License-Identifier: EUPL-1.2
"""Which networks may open which pages: the console and the health address are not for the whole Internet."""

from __future__ import annotations

from collections.abc import Callable

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse

from drimbox.socle.reseaux import is_inside


class AllowedNetworksMiddleware:
    """Answers 404, as if nothing was there, to those who call from elsewhere."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self._get_response = get_response
        drimbox = settings.DRIMBOX
        ris = (*drimbox.reception.sources, *(network for known in drimbox.reception.ris for network in known.sources))
        self._doors = (("/console", drimbox.console.sources), ("/sante", drimbox.sante.sources), ("/api/ris", ris))

    def __call__(self, request: HttpRequest) -> HttpResponse:
        for prefix, networks in self._doors:
            if request.path.startswith(prefix) and not is_inside(request.META.get("REMOTE_ADDR", ""), networks):
                raise Http404
        return self._get_response(request)
