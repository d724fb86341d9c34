# SPDX-FileCopyrightText: 2026 drimm contributors
# SPDX-License-Identifier: EUPL-1.2
"""Addresses of the console. None holds anything of a patient: exams and messages are named by their own numbers."""

from __future__ import annotations

from django.contrib.auth.decorators import login_required
from django.contrib.auth.views import LoginView, LogoutView
from django.urls import path

from drimbox.web.console import views

app_name = "console"
urlpatterns = [
    path("connexion", LoginView.as_view(template_name="console/connexion.html", redirect_authenticated_user=True), name="connexion"),
    path("deconnexion", LogoutView.as_view(), name="deconnexion"),
    path("", login_required(views.tableau_de_bord), name="tableau_de_bord"),
    path("examens", login_required(views.liste_examens), name="examens"),
    path("examens/<uuid:examen_id>", login_required(views.examen), name="examen"),
    path("examens/<uuid:examen_id>/reessayer", login_required(views.reessayer), name="reessayer"),
    path("messages", login_required(views.liste_messages), name="messages"),
    path("messages/<uuid:message_id>", login_required(views.message), name="message"),
    path("messages/<uuid:message_id>/relire", login_required(views.relire), name="relire"),
    path("liste-blanche/relever", login_required(views.relever), name="relever"),
    path("journal", login_required(views.lignes_journal), name="journal"),
]
