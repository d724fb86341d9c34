# SPDX-FileCopyrightText: 2026 drimm contributors
# SPDX-License-Identifier: EUPL-1.2
"""Addresses of the consommatrice screens. None holds anything of a patient: calls and exams are named by random numbers."""

from __future__ import annotations

from django.urls import path

from drimbox.web.conso import views_appel, views_connexion, views_dossier

app_name = "conso"
_DOSSIER = "conso/dossier/<uuid:appel_id>"
urlpatterns = [
    path("conso", views_dossier.accueil, name="accueil"),
    path("conso/appel", views_appel.appel, name="appel"),
    path(_DOSSIER, views_dossier.dossier, name="dossier"),
    path(f"{_DOSSIER}/situation", views_dossier.situation, name="situation"),
    path(f"{_DOSSIER}/rechercher", views_dossier.rechercher, name="rechercher"),
    path(f"{_DOSSIER}/kos/<uuid:kos_id>/importer", views_dossier.importer, name="importer"),
    path(f"{_DOSSIER}/rapatriement/<uuid:rapatriement_id>", views_dossier.rapatriement, name="rapatriement"),
    path("psc/connexion", views_connexion.connexion, name="connexion"),
    path("psc/retour", views_connexion.retour, name="retour"),
    path("psc/deconnexion", views_connexion.deconnexion, name="deconnexion"),
    path("psc/deconnecte", views_connexion.deconnecte, name="deconnecte"),
]
