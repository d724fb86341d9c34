# SPDX-FileCopyrightText: 2026 drimm contributors
# SPDX-License-Identifier: EUPL-1.2
"""Forms of the accounts."""

from __future__ import annotations

from typing import Any

from allauth.mfa.base.forms import AuthenticateForm
from django import forms
from django.contrib.auth.forms import AuthenticationForm
from django.contrib.auth.models import User
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from espace.acteurs.models import RoleMembre
from espace.acteurs.queries import SansAcces, acteur_of

_CODE = {"autocomplete": "one-time-code", "inputmode": "numeric", "autofocus": True, "spellcheck": "false"}


class Connexion(AuthenticationForm):
    """Login and password. Whatever is wrong, the sentence is the same."""

    username = forms.CharField(
        label=_("Identifiant"), max_length=150, widget=forms.TextInput(attrs={"autocomplete": "username", "autofocus": True})
    )
    password = forms.CharField(
        label=_("Mot de passe"), strip=False, max_length=500, widget=forms.PasswordInput(attrs={"autocomplete": "current-password"})
    )

    def confirm_login_allowed(self, user: User) -> None:  # type: ignore[override]  # our accounts are those of Django
        """Refuse an account that opens neither the console nor the portail, in the words of a wrong password."""
        super().confirm_login_allowed(user)
        try:
            acteur_of(user)
        except SansAcces:
            raise self.get_invalid_login_error() from None


class Code(AuthenticateForm):  # type: ignore[misc]  # allauth has no types
    """A code of the generator, or a spare code."""

    code = forms.CharField(
        label=_("Code à 6 chiffres, ou code de secours"), max_length=20, widget=forms.TextInput(attrs={**_CODE, "inputmode": "text"})
    )


class PremierCode(forms.Form):
    """The first code of a generator: it shows that the secret arrived."""

    code = forms.CharField(label=_("Code à 6 chiffres que montre l'application"), max_length=10, widget=forms.TextInput(attrs=_CODE))


class MotDePasse(forms.Form):
    """A new password, twice."""

    password = forms.CharField(
        label=_("Mot de passe"),
        strip=False,
        max_length=500,
        help_text=_("12 caractères au moins. Une phrase que vous seul connaissez convient bien."),
        widget=forms.PasswordInput(attrs={"autocomplete": "new-password"}),
    )
    encore = forms.CharField(
        label=_("Le même, une seconde fois"),
        strip=False,
        max_length=500,
        widget=forms.PasswordInput(attrs={"autocomplete": "new-password"}),
    )

    def clean(self) -> dict[str, Any]:
        """Refuse two different texts."""
        values = super().clean() or {}
        if values.get("password") and values.get("encore") and values["password"] != values["encore"]:
            raise ValidationError(_("Les deux mots de passe sont différents."))
        return values


class Invite(forms.Form):
    """A person to invite."""

    mail = forms.EmailField(label=_("Adresse électronique"), max_length=150, widget=forms.EmailInput(attrs={"autocomplete": "off"}))
    role = forms.ChoiceField(label=_("Rôle"), choices=RoleMembre.choices)
