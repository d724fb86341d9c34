# SPDX-FileCopyrightText: 2026 drimm contributors
# SPDX-License-Identifier: EUPL-1.2
"""The last link of the chain, told outside the Espace once a day: whoever can rewrite the database cannot rewrite a mail box."""

from __future__ import annotations

from datetime import datetime
from zoneinfo import ZoneInfo

from espace.courrier.actions import poster
from espace.courrier.models import Courrier
from espace.journal.queries import last_link

EVENEMENT = "journal:witness"
_PARIS = ZoneInfo("Europe/Paris")


def witness(now: datetime) -> int:
    """Mail the last link to the agents, unless today's was; return how many mails were written.

    Args:
        now: aware instant; a day is one of Paris.
    """
    last = Courrier.objects.filter(evenement=EVENEMENT).order_by("-id").values_list("cree_le", flat=True).first()
    rang, chaine = last_link()
    if not rang or (last is not None and last.astimezone(_PARIS).date() >= now.astimezone(_PARIS).date()):
        return 0
    poster(EVENEMENT, operateur=None, objet="journal", contexte={"rang": rang, "empreinte": chaine.hex(), "effet": now})
    return 1
