# SPDX-FileCopyrightText: 2026 drimm contributors
# SPDX-License-Identifier: EUPL-1.2
"""Login, its second step, and leaving."""

from __future__ import annotations

from typing import Any

from allauth.account.app_settings import EmailVerificationMethod
from allauth.account.internal.flows.login import perform_password_login
from allauth.account.models import Login
from allauth.mfa.base.views import AuthenticateView
from django.conf import settings
from django.contrib.auth.views import LoginView
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect
from django.utils.decorators import method_decorator
from django.views.decorators.cache import never_cache

from espace.web.comptes.adaptateurs import ComptesAdapter
from espace.web.comptes.facteur import is_strong, without_second_factor
from espace.web.comptes.formulaires import Code, Connexion


@method_decorator(never_cache, name="dispatch")
class PageConnexion(LoginView):
    """The first step: login and password, or iSC."""

    template_name = "comptes/connexion.html"
    authentication_form = Connexion

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        """Send who is already in to where he was going."""
        if request.user.is_authenticated and is_strong(request):
            return redirect(self.get_redirect_url() or ComptesAdapter(request).get_login_redirect_url(request))
        return super().dispatch(request, *args, **kwargs)

    def form_valid(self, form: Any) -> HttpResponse:
        """Go on to the second factor; the session opens after it."""
        login = Login(user=form.get_user(), email_verification=EmailVerificationMethod.NONE, redirect_url=self.get_redirect_url() or None)
        answer: HttpResponse = perform_password_login(self.request, {}, login)
        return answer

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        """Say whether iSC is there."""
        return super().get_context_data(**kwargs, isc=settings.ESPACE.isc)


class PageCode(AuthenticateView):  # type: ignore[misc]  # allauth has no types
    """The second step: a code."""

    form_class = Code
    template_name = "comptes/code.html"


connexion = without_second_factor(PageConnexion.as_view())
code = without_second_factor(PageCode.as_view())
