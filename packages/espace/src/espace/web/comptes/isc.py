# SPDX-FileCopyrightText: 2026 drimm contributors
# SPDX-License-Identifier: EUPL-1.2
"""Going to iSC and coming back. allauth does it; what it lets fall is told here."""

from __future__ import annotations

from collections.abc import Callable

import requests
from allauth.socialaccount.providers.openid_connect import views
from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from confiance.exploitation.logs import get_logger
from espace.web.comptes.facteur import without_second_factor
from espace.web.erreurs import refused

log = get_logger("web")


@without_second_factor
@require_safe
@never_cache
def entrer(request: HttpRequest, provider_id: str) -> HttpResponse:
    """Send a person to iSC."""
    return _told(views.login, request, provider_id)


@without_second_factor
@require_safe
@never_cache
def revenir(request: HttpRequest, provider_id: str) -> HttpResponse:
    """Take a person back from iSC."""
    return _told(views.callback, request, provider_id)


def _told(view: Callable[..., HttpResponse], request: HttpRequest, provider_id: str) -> HttpResponse:
    try:
        return view(request, provider_id)
    except requests.RequestException:
        log.warning("web:isc:silent")
        return refused(request, _("iSC ne répond pas. Réessayez dans quelques minutes, ou entrez par un compte local."), status=503)
