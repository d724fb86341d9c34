# SPDX-FileCopyrightText: 2026 drimm contributors
# SPDX-License-Identifier: EUPL-1.2
"""The form of an Intégration: what the list will say of the Operateur, and the DN of each SERV_SSL certificate."""

from __future__ import annotations

from typing import Any

from django.http import QueryDict
from django.utils.text import format_lazy
from django.utils.translation import gettext_lazy as _

from espace.acteurs.rules import MAX_PACS
from espace.guichet.models import Dossier
from espace.instruction.queries import names_of
from espace.web.portail.saisie.champ import Champ, Groupe, texte

_SIMPLES = ("denomination", "support_telephone", "support_mail", "commentaire")


def lire(envoi: QueryDict) -> dict[str, Any]:
    """Return what was typed; a name whose DN stays empty is left for another dossier."""
    ranks = [rank for rank in range(MAX_PACS) if f"certificat-{rank}-db" in envoi]
    rows = [{"db": envoi.get(f"certificat-{rank}-db", "").strip(), "dn": envoi.get(f"certificat-{rank}-dn", "").strip()} for rank in ranks]
    return {name: envoi.get(name, "") for name in _SIMPLES} | {"certificats": [row for row in rows if row["dn"]]}


def groupes(dossier: Dossier, fautes: dict[str, tuple[str, ...]]) -> list[Groupe]:
    """Return the fields, filled; those of the Operateur begin with what the Registre knows."""
    donnees, operateur = dossier.donnees, dossier.operateur
    rows = (
        ("denomination", _("Nom de l'Opérateur, tel que la Liste Blanche le dira"), "texte", operateur.denomination, False),
        ("support_telephone", _("Téléphone du support"), "texte", operateur.support_telephone, False),
        ("support_mail", _("Adresse générique du support"), "courriel", operateur.support_mail, False),
        ("commentaire", _("Commentaire"), "paragraphe", "", True),
    )
    champs = tuple(
        Champ(nom, libelle, texte(donnees, nom) or known, genre=genre, facultatif=optional, fautes=fautes.get(nom, ()))
        for nom, libelle, genre, known, optional in rows
    )
    return [_certificats(dossier, fautes), Groupe(_("Ce que la Liste Blanche dira de vous"), champs)]


def _certificats(dossier: Dossier, fautes: dict[str, tuple[str, ...]]) -> Groupe:
    typed = dossier.donnees.get("certificats", [])
    rows = [row for row in typed if isinstance(row, dict)] if isinstance(typed, list) else []
    place = {texte(row, "db"): rank for rank, row in enumerate(rows)}
    champs: list[Champ] = []
    for rank, name in enumerate(names_of(dossier)):
        at = place.get(name, -1)
        wrong = (*fautes.get(f"certificats.{at}.dn", ()), *fautes.get(f"certificats.{at}.db", ()), *fautes.get(f"certificats.{at}", ()))
        champs += [
            Champ(f"certificat-{rank}-db", "", name, genre="cache"),
            Champ(
                f"certificat-{rank}-dn",
                format_lazy(_("DN du certificat de {nom}"), nom=name),
                texte(rows[at], "dn") if at >= 0 else "",
                format_lazy(
                    _("Tel que « openssl x509 -subject » le montre. CN={nom} ; OU = 3 suivi du SIRET, ou 1 suivi du FINESS."), nom=name
                ),
                technique=True,
                fautes=wrong,
            ),
        ]
    return Groupe(
        _("Certificats SERV_SSL"), tuple(champs), _("Un DN par certificat, pour chaque DRIMbox à intégrer."), fautes.get("certificats", ())
    )
