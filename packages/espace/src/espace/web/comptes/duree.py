# SPDX-FileCopyrightText: 2026 drimm contributors
# SPDX-License-Identifier: EUPL-1.2
"""A session ends some hours after its first login, whatever is done with it: one that was stolen is not kept alive for ever."""

from __future__ import annotations

import time
from collections.abc import Callable

from allauth.account.internal.flows.login import AUTHENTICATION_METHODS_SESSION_KEY
from django.conf import settings
from django.contrib import messages
from django.contrib.auth import SESSION_KEY
from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _

View = Callable[..., HttpResponse]
_HOUR = 3600.0  # seconds


class DureeDeSession:
    """Middleware that empties a session that is too old; the page asked then leads to the login, as for anybody."""

    def __init__(self, get_response: View) -> None:
        self._get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Pass, with the session or without it."""
        hours = settings.ESPACE.pages.session_heures
        if SESSION_KEY in request.session and time.time() - _opened_at(request) > hours * _HOUR:
            request.session.flush()
            words = _("Votre session était ouverte depuis plus de %(hours)d heures : connectez-vous de nouveau.")
            messages.info(request, words % {"hours": hours})
        return self._get_response(request)


def _opened_at(request: HttpRequest) -> float:
    """Return when its first factor was given, in seconds since 1970; a login that nothing dates is too old."""
    records = request.session.get(AUTHENTICATION_METHODS_SESSION_KEY, [])
    return float(min((record["at"] for record in records), default=0.0))
