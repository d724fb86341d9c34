# SPDX-FileCopyrightText: 2026 drimm contributors
# SPDX-License-Identifier: EUPL-1.2
"""Addresses of the console. None holds anything of a patient: exams and messages are named by their own numbers."""

from __future__ import annotations

from django.contrib.auth.decorators import login_required
from django.contrib.auth.views import LoginView, LogoutView
from django.urls import path

from drimbox.web.console import views, views_images, views_liste, views_messages

app_name = "console"
urlpatterns = [
    path("connexion", LoginView.as_view(template_name="console/connexion.html", redirect_authenticated_user=True), name="connexion"),
    path("deconnexion", LogoutView.as_view(), name="deconnexion"),
    path("", login_required(views.tableau_de_bord), name="tableau_de_bord"),
    path("examens", login_required(views.liste_examens), name="examens"),
    path("examens/<uuid:examen_id>", login_required(views.examen), name="examen"),
    path("examens/<uuid:examen_id>/reessayer", login_required(views.reessayer), name="reessayer"),
    path("messages", login_required(views.liste_messages), name="messages"),
    path("a-traiter", login_required(views_messages.a_traiter), name="a_traiter"),
    path("messages/<uuid:message_id>", login_required(views_messages.message), name="message"),
    path("messages/<uuid:message_id>/contenu", login_required(views_messages.contenu), name="contenu"),
    path("messages/<uuid:message_id>/relire", login_required(views_messages.relire), name="relire"),
    path("messages/<uuid:message_id>/ecarter", login_required(views_messages.ecarter), name="ecarter"),
    path("notes/<uuid:note_id>/rejouer", login_required(views_messages.rejouer_note), name="rejouer_note"),
    path("liens-ris", login_required(views_messages.liens_ris), name="liens_ris"),
    path("liste-blanche", login_required(views_liste.liste_blanche), name="liste_blanche"),
    path("liste-blanche/relever", login_required(views.relever), name="relever"),
    path("liste-blanche/accepter-retrait", login_required(views_liste.accepter_retrait), name="accepter_retrait"),
    path("liste-blanche/horloge", login_required(views_liste.horloge), name="horloge"),
    path("liste-blanche/acquitter", login_required(views_liste.acquitter), name="acquitter"),
    path("liste-blanche/recommencer-tetes", login_required(views_liste.recommencer_tetes), name="recommencer_tetes"),
    path("images", login_required(views_images.images), name="images"),
    path("journal", login_required(views.lignes_journal), name="journal"),
]
