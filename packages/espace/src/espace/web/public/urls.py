# SPDX-FileCopyrightText: 2026 drimm contributors
# SPDX-License-Identifier: EUPL-1.2
from __future__ import annotations

from django.urls import path

from espace.web.public import adresses, attestations, historique, journal, listes, views

__all__ = ["adresses", "app_name", "urlpatterns"]

app_name = "public"
urlpatterns = [
    path("", views.accueil, name="accueil"),
    path("espace/", views.espace, name="espace"),
    path("liste-blanche.xml", views.liste_blanche, name="liste_blanche"),
    path("tete.json", journal.tete, name="tete"),
    path("journal/consistance/<nombre:de>-<nombre:vers>.json", journal.consistance, name="consistance"),
    path("journal/inclusion/<nombre:sequence>-<nombre:taille>.json", journal.inclusion, name="inclusion"),
    path("journal/feuilles/<nombre:sequence>.json", journal.feuille, name="feuille"),
    path("journal/cles/<empreinte:empreinte>.json", journal.rotation, name="rotation"),
    path("crl/<empreinte:sha256>.crl", journal.crl, name="crl"),
    path("cles/<str:nom>.pem", journal.cle, name="cle"),
    path("liste/", listes.en_vigueur, name="liste"),
    path("listes/", listes.toutes, name="listes"),
    path("listes/comparer", listes.comparer, name="comparer"),
    path("listes/<nombre:sequence>/", listes.une, name="une_liste"),
    path("listes/<nombre:sequence>.xml", journal.ancienne, name="ancienne"),
    path("attestations/", attestations.verifier, name="attestations"),
    path("historique", historique.page, name="historique"),
    path("api/liste-blanche/historique", historique.api, name="api_historique"),
    path("sante", views.sante, name="sante"),
]
