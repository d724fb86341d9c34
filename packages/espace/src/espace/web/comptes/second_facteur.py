# SPDX-FileCopyrightText: 2026 drimm contributors
# SPDX-License-Identifier: EUPL-1.2
"""One's own account: taking a second factor, its spare codes, the password."""

from __future__ import annotations

from typing import Any

from allauth.account.internal.flows.login import record_authentication
from allauth.core import ratelimit
from allauth.mfa.models import Authenticator
from allauth.mfa.totp.internal.auth import clear_totp_secret, get_totp_secret, validate_totp_code
from django.contrib import messages
from django.contrib.auth import update_session_auth_hash
from django.contrib.auth.decorators import login_required
from django.contrib.auth.forms import PasswordChangeForm
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods, require_safe

from espace.acteurs.actions import facteurs
from espace.acteurs.actions.mots_de_passe import change_password
from espace.acteurs.queries import membre_of
from espace.web.comptes.adaptateurs import ComptesAdapter, FacteursAdapter
from espace.web.comptes.facteur import is_strong, without_second_factor
from espace.web.comptes.formulaires import Code, PremierCode
from espace.web.comptes.qr import qr_svg


@without_second_factor
@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
@login_required
def enrolement(request: HttpRequest) -> HttpResponse:
    """Give a second factor to an account that has none; the spare codes are shown at once, and only then."""
    if is_strong(request) or Authenticator.objects.filter(user_id=request.user.pk).exists():
        return redirect(_following(request))
    form = PremierCode(request.POST if request.method == "POST" else None)
    secret = get_totp_secret()
    if request.method == "POST" and form.is_valid():
        if not _try(request):
            form.add_error("code", ComptesAdapter.error_messages["too_many_login_attempts"])
        elif validate_totp_code(secret, form.cleaned_data["code"].replace(" ", "")):
            return _enrolled(request, secret)
        else:
            form.add_error("code", _("Ce code n'est pas le bon. Vérifiez l'heure du téléphone, puis recopiez le code qui s'affiche."))
    adresse = FacteursAdapter(request).build_totp_url(request.user, secret)
    groups = " ".join(secret[start : start + 4] for start in range(0, len(secret), 4))
    values = {"form": form, "qr": qr_svg(adresse), "secret": groups, "next": request.GET.get("next", "")}
    return render(request, "comptes/second_facteur.html", values, status=400 if form.errors else 200)


@require_safe
@never_cache
@login_required
def compte(request: HttpRequest) -> HttpResponse:
    """Show one's own account."""
    values = {
        "membre": membre_of(request.user),
        "facteur": Authenticator.objects.filter(user_id=request.user.pk, type=Authenticator.Type.TOTP).first(),
        "retour": ComptesAdapter(request).get_login_redirect_url(request),
    }
    return render(request, "comptes/compte.html", values)


@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
@login_required
def codes(request: HttpRequest) -> HttpResponse:
    """Give new spare codes, against a code of the generator."""
    form = Code(request.POST if request.method == "POST" else None, user=request.user)
    if request.method == "POST" and form.is_valid():
        return render(request, "comptes/codes.html", {"codes": facteurs.renew_spare_codes(request.user), "next": "/"})  # type: ignore[arg-type]  # login_required
    return render(request, "comptes/renouveler_codes.html", {"form": form}, status=400 if form.errors else 200)


@sensitive_post_parameters()
@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
@login_required
def mot_de_passe(request: HttpRequest) -> HttpResponse:
    """Change one's password; the other sessions of the account end."""
    form = PasswordChangeForm(request.user, request.POST if request.method == "POST" else None)  # type: ignore[arg-type]  # login_required
    if request.method == "POST" and form.is_valid():
        user: Any = request.user
        user.set_password(form.cleaned_data["new_password1"])
        change_password(user)
        update_session_auth_hash(request, user)
        messages.success(request, _("Le mot de passe est changé. Vos autres sessions sont fermées."))
        return redirect(ComptesAdapter(request).get_login_redirect_url(request))
    return render(request, "comptes/mot_de_passe.html", {"form": form}, status=400 if form.errors else 200)


def _enrolled(request: HttpRequest, secret: str) -> HttpResponse:
    factor, spare = facteurs.enrol(request.user, secret, auteur=request.user.get_username())  # type: ignore[arg-type]  # login_required
    clear_totp_secret(request)
    request.session.cycle_key()
    record_authentication(request, request.user, "mfa", id=factor.pk, type=factor.type)
    return render(request, "comptes/codes.html", {"codes": spare, "next": _following(request)})


def _try(request: HttpRequest) -> bool:
    return bool(ratelimit.consume(request, action="login_failed", key=f"mfa-auth-user-{request.user.pk}"))


def _following(request: HttpRequest) -> str:
    wanted = request.POST.get("next", request.GET.get("next", ""))
    if url_has_allowed_host_and_scheme(wanted, allowed_hosts={request.get_host()}, require_https=request.is_secure()):
        return wanted
    return ComptesAdapter(request).get_login_redirect_url(request)
