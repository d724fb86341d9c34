# SPDX-FileCopyrightText: 2026 drimm contributors
# SPDX-License-Identifier: EUPL-1.2
"""The words of an attestation, as values for its template. Pure: no word is ever read as markup.

The official texts show the document and do not give its words (Guide d'intégration §2.1, two pages). These say who delegates, what the
delegation allows (certificates of the Guide §2.1 and of the Introduction §2.4 and §2.5), and how to check the paper.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from django.utils.formats import date_format
from django.utils.translation import gettext as _

PARIS = ZoneInfo("Europe/Paris")
MAX_VALEUR = 500
# what the fonts of the PDF show: PDF/UA forbids a letter without a shape
_SHOWN = re.compile(r"[^\x20-\x7e\xa1-\xac\xae-\u024f\u0400-\u045f\u1e00-\u1eff\u2010-\u2015\u2018-\u201f\u2026\u2030\u20ac]")


@dataclass(frozen=True, slots=True)
class Contenu:
    """What an attestation says.

    Attributes:
        numero: its number.
        demande: number of the dossier.
        operateur: denomination.
        siret: of the Operateur.
        administrateur: who delegates.
        zone: domain of the names.
        noms: db, vi, db, vi…
        url: public address of the Espace.
        at: aware instant of the seal.
    """

    numero: str
    demande: str
    operateur: str
    siret: str
    administrateur: str
    zone: str
    noms: Sequence[str]
    url: str
    at: datetime


def values(contenu: Contenu) -> dict[str, Any]:
    """Return what the template shows."""
    titre = _("Attestation de délégation")
    return {
        "titre": titre,
        "administrateur": shown(contenu.administrateur),
        "espace": _("Espace de Confiance DRIM-M"),
        "resume": _("%(titre)s n° %(numero)s") % {"titre": titre, "numero": contenu.numero},
        "pied": _("%(titre)s n° %(numero)s") % {"titre": titre, "numero": contenu.numero},
        "rubrique": _("Rubrique"),
        "valeur": _("Valeur"),
        "faits": _facts(contenu),
        "sections": _sections(contenu),
        "noms": _names(contenu),
        "suite": _proof(contenu),
    }


def shown(text: str) -> str:
    """Return a text with only letters that the fonts of the PDF have; the others become a question mark."""
    return _SHOWN.sub("?", unicodedata.normalize("NFC", " ".join(text.split())))[:MAX_VALEUR]


def _facts(contenu: Contenu) -> list[dict[str, str]]:
    facts = {
        _("Numéro de l'attestation"): contenu.numero,
        _("Délivrée le"): date_format(contenu.at.astimezone(PARIS), "j F Y"),
        _("Demande"): contenu.demande,
        _("Opérateur"): contenu.operateur,
        _("SIRET de l'Opérateur"): contenu.siret,
        _("Nom de domaine"): contenu.zone,
        _("Noms délégués"): _("%(count)s noms, listés en page 2") % {"count": len(contenu.noms)},
    }
    return [{"nom": name, "valeur": shown(value)} for name, value in facts.items()]


def _sections(contenu: Contenu) -> list[dict[str, Any]]:
    return [
        {
            "titre": _("Objet"),
            "paragraphes": [
                _(
                    "L'administrateur de l'Espace de Confiance DRIM-M, titulaire du nom de domaine %(zone)s, atteste avoir délégué à"
                    " l'Opérateur désigné ci-dessus l'usage des noms de domaine complets (FQDN) listés en page 2, à la suite de la"
                    " demande %(demande)s."
                )
                % {"zone": shown(contenu.zone), "demande": shown(contenu.demande)}
            ],
        },
        {
            "titre": _("Ce que cette délégation permet"),
            "paragraphes": [
                _(
                    "Pour chaque nom db : commander à l'IGC-Santé un certificat SERV_SSL, usage « DRIMbox », sans l'étendre aux"
                    " sous-domaines."
                ),
                _(
                    "Pour chaque nom vi : commander à une autorité de certification du marché un certificat SSL serveur (RGS* ou, à défaut,"
                    " OV), et répondre à la validation du contrôle de ce nom (DCV)."
                ),
                _(
                    "Ces commandes sont passées par le représentant légal de l'Opérateur, par ses mandataires, ou par les administrateurs"
                    " techniques qu'ils ont désignés pour ces noms."
                ),
            ],
        },
        {
            "titre": _("Limites"),
            "paragraphes": [
                _("Elle ne vaut que pour ces noms et pour cet Opérateur. Elle n'autorise ni nom générique (*), ni sous-domaine."),
                _("Elle cesse de valoir quand l'administrateur la révoque, ou quand la DRIMbox change d'Opérateur ou est retirée."),
            ],
        },
    ]


def _names(contenu: Contenu) -> dict[str, Any]:
    pairs = [list(contenu.noms[at : at + 2]) for at in range(0, len(contenu.noms), 2)]
    return {
        "titre": _("Noms délégués"),
        "texte": _("Un couple de noms par PACS. Ces noms sont attribués pour toujours ; ils ne sont jamais donnés à un autre Site."),
        "entetes": [_("Couple"), _("DRIMbox (db)"), _("Visionneuse (vi)")],
        "lignes": [[str(rank), *map(shown, pair)] for rank, pair in enumerate(pairs, start=1)],
    }


def _proof(contenu: Contenu) -> list[dict[str, Any]]:
    return [
        {
            "titre": _("Vérifier cette attestation"),
            "paragraphes": [
                _(
                    "Ce document est scellé par un cachet électronique (PAdES). Sur %(url)s/attestations/, son numéro et le fichier même"
                    " permettent de savoir s'il est authentique, et s'il vaut toujours. Une copie imprimée ne prouve rien à elle seule."
                )
                % {"url": contenu.url}
            ],
        }
    ]
