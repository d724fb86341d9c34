# SPDX-FileCopyrightText: 2026 drimm contributors
# SPDX-License-Identifier: EUPL-1.2
from __future__ import annotations

from django.urls import path

from espace.web.public import views

app_name = "public"
urlpatterns = [
    path("", views.accueil, name="accueil"),
    path("liste-blanche.xml", views.liste_blanche, name="liste_blanche"),
    path("sante", views.sante, name="sante"),
]
