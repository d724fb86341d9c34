# SPDX-FileCopyrightText: 2026 drimm contributors
# SPDX-License-Identifier: EUPL-1.2
"""The only code that makes the checks of a submitted dossier again."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction

from espace.guichet import actions as guichet
from espace.guichet import queries as guichet_queries
from espace.guichet.models import Dossier
from espace.instruction.verifications.examen import examine


@transaction.atomic
def examine_again(dossier_id: int, *, at: datetime) -> None:
    """Keep what the machine finds now in a dossier; whoever was shown the former checks decides nothing any more.

    Args:
        dossier_id: a dossier that waits for a decision.
        at: aware instant.
    """
    dossier = Dossier.objects.select_for_update(of=("self",), no_key=True).select_related("operateur").get(pk=dossier_id)
    guichet.examiner(dossier, examine(dossier, guichet_queries.current_pieces(dossier), at), at=at)
