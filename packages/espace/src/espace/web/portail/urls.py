# SPDX-FileCopyrightText: 2026 drimm contributors
# SPDX-License-Identifier: EUPL-1.2
from __future__ import annotations

from django.urls import path

from espace.web.comptes import connexion
from espace.web.portail import accueil, administrateurs, certificats, conditions, demandes, dossier, installations, membres, saisir

app_name = "portail"
urlpatterns = [
    path("", accueil.accueil, name="accueil"),
    path("connexion/", connexion.connexion, name="connexion"),
    path("demandes/", demandes.index, name="demandes"),
    path("demandes/nouvelle/<slug:parcours>/", demandes.nouvelle, name="nouvelle_demande"),
    path("demandes/<str:numero>/", dossier.detail, name="dossier"),
    path("demandes/<str:numero>/formulaire/", saisir.saisir, name="saisie"),
    path("demandes/<str:numero>/etapes/<slug:verb>/", dossier.avance, name="etape"),
    path("demandes/<str:numero>/messages/", dossier.message, name="message"),
    path("demandes/<str:numero>/pieces/", dossier.piece, name="piece"),
    path("demandes/<str:numero>/pieces/<uuid:piece_id>/", dossier.telecharger, name="telecharger"),
    path("demandes/<str:numero>/attestation/", dossier.attestation, name="attestation"),
    path("modeles/va/<str:version>/", dossier.modele_va, name="modele_va"),
    path("drimbox/", installations.index, name="installations"),
    path("drimbox/<str:db>/certificats/", certificats.index, name="certificats"),
    path("conditions/", conditions.index, name="conditions"),
    path("conditions/preuves/", conditions.deposer, name="deposer_preuve"),
    path("conditions/preuves/<uuid:preuve_id>/", conditions.preuve, name="preuve"),
    path("conditions/conteneur/demande/", conditions.demander, name="demander_conteneur"),
    path("conditions/conteneur/", conditions.telecharger, name="conteneur"),
    path("conditions/conteneur/mot-de-passe/", conditions.lire_secret, name="lire_secret"),
    path("administrateurs/", administrateurs.index, name="administrateurs"),
    path("administrateurs/<int:administrateur_id>/retrait/", administrateurs.retirer, name="retirer_administrateur"),
    path("personnes/", membres.index, name="membres"),
    path("personnes/<int:membre_id>/retrait/", membres.retirer, name="retirer_membre"),
]
