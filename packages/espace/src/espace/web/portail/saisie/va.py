# SPDX-FileCopyrightText: 2026 drimm contributors
# SPDX-License-Identifier: EUPL-1.2
"""The form that goes with a document de VA."""

from __future__ import annotations

from typing import Any

from django.http import QueryDict
from django.utils.translation import gettext_lazy as _

from espace.guichet.modeles import versions
from espace.guichet.models import Dossier
from espace.web.portail.saisie.champ import Champ, Groupe, texte


def lire(envoi: QueryDict) -> dict[str, Any]:
    """Return what was typed."""
    return {
        "modele": envoi.get("modele", ""),
        "commentaire": envoi.get("commentaire", ""),
        "signature_client": "oui" if "signature_client" in envoi else "",
    }


def groupes(dossier: Dossier, fautes: dict[str, tuple[str, ...]]) -> list[Groupe]:
    """Return the fields, filled."""
    donnees = dossier.donnees
    choices = tuple((version, version) for version in reversed(versions()))
    modele = Champ(
        "modele", _("Version du modèle rempli"), texte(donnees, "modele"), genre="choix", choix=choices, fautes=fautes.get("modele", ())
    )
    signature = Champ(
        "signature_client",
        _("Le document est signé par tous les Clients de la Commande"),
        texte(donnees, "signature_client"),
        _("Nécessaire après une réintégration.") if donnees.get("reintegration") else "",
        "case",
        facultatif=not donnees.get("reintegration"),
        fautes=fautes.get("signature_client", ()),
    )
    note = Champ(
        "commentaire",
        _("Commentaire"),
        texte(donnees, "commentaire"),
        genre="paragraphe",
        facultatif=True,
        fautes=fautes.get("commentaire", ()),
    )
    return [Groupe(_("Le document"), ((modele,) if choices else ()) + (signature, note))]
