# SPDX-FileCopyrightText: 2026 drimm contributors
# SPDX-License-Identifier: EUPL-1.2
"""Addresses of the accounts. allauth looks for some of them by its own names, so they carry no namespace."""

from __future__ import annotations

from django.contrib.auth.views import LogoutView
from django.urls import path

from espace.web.comptes import connexion, invitation, isc, second_facteur
from espace.web.comptes.facteur import without_second_factor

urlpatterns = [
    path("", second_facteur.compte, name="compte"),
    path("connexion/", connexion.connexion, name="account_login"),
    path("connexion/code/", connexion.code, name="mfa_authenticate"),
    path("deconnexion/", without_second_factor(LogoutView.as_view()), name="account_logout"),
    path("second-facteur/", second_facteur.enrolement, name="mfa_activate_totp"),
    path("codes-de-secours/", second_facteur.codes, name="mfa_generate_recovery_codes"),
    path("mot-de-passe/", second_facteur.mot_de_passe, name="account_change_password"),
    path("invitation/<str:lien>/", invitation.accepter, name="invitation"),
    path("oidc/<str:provider_id>/login/", isc.entrer, name="openid_connect_login"),
    path("oidc/<str:provider_id>/login/callback/", isc.revenir, name="openid_connect_callback"),
]
