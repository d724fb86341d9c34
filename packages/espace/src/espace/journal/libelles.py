# SPDX-FileCopyrightText: 2026 drimm contributors
# SPDX-License-Identifier: EUPL-1.2
"""What a person reads for each event. A test checks that every event recorded has its words here."""

from __future__ import annotations

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

LIBELLES: dict[str, str | Promise] = {
    "acteurs:compte:created": _("Compte de console créé"),
    "acteurs:compte:password_changed": _("Mot de passe changé"),
    "acteurs:compte:sessions_ended": _("Sessions d'un compte fermées"),
    "acteurs:facteur:enrolled": _("Second facteur donné à un compte"),
    "acteurs:facteur:withdrawn": _("Second facteur retiré d'un compte"),
    "acteurs:facteur:spare_codes_renewed": _("Codes de secours renouvelés"),
    "acteurs:membre:invited": _("Personne d'un Opérateur invitée"),
    "acteurs:membre:joined": _("Invitation acceptée"),
    "acteurs:membre:withdrawn": _("Compte d'une personne d'un Opérateur fermé"),
    "acteurs:operateur:registered": _("Opérateur inscrit"),
    "acteurs:operateur:updated": _("Opérateur modifié"),
    "acteurs:commande:declared": _("Commande déclarée"),
    "conditions:prerequis:accepted": _("Condition constatée"),
    "conditions:prerequis:withdrawn": _("Condition retirée"),
    "conditions:piece:received": _("Pièce probante reçue"),
    "conditions:piece:set_aside": _("Pièce probante écartée, et effacée"),
    "conditions:piece:erased": _("Pièce probante effacée"),
    "conditions:conteneur:asked": _("Conteneur ZED demandé"),
    "conditions:conteneur:given": _("Conteneur ZED attribué"),
    "conditions:conteneur:voided": _("Conteneur ZED annulé"),
    "conditions:secret:read": _("Mot de passe de conteneur lu, et détruit"),
    "conditions:secret:destroyed": _("Mot de passe de conteneur détruit sans avoir été lu"),
    "conditions:administrateur:named": _("Administrateur technique nommé"),
    "conditions:administrateur:withdrawn": _("Administrateur technique retiré"),
    "registre:couple:given": _("Couple de FQDN attribué"),
    "registre:drimbox:integrated": _("DRIMbox intégrée, entrée provisoire"),
    "registre:drimbox:confirmed": _("Document de VA accepté, entrée définitive"),
    "registre:drimbox:excluded": _("DRIMbox exclue"),
    "guichet:dossier:opened": _("Dossier ouvert"),
    "guichet:piece:received": _("Pièce reçue"),
    "guichet:piece:purged": _("Pièce effacée au terme de sa conservation"),
    "guichet:message:written": _("Message écrit dans un dossier"),
    "instruction:dossier:moved": _("Dossier avancé"),
    "instruction:dossier:reminded": _("Rappel envoyé"),
    "instruction:exclusion:pronounced": _("Exclusion prononcée"),
    "coffre:cles:rotated": _("Pièces et secrets scellés sous la nouvelle clé"),
    "meteo:cible:opened": _("Inscription à la Météo"),
    "meteo:cible:closed": _("Fin d'inscription à la Météo"),
    "registre:drimbox:dn_replaced": _("Certificat de la DRIMbox remplacé"),
    "registre:revision:restored": _("Données du Registre restaurées"),
    "zone:demande:asked": _("Travail demandé à la zone"),
    "zone:noms:published": _("Noms publiés dans la zone"),
    "zone:noms:drifted": _("Noms en dérive dans la zone"),
    "zone:noms:settled": _("Noms de la zone de nouveau conformes"),
    "zone:noms:repaired": _("Noms à publier de nouveau"),
    "zone:noms:removed": _("Nom inconnu du Registre retiré de la zone"),
    "liste_blanche:publication:demanded": _("Publication demandée"),
    "liste_blanche:publication:published": _("Liste Blanche publiée"),
    "liste_blanche:publication:refused": _("Publication refusée"),
    "liste_blanche:publication:waiting": _("Publication en attente d'une seconde personne"),
    "liste_blanche:publication:answered": _("Réponse d'une seconde personne à une demande de publication"),
    "tete:tete:made": _("Tête établie"),
    "tete:tete:cosigned": _("Signature de la tête reçue"),
    "tete:tete:published": _("Tête publiée"),
    "attestation:attestation:demanded": _("Attestation de délégation demandée"),
    "attestation:attestation:sealed": _("Attestation de délégation scellée"),
    "attestation:attestation:revoked": _("Attestation de délégation révoquée"),
    "courrier:courrier:posted": _("Courrier écrit"),
    "courrier:courrier:rejected": _("Courrier refusé par le serveur ou la boîte du destinataire"),
    "courrier:courrier:given_up": _("Courrier mis en échec après des essais répétés"),
    "courrier:courrier:bounced": _("Courrier revenu"),
    "courrier:courrier:sent_again": _("Courrier renvoyé"),
    "alarmes:alarme:raised": _("Alarme ouverte"),
    "alarmes:alarme:closed": _("Alarme fermée"),
    "web:session:opened": _("Connexion"),
    "web:session:second_factor_refused": _("Code de second facteur refusé"),
    "web:session:locked": _("Compte verrouillé après des échecs répétés"),
}


def libelle(event: str) -> str | Promise:
    """Return the French words of an event; an unknown one shows its name."""
    return LIBELLES.get(event, event)
