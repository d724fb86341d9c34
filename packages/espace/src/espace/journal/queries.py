# SPDX-FileCopyrightText: 2026 drimm contributors
# SPDX-License-Identifier: EUPL-1.2
from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import datetime

from django.db.models import Count, Max, Min, QuerySet

from espace.journal.ligne import ORIGINE, Ligne
from espace.journal.models import Evenement, Sceau
from espace.journal.verification import Maillon

MAX_LINES = 200
_BATCH = 1000
_LOOK_BACK = 10_000  # lines: a transaction that commits so late is found by the complete look, at the start of the process and each hour


def latest(count: int = 20) -> list[Evenement]:
    """Return the newest lines, newest first."""
    return list(Evenement.objects.order_by("-at", "-id")[: min(count, MAX_LINES)])


def history(objets: Iterable[str]) -> list[Evenement]:
    """Return the lines about these objects, newest first."""
    return list(Evenement.objects.filter(objet__in=list(objets)).order_by("-at", "-id")[:MAX_LINES])


def events_of(numbers: Iterable[int]) -> dict[int, str]:
    """Return the event of each of these lines, by its number."""
    return dict(Evenement.objects.filter(pk__in=set(numbers)).values_list("pk", "event"))


def last_link() -> tuple[int, bytes]:
    """Return the rank and the value of the last link; 0 and the origin before the first."""
    last = Sceau.objects.order_by("-rang").values_list("rang", "chaine").first()
    return (last[0], bytes(last[1])) if last else (0, ORIGINE)


def unsealed(*, complete: bool = False) -> QuerySet[Evenement]:
    """Return the lines that no link covers, in the order in which they were written.

    Args:
        complete: look at the whole journal, and not only at its end.
    """
    found = Evenement.objects.filter(sceau__isnull=True).order_by("id")
    if complete:
        return found
    highest = Sceau.objects.aggregate(value=Max("evenement_id"))["value"] or 0
    return found.filter(pk__gt=highest - _LOOK_BACK)


def tail() -> tuple[int, datetime | None]:
    """Return how many lines no link covers, and the instant of the oldest."""
    found = Evenement.objects.filter(sceau__isnull=True).aggregate(count=Count("id"), oldest=Min("at"))
    return found["count"], found["oldest"]


def links() -> Iterator[Maillon]:
    """Yield every link by rank, with its line, some at a time."""
    after = 0
    found = Sceau.objects.order_by("rang").values_list("rang", "evenement", "empreinte", "chaine")
    while rows := list(found.filter(rang__gt=after)[:_BATCH]):
        lines = Evenement.objects.in_bulk([row[1] for row in rows])
        for rang, number, empreinte, chaine in rows:
            line = lines.get(number)
            yield Maillon(rang, number, bytes(empreinte), bytes(chaine), ligne_of(line) if line else None)
        after = rows[-1][0]


def tail_lines() -> Iterator[Ligne]:
    """Yield the lines that no link covers."""
    for line in Evenement.objects.filter(sceau__isnull=True).order_by("id").iterator(chunk_size=_BATCH):
        yield ligne_of(line)


def ligne_of(line: Evenement) -> Ligne:
    """Return what is hashed of a row."""
    return Ligne(
        line.pk, line.at, line.event, line.process, line.auteur, line.objet, line.trace, line.code, tuple(line.modifies), line.fields
    )
