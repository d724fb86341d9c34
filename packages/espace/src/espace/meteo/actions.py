# SPDX-FileCopyrightText: 2026 drimm contributors
# SPDX-License-Identifier: EUPL-1.2
"""The only code that opens and closes targets of the Météo."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction

from espace.journal.actions import record
from espace.meteo.models import Cible
from espace.registre.models import CoupleFqdn


@transaction.atomic
def watch(couple: CoupleFqdn, *, auteur: str, at: datetime) -> Cible:
    """Make a couple a target of the Météo; one already watched stays as it is.

    Args:
        couple: the couple.
        auteur: login of the person who acts.
        at: aware instant.
    """
    cible, created = Cible.objects.get_or_create(couple=couple, jusqu_a=None, defaults={"depuis": at})
    if created:
        record("meteo:cible:opened", auteur=auteur, objet=f"couple:{couple.db}", db=couple.db)
    return cible


@transaction.atomic
def leave(couple: CoupleFqdn, *, auteur: str, at: datetime) -> bool:
    """Stop watching a couple; return whether it was watched.

    Args:
        couple: the couple.
        auteur: login of the person who acts.
        at: aware instant.
    """
    closed = Cible.objects.filter(couple=couple, jusqu_a__isnull=True).update(jusqu_a=at)
    if closed:
        record("meteo:cible:closed", auteur=auteur, objet=f"couple:{couple.db}", db=couple.db)
    return bool(closed)
