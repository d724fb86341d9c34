# SPDX-FileCopyrightText: 2026 drimm contributors
# SPDX-License-Identifier: EUPL-1.2
"""What the Registre says and the DNS does not say yet."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from espace.config import Zone
from espace.registre.models import CoupleFqdn
from espace.registre.states import Statut
from espace.zone.cibles import Cibles
from espace.zone.states import Etat

_COLUMNS = (
    "pk",
    "db",
    "vi",
    "pacs__hote_db",
    "pacs__hote_vi",
    "drimbox__statut",
    "publication_nom__etat",
    "publication_nom__serial",
    "publication_nom__cible_db",
    "publication_nom__cible_vi",
    "publication_nom__www",
)


@dataclass(frozen=True, slots=True)
class CoupleAPublier:
    """The names of one couple.

    Attributes:
        couple_id: key of the couple.
        db: its db name.
        vi: its vi name.
        cibles: what the Registre says.
        serial: serial number at which exactly this was written; 0 when it must be written.
    """

    couple_id: int
    db: str
    vi: str
    cibles: Cibles
    serial: int

    @property
    def noms(self) -> dict[str, str | None]:
        """Each name with its target."""
        return self.cibles.by_name(self.db, self.vi)


@dataclass(frozen=True, slots=True)
class Attente:
    """The Registre as one reading found it.

    Attributes:
        noms: target of every name; None for one that must hold nothing.
        publies: names whose publication waits for nothing, with the key of their couple.
        derives: keys of the couples that drifted when last compared.
    """

    noms: dict[str, str | None]
    publies: dict[str, int]
    derives: frozenset[int]


def pending(settings: Zone) -> list[CoupleAPublier]:
    """Return the couples whose names are not published as the Registre says them now, the oldest first."""
    return [couple for couple, late, _ in _couples(settings) if late]


def everything(settings: Zone) -> Attente:
    """Return every name of the Registre, for a comparison with the whole zone; all from one reading."""
    noms: dict[str, str | None] = {}
    publies: dict[str, int] = {}
    derives = set()
    for couple, late, etat in _couples(settings):
        noms |= couple.noms
        if not late:
            publies |= dict.fromkeys(couple.noms, couple.couple_id)
        if etat == Etat.DERIVE:
            derives.add(couple.couple_id)
    return Attente(noms, publies, frozenset(derives))


def _couples(settings: Zone) -> Iterator[tuple[CoupleAPublier, bool, str | None]]:
    """Yield each couple, whether its publication waits, and the state that is kept of it."""
    for key, db, vi, hote_db, hote_vi, statut, etat, serial, cible_db, cible_vi, www in _rows():
        wanted = Cibles.of(hote_db, hote_vi, www=settings.www, retire=statut == Statut.RETIREE, parking=settings.parking)
        same = etat is not None and Cibles(cible_db or None, cible_vi or None, www) == wanted
        yield CoupleAPublier(key, db, vi, wanted, serial if same else 0), not same or etat == Etat.A_PUBLIER, etat


def _rows() -> Iterator[tuple[Any, ...]]:
    return CoupleFqdn.objects.order_by("pk").values_list(*_COLUMNS).iterator(chunk_size=2000)
