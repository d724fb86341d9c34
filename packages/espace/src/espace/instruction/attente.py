# SPDX-FileCopyrightText: 2026 drimm contributors
# SPDX-License-Identifier: EUPL-1.2
"""The queue of the agents: how many dossiers wait for whom, what the machine found in them, which one comes next."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from django.db.models import Count, Q

from espace.acteurs.acteur import Qui
from espace.guichet.models import Dossier, Verification
from espace.guichet.natures import Verdict
from espace.guichet.queries import DRAFT
from espace.instruction.parcours import PARCOURS
from espace.instruction.queries import waiting_for


@dataclass(frozen=True, slots=True)
class Compte:
    """Dossiers that wait for one kind of actor, and how many of them are past their due date."""

    attendent: int = 0
    en_retard: int = 0


@dataclass(frozen=True, slots=True)
class Bilan:
    """What the checks of the last submission of a dossier say, counted by verdict."""

    verdicts: tuple[tuple[Verdict, int], ...] = ()


def compte(now: datetime) -> dict[Qui, Compte]:
    """Return, for each kind of actor, how many dossiers wait for it; a draft waits for nobody but its author.

    Args:
        now: aware instant, against which due dates are read.
    """
    wanted = Q()
    for name, table in PARCOURS.items():
        wanted |= Q(parcours=name, etat__in=list(map(str, table.attend)))
    late = Count("id", filter=Q(echeance__lt=now))
    found = dict.fromkeys(Qui, Compte())
    rows = Dossier.objects.filter(wanted).exclude(etat=DRAFT).order_by().values("parcours", "etat").annotate(waiting=Count("id"), late=late)
    for parcours, etat, waiting, overdue in rows.values_list("parcours", "etat", "waiting", "late"):
        qui = PARCOURS[parcours].attendu(etat)
        if qui is not None:
            found[qui] = Compte(found[qui].attendent + waiting, found[qui].en_retard + overdue)
    return found


def bilans(dossiers: Iterable[Dossier]) -> dict[int, Bilan]:
    """Return what the last checks of each dossier say, in one question to the database."""
    rows = Verification.objects.filter(dossier__in=[dossier.pk for dossier in dossiers]).order_by("tour")
    last: dict[int, tuple[int, list[tuple[Verdict, int]]]] = {}
    for pk, tour, verdict, count in rows.values_list("dossier_id", "tour", "verdict").annotate(Count("id")):
        if pk not in last or last[pk][0] != tour:
            last[pk] = (tour, [])
        last[pk][1].append((Verdict(verdict), count))
    order = list(Verdict)
    return {pk: Bilan(tuple(sorted(found, key=lambda one: order.index(one[0])))) for pk, (_tour, found) in last.items()}


def suivant(dossier: Dossier) -> str | None:
    """Return the number of the dossier that an agent opens after this one, in the order of the queue; after the last one comes the first.

    Args:
        dossier: the one that is shown, whether it still waits for an agent or not.
    """
    others = waiting_for(Qui.AGENT).exclude(pk=dossier.pk).values_list("numero", flat=True)
    if PARCOURS[dossier.parcours].attendu(dossier.etat) is not Qui.AGENT:
        return others.first()
    if dossier.echeance is None:
        after = Q(echeance__isnull=True, pk__gt=dossier.pk)
    else:
        after = Q(echeance__gt=dossier.echeance) | Q(echeance=dossier.echeance, pk__gt=dossier.pk) | Q(echeance__isnull=True)
    return others.filter(after).first() or others.first()
