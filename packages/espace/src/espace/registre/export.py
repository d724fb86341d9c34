# SPDX-FileCopyrightText: 2026 drimm contributors
# SPDX-License-Identifier: EUPL-1.2
"""The couples of the Registre as rows of texts, for agents only: SIREN and Sites are in them."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime

from django.contrib.postgres.expressions import ArraySubquery
from django.db.models import OuterRef, QuerySet
from django.utils import timezone

from espace.acteurs.models import Client
from espace.registre.models import CoupleFqdn

_CHAMPS = {
    "ID_Registre": "id_registre_id", "Numéro": "number", "DRIMbox": "db", "Visionneuse": "vi", "Statut": "drimbox__statut",
    "Motif d'exclusion": "drimbox__motif", "Identifiant DRIM-M": "drimbox__identifiant", "DN SERV_SSL": "drimbox__dn_serv_ssl",
    "Opérateur": "operateur__denomination", "SIRET": "operateur__siret", "Description": "operateur__description",
    "Adresse": "operateur__adresse", "Contact projet": "operateur__contact_projet", "Contact technique": "operateur__contact_technique",
    "Mail du support": "operateur__support_mail", "Téléphone du support": "operateur__support_telephone",
    "Commande": "pacs__commande_id", "Architecture": "pacs__commande__architecture", "Nombre de RIS": "pacs__commande__nombre_ris",
    "Libellé du Site": "pacs__commande__site__libelle", "SIREN des Clients": "sirens",
    "PACS": "pacs__libelle", "Hôte de la DRIMbox": "pacs__hote_db", "Hôte de la visionneuse": "pacs__hote_vi",
    "Attribué le": "attribue_le", "Créée le": "drimbox__cree_le", "Modifiée le": "drimbox__modifie_le",
}  # fmt: skip
COLONNES = tuple(_CHAMPS)


def lignes(couples: QuerySet[CoupleFqdn]) -> Iterator[tuple[str, ...]]:
    """Yield one row of texts per couple, in the order of :data:`COLONNES`; few rows are in memory at a time."""
    sirens = Client.objects.filter(sites=OuterRef("pacs__commande__site")).order_by("siren").values("siren")
    rows = couples.annotate(sirens=ArraySubquery(sirens)).values_list(*_CHAMPS.values())
    for row in rows.iterator(chunk_size=1000):
        yield tuple(map(_text, row))


def _text(value: object) -> str:
    if value is None:
        return ""
    if isinstance(value, datetime):
        return timezone.localtime(value).isoformat(timespec="seconds")
    return " ".join(map(str, value)) if isinstance(value, list) else str(value)
