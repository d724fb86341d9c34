# SPDX-FileCopyrightText: 2026 drimm contributors
# SPDX-License-Identifier: EUPL-1.2
"""The form of a Déclaration: the Site, its SIREN, and one pair of hosts per PACS."""

from __future__ import annotations

from typing import Any

from django.http import QueryDict
from django.utils.text import format_lazy
from django.utils.translation import gettext_lazy as _

from espace.acteurs.architectures import Architecture
from espace.acteurs.rules import MAX_PACS
from espace.calendrier.rules import Region
from espace.guichet.models import Dossier
from espace.web.nombres import number
from espace.web.portail.saisie.champ import Champ, Groupe, sous, texte

_HOTES = (
    ("hote_db", _("Hôte du serveur DRIMbox"), _("Le nom DNS public de votre serveur source, hors de la zone de l'Espace.")),
    ("hote_vi", _("Hôte de la visionneuse"), _("Le nom DNS public du serveur de la visionneuse ; il peut être le même.")),
)
_REGIONS = (
    ("", _("ceux de l'Espace de Confiance")),
    (Region.METROPOLE, _("métropole")),
    (Region.ALSACE, _("Alsace")),
    (Region.MOSELLE, _("Moselle")),
    (Region.GUADELOUPE, _("Guadeloupe")),
    (Region.MARTINIQUE, _("Martinique")),
    (Region.GUYANE, _("Guyane")),
    (Region.REUNION, _("La Réunion")),
    (Region.MAYOTTE, _("Mayotte")),
    (Region.SAINT_BARTHELEMY, _("Saint-Barthélemy")),
    (Region.SAINT_MARTIN, _("Saint-Martin")),
    (Region.SAINT_PIERRE_ET_MIQUELON, _("Saint-Pierre-et-Miquelon")),
    (Region.NOUVELLE_CALEDONIE, _("Nouvelle-Calédonie")),
    (Region.POLYNESIE, _("Polynésie française")),
    (Region.WALLIS_ET_FUTUNA, _("Wallis-et-Futuna")),
)
_SIMPLES = ("site", "architecture", "nombre_ris", "region", "commentaire", "description", "adresse", "contact_projet", "contact_technique")


def lire(envoi: QueryDict) -> dict[str, Any]:
    """Return what was typed. As many rows of hosts as the form showed are kept, whatever the number of PACS says."""
    sirens = [line.strip() for line in envoi.get("sirens", "").splitlines() if line.strip()]
    shown = min(sum(1 for name in envoi if name.startswith("pacs-") and name.endswith("-hote_db")), MAX_PACS)
    wanted = envoi.get("nombre_pacs", "").strip()
    rows = [{name: envoi.get(f"pacs-{rank}-{name}", "").strip() for name in ("hote_db", "hote_vi", "libelle")} for rank in range(shown)]
    while rows and not any(rows[-1].values()) and len(rows) > _count(wanted):
        rows.pop()
    return {name: envoi.get(name, "") for name in _SIMPLES} | {"sirens": sirens, "nombre_pacs": wanted, "pacs": rows}


def groupes(dossier: Dossier, fautes: dict[str, tuple[str, ...]]) -> list[Groupe]:
    """Return the fields, filled."""
    return [_installation(dossier.donnees, fautes), *_pacs(dossier.donnees, fautes), _operateur(dossier, fautes)]


def _installation(donnees: dict[str, Any], fautes: dict[str, tuple[str, ...]]) -> Groupe:
    sirens = donnees.get("sirens", [])
    lines = "\n".join(map(str, sirens)) if isinstance(sirens, list) else ""
    champs = (
        Champ("site", _("Libellé du Site de votre Client"), texte(donnees, "site"), _("Jamais publié."), fautes=fautes.get("site", ())),
        Champ(
            "sirens",
            _("SIREN de tous les Clients de la Commande"),
            lines,
            _("Un par ligne. Jamais publiés."),
            "paragraphe",
            technique=True,
            fautes=sous(fautes, "sirens"),
        ),
        Champ(
            "architecture",
            _("Architecture"),
            texte(donnees, "architecture"),
            genre="choix",
            choix=tuple(Architecture.choices),
            fautes=fautes.get("architecture", ()),
        ),
        Champ("nombre_ris", _("Nombre de RIS"), texte(donnees, "nombre_ris") or "1", genre="nombre", fautes=fautes.get("nombre_ris", ())),
        Champ(
            "nombre_pacs",
            _("Nombre de PACS"),
            texte(donnees, "nombre_pacs") or "1",
            _("Chaque PACS reçoit ses deux noms. Enregistrez le brouillon pour voir une ligne par PACS."),
            "nombre",
            fautes=(*fautes.get("nombre_pacs", ()), *fautes.get("pacs", ())),
        ),
        Champ(
            "region", _("Jours fériés du Site"), texte(donnees, "region"), genre="choix", choix=_REGIONS, fautes=fautes.get("region", ())
        ),
    )
    return Groupe(_("L'installation"), champs)


def _pacs(donnees: dict[str, Any], fautes: dict[str, tuple[str, ...]]) -> list[Groupe]:
    typed = donnees.get("pacs", [])
    rows = [row if isinstance(row, dict) else {} for row in typed] if isinstance(typed, list) else []
    wanted = texte(donnees, "nombre_pacs")
    count = max(len(rows), _count(wanted))
    rows += [{}] * (count - len(rows))
    return [_un_pacs(rank, row, fautes) for rank, row in enumerate(rows)]


def _count(typed: str) -> int:
    """Return how many rows a number of PACS asks for: one for what is no number (« ² » is a digit of Unicode that no number has)."""
    return max(min(number(typed) or 1, MAX_PACS), 1)


def _un_pacs(rank: int, row: dict[str, Any], fautes: dict[str, tuple[str, ...]]) -> Groupe:
    hosts = [
        Champ(f"pacs-{rank}-{name}", libelle, texte(row, name), aide, technique=True, fautes=fautes.get(f"pacs.{rank}.{name}", ()))
        for name, libelle, aide in _HOTES
    ]
    label = Champ(
        f"pacs-{rank}-libelle", _("Libellé du PACS"), texte(row, "libelle"), facultatif=True, fautes=fautes.get(f"pacs.{rank}.libelle", ())
    )
    return Groupe(format_lazy(_("PACS {rang}"), rang=rank + 1), (*hosts, label), fautes=fautes.get(f"pacs.{rank}", ()))


def _operateur(dossier: Dossier, fautes: dict[str, tuple[str, ...]]) -> Groupe:
    rows = (
        ("description", _("Description de votre activité"), "paragraphe", dossier.operateur.description),
        ("adresse", _("Adresse"), "texte", dossier.operateur.adresse),
        ("contact_projet", _("Contact projet"), "courriel", dossier.operateur.contact_projet),
        ("contact_technique", _("Contact technique"), "courriel", dossier.operateur.contact_technique),
        ("commentaire", _("Commentaire"), "paragraphe", ""),
    )
    champs = tuple(
        Champ(nom, libelle, texte(dossier.donnees, nom) or known, genre=genre, facultatif=True, fautes=fautes.get(nom, ()))
        for nom, libelle, genre, known in rows
    )
    return Groupe(_("Contacts et commentaire"), champs, _("Ce que nous savons déjà est repris ; corrigez ce qui a changé."))
