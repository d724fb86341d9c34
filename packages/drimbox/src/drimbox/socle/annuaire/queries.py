# SPDX-FileCopyrightText: 2026 drimm contributors
# SPDX-License-Identifier: EUPL-1.2
"""The list in force, as this process verified it.

Bytes read from the database are verified before they are believed, once per change; the result is kept for the whole process. The row
is looked at again at most once per second: an exclusion applies within a second of its pull.
"""

from __future__ import annotations

import threading
import time
from datetime import datetime

from django.conf import settings

from confiance.liste_blanche import Freshness, ListeBlanche, TrustedListeBlanche
from confiance.liste_blanche.store import from_bytes
from drimbox.socle.annuaire.errors import ListeAbsente, ListePerimee
from drimbox.socle.annuaire.models import ONLY_ROW, ListeEnVigueur, Releve
from drimbox.socle.annuaire.policy import policy

LOOK_AGAIN_SECONDS = 1.0


class _EnMemoire:
    """The verified list of this process. It is replaced whole and never changed: requests share it safely."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._revision = -1
        self._looked_at = float("-inf")
        self._trusted: TrustedListeBlanche | None = None

    def get(self) -> TrustedListeBlanche | None:
        with self._lock:
            if time.monotonic() - self._looked_at >= LOOK_AGAIN_SECONDS:
                self._look()
            return self._trusted

    def forget(self) -> None:
        with self._lock:
            self._revision, self._looked_at, self._trusted = -1, float("-inf"), None

    def _look(self) -> None:
        revision = ListeEnVigueur.objects.filter(pk=ONLY_ROW).values_list("revision", flat=True).first()
        if revision is None:
            self._revision, self._trusted = -1, None
        elif revision != self._revision:
            row = ListeEnVigueur.objects.get(pk=ONLY_ROW)
            self._trusted = None  # should what follows fail, nothing older is believed in its place
            self._trusted = from_bytes(bytes(row.state), policy(settings.DRIMBOX.liste_blanche))
            self._revision = row.revision
        self._looked_at = time.monotonic()


_EN_MEMOIRE = _EnMemoire()


def current(now: datetime) -> ListeBlanche:
    """Return the list in force.

    Raises:
        ListeAbsente: this DRIMbox never verified a list.
        ListePerimee: the last one is too old to let anyone in.
        StateUnreadable: what is kept no longer verifies.
    """
    trusted = _EN_MEMOIRE.get()
    if trusted is None or trusted.current is None:
        raise ListeAbsente
    if not trusted.freshness(now).serves:
        raise ListePerimee
    return trusted.current


def freshness(now: datetime) -> Freshness:
    """Return how old the trust of this DRIMbox is, for health and pages.

    Raises:
        StateUnreadable: what is kept no longer verifies.
    """
    trusted = _EN_MEMOIRE.get()
    return Freshness.EXPIRED if trusted is None else trusted.freshness(now)


def forget() -> None:
    """Forget what this process verified; the next look reads the database again."""
    _EN_MEMOIRE.forget()


def last_releves(count: int = 20) -> list[Releve]:
    """Return the last pulls, newest first."""
    return list(Releve.objects.order_by("-id")[:count])
