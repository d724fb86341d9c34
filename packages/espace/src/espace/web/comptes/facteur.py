# SPDX-FileCopyrightText: 2026 drimm contributors
# SPDX-License-Identifier: EUPL-1.2
"""Nobody goes past the login with a password alone."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar

from allauth.account.internal.flows.login import get_authentication_records
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.http import urlencode

STRONG = frozenset({"mfa", "socialaccount"})
_OPEN = frozenset({"public", "attestation"})
View = Callable[..., HttpResponse]
V = TypeVar("V", bound=Callable[..., HttpResponseBase])


def without_second_factor(view: V) -> V:
    """Mark a view that a session opened by a password alone may use: taking a second factor, or leaving."""
    view.without_second_factor = True  # type: ignore[attr-defined]  # read by the middleware below
    return view


def is_strong(request: HttpRequest) -> bool:
    """Tell whether this session was opened by two factors, or by iSC which asks for its own."""
    return any(record.get("method") in STRONG for record in get_authentication_records(request, request.user))


class SecondFacteur:
    """Middleware that leads a session opened by a password alone to the page that gives a second factor."""

    def __init__(self, get_response: View) -> None:
        self._get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Pass."""
        return self._get_response(request)

    def process_view(self, request: HttpRequest, view: View, _args: Any, _kwargs: Any) -> HttpResponse | None:
        """Stop what asks more than this session may."""
        match = request.resolver_match
        if match is None or match.namespace in _OPEN or getattr(view, "without_second_factor", False):
            return None
        if not request.user.is_authenticated or is_strong(request):
            return None
        following = request.get_full_path() if request.method in ("GET", "HEAD") else ""
        query = f"?{urlencode({'next': following})}" if following else ""
        return redirect(reverse("mfa_activate_totp") + query)
