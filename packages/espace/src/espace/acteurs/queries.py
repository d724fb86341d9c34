# SPDX-FileCopyrightText: 2026 drimm contributors
# SPDX-License-Identifier: EUPL-1.2
from __future__ import annotations

from django.db.models import QuerySet

from espace.acteurs.models import Commande


def commandes() -> QuerySet[Commande]:
    """Return every Commande, newest first."""
    return Commande.objects.select_related("operateur", "site", "site__id_registre").order_by("-id")


def commandes_without_couples() -> int:
    """Return how many Commandes wait for their couples."""
    return Commande.objects.filter(site__id_registre__isnull=True).count()


def commande(commande_id: int) -> Commande | None:
    """Return one Commande with its Clients and PACS, or None."""
    return commandes().prefetch_related("site__clients", "pacs").filter(pk=commande_id).first()
