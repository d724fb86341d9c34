# SPDX-FileCopyrightText: 2026 drimm contributors
# SPDX-License-Identifier: EUPL-1.2
from __future__ import annotations

from django.contrib.auth.views import LoginView, LogoutView
from django.urls import path

from espace.web.console import accueil, commandes, couples, liste
from espace.web.console.formulaires import Connexion

app_name = "console"
urlpatterns = [
    path("", accueil.accueil, name="accueil"),
    path(
        "connexion/",
        LoginView.as_view(template_name="console/connexion.html", authentication_form=Connexion, redirect_authenticated_user=True),
        name="connexion",
    ),
    path("deconnexion/", LogoutView.as_view(), name="deconnexion"),
    path("couples/", couples.index, name="couples"),
    path("couples/<str:db>/", couples.detail, name="couple"),
    path("couples/<str:db>/integration/", couples.integration, name="integration"),
    path("couples/<str:db>/exclusion/", couples.exclusion, name="exclusion"),
    path("commandes/", commandes.index, name="commandes"),
    path("commandes/nouvelle/", commandes.nouvelle, name="nouvelle_commande"),
    path("commandes/<int:commande_id>/", commandes.detail, name="commande"),
    path("commandes/<int:commande_id>/attribution/", commandes.attribution, name="attribution"),
    path("liste-blanche/", liste.index, name="liste_blanche"),
    path("liste-blanche/publier/", liste.publier, name="publier"),
    path("liste-blanche/alarmes/<int:alarme_id>/fermer/", liste.fermer_alarme, name="fermer_alarme"),
    path("liste-blanche/<int:demande_id>/", liste.detail, name="publication"),
    path("liste-blanche/<int:demande_id>/reponse/", liste.repondre, name="repondre"),
]
