# SPDX-FileCopyrightText: 2026 drimm contributors
# SPDX-License-Identifier: EUPL-1.2
"""What every page says when the Liste Blanche is not as it should be: a banner, whatever the page was opened for."""

from __future__ import annotations

from dataclasses import dataclass

from django.db import DatabaseError
from django.http import HttpRequest
from django.utils import timezone
from django.utils.functional import SimpleLazyObject

from confiance.errors import DrimmError
from confiance.liste_blanche import Freshness
from drimbox.socle.annuaire import queries as annuaire
from drimbox.socle.annuaire.models import Alarme


@dataclass(frozen=True, slots=True)
class Alerte:
    """What there is to say.

    Attributes:
        freshness: of the trust, the head counted.
        alarmes: open alarms.
    """

    freshness: Freshness
    alarmes: tuple[Alarme, ...]

    @property
    def expired(self) -> bool:
        """Nobody is served any more."""
        return not self.freshness.serves

    @property
    def old(self) -> bool:
        """The list is old and still serves."""
        return self.freshness.banner and self.freshness.serves

    def __bool__(self) -> bool:
        return self.freshness.banner or bool(self.alarmes)


def alerte_liste(_request: HttpRequest) -> dict[str, object]:
    """Give templates the variable ``alerte_liste``; nothing is asked of the database unless a page shows it."""
    return {"alerte_liste": SimpleLazyObject(look)}


def look() -> Alerte:
    """Return how things stand now; what cannot be known is as bad as it can be."""
    try:
        return Alerte(annuaire.freshness(timezone.now()), tuple(annuaire.open_alarms()))
    except (DrimmError, DatabaseError):
        return Alerte(Freshness.EXPIRED, ())
