# SPDX-FileCopyrightText: 2026 drimm contributors
# SPDX-License-Identifier: EUPL-1.2
from __future__ import annotations

from django.urls import path

from espace.web.comptes import connexion
from espace.web.console import accueil, commandes, conditions, couples, courriers, dossier, dossiers, inscription, liste, registre, zone

app_name = "console"
urlpatterns = [
    path("", accueil.accueil, name="accueil"),
    path("connexion/", connexion.connexion, name="connexion"),
    path("dossiers/", dossiers.index, name="dossiers"),
    path("dossiers/<str:numero>/", dossier.detail, name="dossier"),
    path("dossiers/<str:numero>/decisions/<slug:verb>/", dossier.decider, name="decider"),
    path("dossiers/<str:numero>/messages/", dossier.message, name="message"),
    path("dossiers/<str:numero>/pieces/<uuid:piece_id>/", dossier.telecharger, name="telecharger"),
    path("dossiers/<str:numero>/attestation/", dossier.attestation, name="attestation"),
    path("couples/", couples.index, name="couples"),
    path("couples/<str:db>/", couples.detail, name="couple"),
    path("couples/<str:db>/exclusion/", couples.exclusion, name="exclusion"),
    path("couples/<str:db>/certificat/", registre.certificat, name="certificat"),
    path("registre/export.csv", registre.export, name="export"),
    path("registre/operateurs/", registre.operateurs, name="operateurs"),
    path("registre/operateurs/inscription/", inscription.inscrire, name="inscrire_operateur"),
    path("registre/operateurs/<int:operateur_id>/", registre.operateur, name="operateur"),
    path("registre/revisions/<int:revision_id>/", registre.une_revision, name="revision"),
    path("conditions/", conditions.attente, name="conditions"),
    path("conditions/<int:operateur_id>/", conditions.detail, name="conditions_operateur"),
    path("conditions/<int:operateur_id>/constat/", conditions.constater, name="constater"),
    path("conditions/<int:operateur_id>/constat/<int:prerequis_id>/retrait/", conditions.retirer, name="retirer_condition"),
    path("conditions/<int:operateur_id>/preuves/<uuid:preuve_id>/", conditions.preuve, name="preuve"),
    path("conditions/<int:operateur_id>/preuves/<uuid:preuve_id>/ecart/", conditions.ecarter, name="ecarter_preuve"),
    path("conditions/<int:operateur_id>/conteneur/", conditions.attribuer, name="attribuer_conteneur"),
    path("conditions/<int:operateur_id>/conteneur/annulation/", conditions.annuler, name="annuler_conteneur"),
    path("conditions/<int:operateur_id>/invitation/", conditions.inviter, name="inviter"),
    path("conditions/<int:operateur_id>/personnes/<int:membre_id>/fermeture/", conditions.fermer_compte, name="fermer_compte"),
    path("commandes/", commandes.index, name="commandes"),
    path("commandes/<int:commande_id>/", commandes.detail, name="commande"),
    path("courriers/", courriers.index, name="courriers"),
    path("courriers/<int:courrier_id>/renvoi/", courriers.renvoyer, name="renvoyer_courrier"),
    path("zone/", zone.index, name="zone"),
    path("zone/demandes/", zone.demander, name="zone_demander"),
    path("zone/caa/", zone.caa, name="zone_caa"),
    path("liste-blanche/", liste.index, name="liste_blanche"),
    path("liste-blanche/publier/", liste.publier, name="publier"),
    path("liste-blanche/alarmes/<int:alarme_id>/fermer/", liste.fermer_alarme, name="fermer_alarme"),
    path("liste-blanche/<int:demande_id>/", liste.detail, name="publication"),
    path("liste-blanche/<int:demande_id>/reponse/", liste.repondre, name="repondre"),
]
