# SPDX-FileCopyrightText: 2026 drimm contributors
# SPDX-License-Identifier: EUPL-1.2
"""What a person reads for each event. A test checks that every event recorded has its words here."""

from __future__ import annotations

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

LIBELLES: dict[str, str | Promise] = {
    "acteurs:compte:created": _("Compte de console créé"),
    "acteurs:operateur:registered": _("Opérateur inscrit"),
    "acteurs:operateur:updated": _("Opérateur modifié"),
    "acteurs:commande:declared": _("Commande déclarée"),
    "registre:couple:given": _("Couple de FQDN attribué"),
    "registre:drimbox:integrated": _("DRIMbox intégrée, entrée provisoire"),
    "registre:drimbox:excluded": _("DRIMbox exclue"),
    "liste_blanche:publication:demanded": _("Publication demandée"),
    "liste_blanche:publication:published": _("Liste Blanche publiée"),
    "liste_blanche:publication:refused": _("Publication refusée"),
    "liste_blanche:publication:waiting": _("Publication en attente d'une seconde personne"),
    "liste_blanche:publication:answered": _("Réponse d'une seconde personne à une demande de publication"),
    "tete:tete:made": _("Tête établie"),
    "tete:tete:cosigned": _("Signature de la tête reçue"),
    "tete:tete:published": _("Tête publiée"),
    "alarmes:alarme:raised": _("Alarme ouverte"),
    "alarmes:alarme:closed": _("Alarme fermée"),
    "web:session:opened": _("Connexion à la console"),
    "web:session:locked": _("Compte verrouillé après des échecs répétés"),
}


def libelle(event: str) -> str | Promise:
    """Return the French words of an event; an unknown one shows its name."""
    return LIBELLES.get(event, event)
