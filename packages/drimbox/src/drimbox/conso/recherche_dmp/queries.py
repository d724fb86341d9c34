# SPDX-FileCopyrightText: 2026 drimm contributors
# SPDX-License-Identifier: EUPL-1.2
"""Reading what was found in the record."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from django.conf import settings

from confiance.errors import OwnError
from drimbox.conso.appel.models import Appel
from drimbox.conso.recherche_dmp.apercu import Apercu
from drimbox.conso.recherche_dmp.errors import KosNonDemande
from drimbox.conso.recherche_dmp.models import KosTrouve
from drimbox.socle.annuaire import queries as annuaire
from drimbox.socle.coffre.fields import unseal
from drimbox.socle.kos.model import KosLu
from drimbox.socle.kos.reader import LimitesKos, read_kos


@dataclass(frozen=True, slots=True)
class LigneKos:
    """One exam as the list of a call shows it.

    Attributes:
        kos: the row.
        apercu: what is shown.
        hors_liste: db names of its sources that today's list does not hold.
        importable: readable, and at least one source is in the list.
        en_attente: its KOS was not asked for yet, the record being large.
    """

    kos: KosTrouve
    apercu: Apercu
    hors_liste: tuple[str, ...]
    importable: bool
    en_attente: bool = False


def lines_of(appel: Appel, now: datetime) -> list[LigneKos]:
    """Return the exams found for a call, most recent first."""
    listed = _listed(now)
    rows = KosTrouve.objects.filter(appel=appel).select_related("rapatriement")
    lines = [_line(row, listed) for row in rows]
    return sorted(lines, key=lambda line: line.apercu.date, reverse=True)


def kos_of(row: KosTrouve) -> KosLu:
    """Read the KOS itself.

    Raises:
        KosIllisible: it was kept without content, or by another version.
    """
    contenu = unseal(row, row.contenu) if row.contenu else b""
    return read_kos(contenu, limites=LimitesKos(octets=settings.DRIMBOX.conso.max_kos_bytes))


def _line(row: KosTrouve, listed: frozenset[str]) -> LigneKos:
    shown = Apercu.from_bytes(unseal(row, row.fiche))
    absent = tuple(db for db in shown.sources if db not in listed)
    reachable = any(db in listed for db in shown.sources)
    return LigneKos(row, shown, absent, importable=bool(row.contenu) and reachable, en_attente=row.code == KosNonDemande.code)


def _listed(now: datetime) -> frozenset[str]:
    try:
        return annuaire.current(now).names
    except OwnError:
        return frozenset()
